// Package cipher has Caesar's way to make a text unreadable.
package cipher

import "strings"

// Encode moves every letter from A to Z by shift places in the alphabet and leaves the rest alone.
func Encode(text string, shift int) string {
	move := rune((shift%26 + 26) % 26)
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return 'a' + (r-'a'+move)%26
		case 'A' <= r && r <= 'Z':
			return 'A' + (r-'A'+move)%26
		}
		return r
	}, text)
}

// Decode undoes Encode with the same shift.
func Decode(text string, shift int) string {
	return Encode(text, -shift)
}
