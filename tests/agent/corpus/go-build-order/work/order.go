// Package build decides what is built when.
package build

import (
	"fmt"
	"strings"
)

// CycleError says which targets need each other: each the next one, and the last one the first.
// The cycle begins with the one of them that is first by name.
type CycleError struct {
	Cycle []string
}

func (e *CycleError) Error() string {
	return fmt.Sprintf("these need each other: %s", strings.Join(e.Cycle, ", "))
}

// Order returns all targets in an order in which each comes after those that it needs. Where there
// is a choice, the target that is first by name comes first. needs has for a target those that it
// needs; a target that needs nothing may be absent there. needs is not changed.
//
// If targets need each other there is no order, and the error is a *CycleError.
func Order(needs map[string][]string) ([]string, error) {
	return nil, nil
}
