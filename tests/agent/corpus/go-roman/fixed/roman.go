// Package roman reads Roman numerals.
package roman

import "fmt"

var values = map[byte]int{
	'I': 1, 'V': 5, 'X': 10, 'L': 50, 'C': 100, 'D': 500, 'M': 1000,
}

// Parse returns the value of a numeral such as "XIV".
// A letter that stands before a larger one is subtracted.
func Parse(numeral string) (int, error) {
	if numeral == "" {
		return 0, fmt.Errorf("empty numeral")
	}
	total := 0
	for i := 0; i < len(numeral); i++ {
		value, known := values[numeral[i]]
		if !known {
			return 0, fmt.Errorf("unknown letter %q", numeral[i])
		}
		if i+1 < len(numeral) && value < values[numeral[i+1]] {
			total -= value
		} else {
			total += value
		}
	}
	return total, nil
}
