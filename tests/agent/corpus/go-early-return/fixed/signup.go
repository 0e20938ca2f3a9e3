// Package signup checks what people enter when they want an account.
package signup

import (
	"errors"
	"strings"
)

var (
	ErrName     = errors.New("the name must have 3 to 20 characters")
	ErrSpace    = errors.New("the name must not contain spaces")
	ErrTaken    = errors.New("the name is taken")
	ErrPassword = errors.New("the password must have at least 10 characters")
	ErrRepeat   = errors.New("the passwords differ")
)

// Form is what was entered.
type Form struct {
	Name     string
	Password string
	Repeated string
}

// Check returns the first thing that is wrong with a form.
func Check(form Form, taken map[string]bool) error {
	if len(form.Name) < 3 || len(form.Name) > 20 {
		return ErrName
	}
	if strings.Contains(form.Name, " ") {
		return ErrSpace
	}
	if taken[strings.ToLower(form.Name)] {
		return ErrTaken
	}
	if len(form.Password) < 10 {
		return ErrPassword
	}
	if form.Password != form.Repeated {
		return ErrRepeat
	}
	return nil
}
