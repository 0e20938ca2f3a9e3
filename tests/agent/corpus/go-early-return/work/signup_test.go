package signup

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"
)

func TestCheck(t *testing.T) {
	taken := map[string]bool{"ada": true}
	cases := []struct {
		form Form
		want error
	}{
		{Form{"grace", "0123456789", "0123456789"}, nil},
		{Form{"al", "0123456789", "0123456789"}, ErrName},
		{Form{"bob", "0123456789", "0123456789"}, nil},
		{Form{"abcdefghijklmnopqrst", "0123456789", "0123456789"}, nil},
		{Form{"abcdefghijklmnopqrstu", "0123456789", "0123456789"}, ErrName},
		{Form{"grace h", "0123456789", "0123456789"}, ErrSpace},
		{Form{"Ada", "0123456789", "0123456789"}, ErrTaken},
		{Form{"grace", "012345678", "012345678"}, ErrPassword},
		{Form{"grace", "0123456789", "012345678"}, ErrRepeat},
		// Of several problems the first one counts.
		{Form{"a ", "x", "y"}, ErrName},
		{Form{"ada ", "x", "y"}, ErrSpace},
		{Form{"ada", "x", "y"}, ErrTaken},
		{Form{"grace", "x", "y"}, ErrPassword},
	}
	for _, c := range cases {
		if got := Check(c.form, taken); got != c.want {
			t.Errorf("Check(%+v) = %v, want %v", c.form, got, c.want)
		}
	}
}

func TestNoIfInsideAnother(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "signup.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(node ast.Node) bool {
		outer, ok := node.(*ast.IfStmt)
		if !ok {
			return true
		}
		ast.Inspect(outer, func(node ast.Node) bool {
			if inner, ok := node.(*ast.IfStmt); ok && inner != outer {
				t.Errorf("there is an if, or an else if, inside another if")
				return false
			}
			return true
		})
		return false
	})
}
