package shop

import (
	"fmt"
	"strings"
)

// Invoice is the text of an invoice, one line for each article and one for what Calc returns.
func Invoice(o *Order) string {
	var text strings.Builder
	fmt.Fprintf(&text, "Invoice for %s\n", o.Customer)
	for _, line := range o.Lines {
		fmt.Fprintf(&text, "%d x %s\n", line.Count, line.Article)
	}
	fmt.Fprintf(&text, "Total %d.%02d\n", o.Calc()/100, o.Calc()%100)
	return text.String()
}
