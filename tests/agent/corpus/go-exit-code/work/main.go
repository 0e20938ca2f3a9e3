// Backup copies a folder to a safe place.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

const (
	exitGood = iota
	exitUsage
	exitNoFile
	exitSyntax
	exitMissing
	exitOther
)

func exitCode(err error) int {
	switch {
	case err == nil:
		return exitGood
	case errors.Is(err, errSyntax):
		return exitSyntax
	case errors.Is(err, errMissing):
		return exitMissing
	case errors.Is(err, os.ErrNotExist):
		return exitNoFile
	}
	return exitOther
}

func run(args []string, out io.Writer) int {
	if len(args) != 1 {
		fmt.Fprintln(out, "usage: backup CONFIG")
		return exitUsage
	}
	c, err := readConfig(args[0])
	if err != nil {
		fmt.Fprintln(out, "backup:", err)
		return exitCode(err)
	}
	fmt.Fprintf(out, "copying %s to %s, keeping %s copies\n", c.source, c.target, c.keep)
	return exitGood
}

func main() {
	os.Exit(run(os.Args[1:], os.Stderr))
}
