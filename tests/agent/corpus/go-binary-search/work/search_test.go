package search

import "testing"

func TestLowerBound(t *testing.T) {
	sorted := []int{2, 4, 4, 7, 9}
	cases := []struct{ x, want int }{
		{1, 0}, {2, 0}, {3, 1}, {4, 1}, {5, 3}, {9, 4}, {10, 5},
	}
	for _, c := range cases {
		if got := LowerBound(sorted, c.x); got != c.want {
			t.Errorf("LowerBound(%v, %d) = %d, want %d", sorted, c.x, got, c.want)
		}
	}
}

func TestContains(t *testing.T) {
	sorted := []int{1, 3, 5}
	for x := 0; x <= 6; x++ {
		want := x%2 == 1
		if got := Contains(sorted, x); got != want {
			t.Errorf("Contains(%v, %d) = %v, want %v", sorted, x, got, want)
		}
	}
	if Contains(nil, 1) {
		t.Error("an empty slice contains nothing")
	}
}

func TestCountRange(t *testing.T) {
	sorted := []int{1, 2, 2, 3, 8}
	if got := CountRange(sorted, 2, 4); got != 3 {
		t.Errorf("CountRange(2, 4) = %d, want 3", got)
	}
	if got := CountRange(sorted, 0, 100); got != 5 {
		t.Errorf("CountRange(0, 100) = %d, want 5", got)
	}
}
