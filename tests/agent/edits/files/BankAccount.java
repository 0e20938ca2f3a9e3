package com.example.bank;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

public class BankAccount {
    private static final BigDecimal OVERDRAFT_LIMIT = new BigDecimal("-500.00");

    private final String iban;
    private final String owner;
    private BigDecimal balance = BigDecimal.ZERO;
    private boolean locked = false;
    private final List<Booking> bookings = new ArrayList<>();

    public BankAccount(String iban, String owner) {
        this.iban = iban;
        this.owner = owner;
    }

    public void deposit(BigDecimal amount, String reference) {
        if (locked) {
            throw new IllegalStateException("account is locked");
        }
        if (amount.signum() <= 0) {
            throw new IllegalArgumentException("amount must be positive");
        }
        balance = balance.add(amount);
        bookings.add(new Booking(Instant.now(), amount, reference));
    }

    public void withdraw(BigDecimal amount, String reference) {
        if (locked) {
            throw new IllegalStateException("account is locked");
        }
        if (amount.signum() <= 0) {
            throw new IllegalArgumentException("amount must be positive");
        }
        BigDecimal after = balance.subtract(amount);
        if (after.compareTo(OVERDRAFT_LIMIT) < 0) {
            throw new IllegalStateException("overdraft limit reached");
        }
        balance = after;
        bookings.add(new Booking(Instant.now(), amount.negate(), reference));
    }

    public void transferTo(BankAccount target, BigDecimal amount) {
        String reference = "Transfer " + iban + " -> " + target.iban;
        withdraw(amount, reference);
        target.deposit(amount, reference);
    }

    public void lock() {
        locked = true;
    }

    public void unlock() {
        locked = false;
    }

    public BigDecimal getBalance() {
        return balance;
    }

    public String getOwner() {
        return owner;
    }

    public List<Booking> getBookings() {
        return Collections.unmodifiableList(bookings);
    }

    @Override
    public String toString() {
        return String.format("%s (%s): %s", iban, owner, balance);
    }

    public static final class Booking {
        public final Instant time;
        public final BigDecimal amount;
        public final String reference;

        Booking(Instant time, BigDecimal amount, String reference) {
            this.time = time;
            this.amount = amount;
            this.reference = reference;
        }
    }
}
