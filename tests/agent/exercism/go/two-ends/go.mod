module twoends

go 1.18
