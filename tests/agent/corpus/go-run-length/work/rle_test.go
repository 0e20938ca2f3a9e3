package rle

import (
	"strings"
	"testing"
)

func TestEncode(t *testing.T) {
	cases := []struct{ text, want string }{
		{"", ""},
		{"a", "1a"},
		{"aaab", "3a1b"},
		{"abba", "1a2b1a"},
		{"ééx", "2é1x"},
		{strings.Repeat("z", 12), "12z"},
	}
	for _, c := range cases {
		if got := Encode(c.text); got != c.want {
			t.Errorf("Encode(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func TestDecode(t *testing.T) {
	got, err := Decode("2a11b1c")
	if err != nil {
		t.Fatal(err)
	}
	if want := "aa" + strings.Repeat("b", 11) + "c"; got != want {
		t.Errorf("Decode = %q, want %q", got, want)
	}
	if _, err := Decode("a"); err == nil {
		t.Error("Decode(\"a\") gave no error")
	}
}

func TestRoundTrip(t *testing.T) {
	for _, text := range []string{"hello", "mississippi", "  two  spaces"} {
		got, err := Decode(Encode(text))
		if err != nil || got != text {
			t.Errorf("round trip of %q = %q, %v", text, got, err)
		}
	}
}
