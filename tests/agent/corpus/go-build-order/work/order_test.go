package build

import (
	"errors"
	"reflect"
	"testing"
)

func TestOrder(t *testing.T) {
	cases := []struct {
		name  string
		needs map[string][]string
		want  []string
	}{
		{"one", map[string][]string{"app": nil}, []string{"app"}},
		{"chain", map[string][]string{"app": {"lib"}, "lib": {"base"}}, []string{"base", "lib", "app"}},
		{"absent", map[string][]string{"app": {"zlib", "abc"}}, []string{"abc", "zlib", "app"}},
		{"by name", map[string][]string{"c": nil, "b": nil, "a": {"c"}}, []string{"b", "c", "a"}},
		{"free at once", map[string][]string{"d": nil, "a": {"b"}, "b": nil, "c": nil}, []string{"b", "a", "c", "d"}},
		{
			"diamond",
			map[string][]string{"top": {"left", "right"}, "left": {"base"}, "right": {"base"}},
			[]string{"base", "left", "right", "top"},
		},
		{"twice", map[string][]string{"app": {"lib", "lib"}}, []string{"lib", "app"}},
	}
	for _, c := range cases {
		got, err := Order(c.needs)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestNothing(t *testing.T) {
	got, err := Order(nil)
	if err != nil || len(got) != 0 {
		t.Errorf("Order(nil) = %v, %v", got, err)
	}
}

func TestCycle(t *testing.T) {
	cases := []struct {
		needs map[string][]string
		want  []string
	}{
		{map[string][]string{"a": {"a"}}, []string{"a"}},
		{map[string][]string{"b": {"a"}, "a": {"b"}, "c": nil}, []string{"a", "b"}},
		{map[string][]string{"x": {"m"}, "m": {"z"}, "z": {"k", "free"}, "k": {"m"}, "a": {"x"}}, []string{"k", "m", "z"}},
	}
	for _, c := range cases {
		got, err := Order(c.needs)
		var cycle *CycleError
		if !errors.As(err, &cycle) {
			t.Errorf("Order(%v) = %v, %v, want a *CycleError", c.needs, got, err)
		} else if !reflect.DeepEqual(cycle.Cycle, c.want) {
			t.Errorf("the cycle in %v is %v, got %v", c.needs, c.want, cycle.Cycle)
		}
	}
}

func TestErrorText(t *testing.T) {
	_, err := Order(map[string][]string{"a": {"b"}, "b": {"a"}})
	if err == nil || err.Error() != "these need each other: a, b" {
		t.Errorf("got %v", err)
	}
}

func TestNeedsIsNotChanged(t *testing.T) {
	needs := map[string][]string{"app": {"zlib", "abc"}}
	if _, err := Order(needs); err != nil {
		t.Error(err)
	}
	if want := (map[string][]string{"app": {"zlib", "abc"}}); !reflect.DeepEqual(needs, want) {
		t.Errorf("needs is now %v", needs)
	}
}
