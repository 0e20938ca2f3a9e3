package com.example.billing;

import java.util.ArrayList;
import java.util.List;

/**
 * An invoice with its positions. All sums are in cents.
 */
public class Invoice {

    private final int number;
    private final String customer;
    private final List<Position> positions = new ArrayList<>();
    private boolean paid;

    public Invoice(int number, String customer) {
        this.number = number;
        this.customer = customer;
    }

    public void addPosition(String text, int count, long cents) {
        positions.add(new Position(text, count, cents));
    }

    public long net() {
        long sum = 0;
        for (Position position : positions) {
            sum += position.count * position.cents;
        }
        return sum;
    }

    public long tax() {
        return Math.round(net() * 0.19);
    }

    public long gross() {
        return net() + tax();
    }

    public void markPaid() {
        this.paid = true;
    }

    public String render() {
        StringBuilder out = new StringBuilder();
        out.append("Invoice ").append(number).append("\r\n");
        out.append("Customer: ").append(customer).append("\r\n");
        for (Position position : positions) {
            out.append("  ");
            out.append(position.text);
            out.append("\t");
            out.append(position.count);
            out.append("\r\n");
        }
        out.append("Total: ").append(gross()).append("\r\n");
        if (paid) {
            out.append("PAID\r\n");
        }
        return out.toString();
    }

    private static class Position {
        final String text;
        final int count;
        final long cents;

        Position(String text, int count, long cents) {
            this.text = text;
            this.count = count;
            this.cents = cents;
        }
    }
}
