package main

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// Every command line that README and docs show is one that the command
// understands.
func TestDocsShowCommandsThatExist(t *testing.T) {
	var pages []string
	for _, root := range []string{"../../docs", "../../deploy"} {
		err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				pages = append(pages, p)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	top, err := filepath.Glob("../../*.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, page := range append(pages, top...) {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(b), "\n") {
			for _, args := range commands(line) {
				seen++
				if err := parses(args); err != nil {
					t.Errorf("%s: %s: %v", page, strings.TrimSpace(line), err)
				}
			}
		}
	}
	if parses([]string{"replay", "--out", "d", "--frobnicate"}) == nil {
		t.Error("a flag that does not exist was understood")
	}
	if seen < 20 {
		t.Errorf("found only %d command lines: is the test looking in the right place?", seen)
	}
}

// commands returns the arguments of each houfeng command on a line of code.
func commands(line string) [][]string {
	code := strings.HasPrefix(line, "    ") || strings.HasPrefix(line, "Exec")
	if !code {
		return nil
	}
	line, _, _ = strings.Cut(line, " #")
	var out [][]string
	for _, part := range strings.Split(line, "&&") {
		part, _, _ = strings.Cut(part, ">")
		words := strings.Fields(part)
		for i, w := range words {
			_, w, _ = strings.Cut("="+w, "=") // ExecStart=/usr/local/bin/houfeng
			if w = filepath.Base(w[strings.LastIndexByte(w, '=')+1:]); w == "houfeng" && i+1 < len(words) && words[i+1] != "./cmd/houfeng" && (i == 0 || words[i-1] == "run") {
				out = append(out, words[i+1:])
				break
			}
		}
	}
	return out
}

// parses reports what is wrong with a command line, without running it.
func parses(args []string) error {
	var c cli
	p, err := kong.New(&c, kong.Name("houfeng"), kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}))
	if err != nil {
		return err
	}
	_, err = p.Parse(spread(args, "--waveforms", "--inventory"))
	return err
}
