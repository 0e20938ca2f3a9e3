package bank

import "errors"

var (
	ErrAmount = errors.New("amount must be positive")
	ErrFunds  = errors.New("not enough funds")
)
