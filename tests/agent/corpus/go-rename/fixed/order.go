// Package shop has orders and what they cost.
package shop

// Line is one article of an order; the price of a piece is in cents.
type Line struct {
	Article string
	Count   int
	Price   int
}

// Order is what a customer wants to buy.
type Order struct {
	Customer string
	Lines    []Line
	Discount Discount
}

// Total is the price of the whole order, less its discount.
func (o *Order) Total() int {
	sum := o.Calculated()
	return sum - o.Discount.Of(sum)
}

// Calculated is the sum of all lines, before any discount. See Total for what is paid.
func (o *Order) Calculated() int {
	sum := 0
	for _, line := range o.Lines {
		sum += line.Count * line.Price
	}
	return sum
}
