package shop

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"testing"
)

func order(count int) *Order {
	return &Order{
		Customer: "Mill",
		Lines:    []Line{{"lamp", count, 1995}, {"bulb", 1, 205}},
		Discount: Discount{Percent: 10, From: 4000},
	}
}

func TestInvoice(t *testing.T) {
	want := "Invoice for Mill\n1 x lamp\n1 x bulb\nTotal 22.00\n"
	if got := Invoice(order(1)); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	want = "Invoice for Mill\n2 x lamp\n1 x bulb\nTotal 37.76\n"
	if got := Invoice(order(2)); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCheaper(t *testing.T) {
	a, b := order(1), order(2)
	if Cheaper(a, b) != a || Cheaper(b, a) != a {
		t.Error("the smaller order should be cheaper")
	}
	if got := order(2).Calculated(); got != 4195 {
		t.Errorf("Calculated() = %d, want 4195", got)
	}
}

func TestCalcIsCalledTotal(t *testing.T) {
	if _, ok := interface{}(order(1)).(interface{ Total() int }); !ok {
		t.Error("Order has no method Total() int")
	}
}

func TestTheOldNameIsGone(t *testing.T) {
	old := regexp.MustCompile(`\bCalc\b`)
	for _, name := range []string{"order.go", "invoice.go", "discount.go"} {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if place := old.FindIndex(source); place != nil {
			t.Errorf("%s still says Calc, at byte %d", name, place[0])
		}
	}
}

func TestNothingElseIsRenamed(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "order.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, declaration := range file.Decls {
		if function, ok := declaration.(*ast.FuncDecl); ok {
			names = append(names, function.Name.Name)
		}
	}
	if len(names) != 2 || names[1] != "Calculated" {
		t.Errorf("the methods in order.go are %v", names)
	}
}
