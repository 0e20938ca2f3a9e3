package bank

// Account holds a balance in cents.
type Account struct {
	Owner   string
	balance int
}

func (a *Account) Balance() int { return a.balance }

func (a *Account) Deposit(amount int) error {
	if amount <= 0 {
		return ErrAmount
	}
	a.balance += amount
	return nil
}

func (a *Account) Withdraw(amount int) error {
	if amount <= 0 {
		return ErrAmount
	}
	if amount > a.balance {
		return ErrFunds
	}
	a.balance -= amount
	return nil
}

// Transfer moves amount between accounts. If it fails, neither account changes.
func Transfer(from, to *Account, amount int) error {
	if err := from.Withdraw(amount); err != nil {
		return err
	}
	return to.Deposit(amount)
}
