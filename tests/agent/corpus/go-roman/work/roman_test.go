package roman

import "testing"

func TestParse(t *testing.T) {
	cases := map[string]int{
		"I": 1, "IV": 4, "VI": 6, "IX": 9, "XIV": 14, "XL": 40,
		"III": 3, "XX": 20, "MCMXCIX": 1999, "MMXXIV": 2024, "CDXLIV": 444,
	}
	for numeral, want := range cases {
		got, err := Parse(numeral)
		if err != nil {
			t.Errorf("Parse(%q): %v", numeral, err)
		} else if got != want {
			t.Errorf("Parse(%q) = %d, want %d", numeral, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, numeral := range []string{"", "ABC", "x"} {
		if _, err := Parse(numeral); err == nil {
			t.Errorf("Parse(%q) gave no error", numeral)
		}
	}
}
