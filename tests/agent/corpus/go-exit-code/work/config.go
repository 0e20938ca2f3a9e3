package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

var (
	errSyntax  = errors.New("not understood")
	errMissing = errors.New("missing")
)

type config struct {
	source string
	target string
	keep   string
}

// readConfig reads lines of the form "key value".
func readConfig(path string) (*config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	c := &config{keep: "7"}
	fields := map[string]*string{"source": &c.source, "target": &c.target, "keep": &c.keep}
	for number, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		parts := strings.Fields(line)
		if len(parts) == 0 {
			continue
		}
		field, known := fields[parts[0]]
		if !known || len(parts) != 2 {
			return nil, fmt.Errorf("line %d: %w", number+1, errSyntax)
		}
		*field = parts[1]
	}
	return c, c.check()
}

func (c *config) check() error {
	for name, value := range map[string]string{"source": c.source, "target": c.target} {
		if value == "" {
			return fmt.Errorf("%s: %w (%v)", name, os.ErrNotExist, errMissing)
		}
	}
	return nil
}
