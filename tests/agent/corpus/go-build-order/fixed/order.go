// Package build decides what is built when.
package build

import (
	"fmt"
	"sort"
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
	left := names(needs)
	done := make(map[string]bool)
	var order []string
	for len(left) > 0 {
		i := firstReady(left, needs, done)
		if i < 0 {
			return nil, &CycleError{findCycle(left[0], needs, done)}
		}
		done[left[i]] = true
		order = append(order, left[i])
		left = append(left[:i], left[i+1:]...)
	}
	return order, nil
}

// names has every target once, sorted.
func names(needs map[string][]string) []string {
	seen := make(map[string]bool)
	for target, needed := range needs {
		seen[target] = true
		for _, name := range needed {
			seen[name] = true
		}
	}
	var all []string
	for name := range seen {
		all = append(all, name)
	}
	sort.Strings(all)
	return all
}

func firstReady(left []string, needs map[string][]string, done map[string]bool) int {
	for i, target := range left {
		if missing(target, needs, done) == "" {
			return i
		}
	}
	return -1
}

// missing is something that the target needs and that is not done, or "".
func missing(target string, needs map[string][]string, done map[string]bool) string {
	for _, name := range needs[target] {
		if !done[name] {
			return name
		}
	}
	return ""
}

// findCycle follows from start what is missing until it comes by a target again.
func findCycle(start string, needs map[string][]string, done map[string]bool) []string {
	place := make(map[string]int)
	var path []string
	target := start
	for {
		if begin, seen := place[target]; seen {
			path = path[begin:]
			break
		}
		place[target] = len(path)
		path = append(path, target)
		target = missing(target, needs, done)
	}
	first := 0
	for i := range path {
		if path[i] < path[first] {
			first = i
		}
	}
	return append(append([]string{}, path[first:]...), path[:first]...)
}
