package bank

import (
	"errors"
	"testing"
)

func accountWith(t *testing.T, amount int) *Account {
	t.Helper()
	a := &Account{Owner: "Ada"}
	if err := a.Deposit(amount); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestDepositRejectsZero(t *testing.T) {
	if err := new(Account).Deposit(0); !errors.Is(err, ErrAmount) {
		t.Errorf("Deposit(0) = %v, want %v", err, ErrAmount)
	}
}

func TestWithdraw(t *testing.T) {
	a := accountWith(t, 100)
	if err := a.Withdraw(101); !errors.Is(err, ErrFunds) {
		t.Errorf("Withdraw(101) = %v, want %v", err, ErrFunds)
	}
	if err := a.Withdraw(40); err != nil {
		t.Errorf("Withdraw(40) = %v", err)
	}
	if a.Balance() != 60 {
		t.Errorf("balance = %d, want 60", a.Balance())
	}
}

func TestWithdrawEverything(t *testing.T) {
	a := accountWith(t, 100)
	if err := a.Withdraw(100); err != nil {
		t.Errorf("Withdraw(100) = %v", err)
	}
	if a.Balance() != 0 {
		t.Errorf("balance = %d, want 0", a.Balance())
	}
}

func TestTransfer(t *testing.T) {
	a, b := accountWith(t, 100), accountWith(t, 5)
	if err := Transfer(a, b, 30); err != nil {
		t.Errorf("Transfer(30) = %v", err)
	}
	if a.Balance() != 70 || b.Balance() != 35 {
		t.Errorf("balances = %d, %d, want 70, 35", a.Balance(), b.Balance())
	}
}

func TestFailedTransferChangesNothing(t *testing.T) {
	a, b := accountWith(t, 10), accountWith(t, 5)
	if err := Transfer(a, b, 30); !errors.Is(err, ErrFunds) {
		t.Errorf("Transfer(30) = %v, want %v", err, ErrFunds)
	}
	if a.Balance() != 10 || b.Balance() != 5 {
		t.Errorf("balances = %d, %d, want 10, 5", a.Balance(), b.Balance())
	}
}
