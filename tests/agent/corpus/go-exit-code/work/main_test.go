package main

import (
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func runWith(t *testing.T, text string) int {
	t.Helper()
	path := filepath.Join(t.TempDir(), "backup.conf")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return run([]string{path}, io.Discard)
}

func TestGoodConfig(t *testing.T) {
	if code := runWith(t, "source /home\ntarget /mnt\n"); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

func TestAnswer(t *testing.T) {
	text, err := os.ReadFile("ANSWER.txt")
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(string(text)) != strconv.Itoa(runWith(t, "source /home\n")) {
		t.Error("ANSWER.txt does not hold the right number")
	}
}
