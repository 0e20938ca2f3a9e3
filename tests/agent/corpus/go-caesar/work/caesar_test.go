package cipher

import "testing"

func TestEncode(t *testing.T) {
	cases := []struct {
		text  string
		shift int
		want  string
	}{
		{"", 3, ""},
		{"abc", 0, "abc"},
		{"abc", 3, "def"},
		{"xyz", 3, "abc"},
		{"Hello, World!", 13, "Uryyb, Jbeyq!"},
		{"Room 101", 1, "Sppn 101"},
		{"abc", 26, "abc"},
		{"abc", 29, "def"},
		{"abc", -1, "zab"},
		{"ABC", -27, "ZAB"},
		{"café", 1, "dbgé"},
	}
	for _, c := range cases {
		if got := Encode(c.text, c.shift); got != c.want {
			t.Errorf("Encode(%q, %d) = %q, want %q", c.text, c.shift, got, c.want)
		}
	}
}

func TestDecode(t *testing.T) {
	if got := Decode("def", 3); got != "abc" {
		t.Errorf("Decode(%q, 3) = %q, want %q", "def", got, "abc")
	}
	text := "The quick brown fox jumps over the lazy dog."
	for shift := -60; shift <= 60; shift++ {
		if got := Decode(Encode(text, shift), shift); got != text {
			t.Errorf("shift %d: got %q back", shift, got)
		}
	}
}
