package search

// LowerBound returns the first position in the sorted slice whose element is not less
// than x, or len(sorted) if there is none.
func LowerBound(sorted []int, x int) int {
	lo, hi := 0, len(sorted)
	for lo < hi {
		mid := lo + (hi-lo)/2
		if sorted[mid] < x {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// Contains reports whether x is in the sorted slice.
func Contains(sorted []int, x int) bool {
	i := LowerBound(sorted, x)
	return i < len(sorted) && sorted[i] == x
}

// CountRange counts the elements e with from <= e < to.
func CountRange(sorted []int, from, to int) int {
	return LowerBound(sorted, to) - LowerBound(sorted, from)
}
