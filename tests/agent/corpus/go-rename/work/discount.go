package shop

// Discount is taken off by Calc: Percent of the sum if that is at least From cents.
type Discount struct {
	Percent int
	From    int
}

// Of is the amount that is taken off a sum.
func (d Discount) Of(sum int) int {
	if sum < d.From {
		return 0
	}
	return sum * d.Percent / 100
}

// Cheaper says which of two orders costs less.
func Cheaper(a, b *Order) *Order {
	if b.Calc() < a.Calc() {
		return b
	}
	return a
}
