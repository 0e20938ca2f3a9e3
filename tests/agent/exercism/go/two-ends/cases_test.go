package twoends

var cases = []struct{ word, ends string }{{"hearth", "hh"}, {"", ""}}
