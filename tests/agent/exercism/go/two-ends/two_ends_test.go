package twoends

import "testing"

func TestTwoEnds(t *testing.T) {
	for _, each := range cases {
		if ends := TwoEnds(each.word); ends != each.ends {
			t.Errorf("%q: %q", each.word, ends)
		}
	}
}
