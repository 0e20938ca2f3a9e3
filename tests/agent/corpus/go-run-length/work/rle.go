// Package rle is a run-length code: "aaab" is written "3a1b".
package rle

import (
	"fmt"
	"strconv"
	"strings"
)

// Encode writes each run of equal letters as its length and the letter.
func Encode(text string) string {
	var out strings.Builder
	var last rune
	count := 0
	for _, c := range text {
		if count > 0 && c != last {
			fmt.Fprintf(&out, "%d%c", count, last)
			count = 0
		}
		last = c
		count++
	}
	return out.String()
}

// Decode is the reverse of Encode. The letters themselves must not be digits.
func Decode(code string) (string, error) {
	var out strings.Builder
	digits := ""
	for _, c := range code {
		if c >= '0' && c <= '9' {
			digits += string(c)
			continue
		}
		count, err := strconv.Atoi(digits)
		if err != nil {
			return "", fmt.Errorf("no count before %q", c)
		}
		out.WriteString(strings.Repeat(string(c), count))
		digits = ""
	}
	return out.String(), nil
}
