package shop

import (
	"fmt"
	"strings"
)

// Invoice is the text of an invoice, one line for each article and one for what Total returns.
func Invoice(o *Order) string {
	var text strings.Builder
	fmt.Fprintf(&text, "Invoice for %s\n", o.Customer)
	for _, line := range o.Lines {
		fmt.Fprintf(&text, "%d x %s\n", line.Count, line.Article)
	}
	fmt.Fprintf(&text, "Total %d.%02d\n", o.Total()/100, o.Total()%100)
	return text.String()
}
