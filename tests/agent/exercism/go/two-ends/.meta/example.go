package twoends

func TwoEnds(word string) string {
	if word == "" {
		return ""
	}
	return word[:1] + word[len(word)-1:]
}
