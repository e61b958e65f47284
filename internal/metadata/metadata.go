// Package metadata turns what a network has written about its stations into a
// [seis.Inventory]: StationXML documents, the text format of FDSN station
// services, and plain tables of stations or channels.
//
// Start with [Load], which takes files and folders, and [FromFiles], which
// builds the same inventory again from the contents that Load returned; the
// journal keeps these so that a replay knows what the centre knew.
//
// Files are recognised by content, not by name. What is something else is
// skipped and reported as a [Problem]: a folder of waveforms with its metadata
// among them can be given as it is. What is wrong in a file that is metadata is
// reported with file and line, and the rest is used.
package metadata

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"houfeng/internal/seis"
	"houfeng/stationxml"
)

// MaxFile is the size above which a file is not read.
const MaxFile = 512 << 20

// maxProblems is how many problems of one file are kept; the rest is counted.
const maxProblems = 100

// ErrNothing is returned, wrapped, when no input held usable metadata.
var ErrNothing = errors.New("no station metadata")

// Problem is something an operator should know about an input.
type Problem struct {
	File    string // name of the file, relative to the argument it came with
	Line    int    // from 1; 0 when it is about the whole file
	Text    string
	Skipped bool // the file is no station metadata and was not used
}

func (p Problem) String() string {
	if p.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
	}
	return p.File + ": " + p.Text
}

// Load reads station metadata from files and folders, folders with all below
// them in lexical order; names that begin with a dot are passed over. Where
// files disagree about an epoch of a channel, the later one counts, and a
// Problem says so.
//
// The files returned are those that hold metadata, named relative to the
// argument they came with. The error wraps ErrNothing when there was nothing
// usable; Problems then say why.
func Load(paths []string) (*seis.Inventory, []Problem, []seis.File, error) {
	var files []seis.File
	var problems []Problem
	for _, path := range paths {
		fsys, ps, err := loadPath(path)
		problems = append(problems, ps...)
		if err != nil {
			return nil, problems, nil, fmt.Errorf("read station metadata: %w", err)
		}
		files = append(files, fsys...)
	}
	b := &builder{}
	used := files[:0]
	for _, f := range files {
		if b.file(f) {
			used = append(used, f)
		}
	}
	inv, err := b.inventory()
	if err != nil {
		err = fmt.Errorf("%w in %s", err, strings.Join(paths, ", "))
	}
	return inv, append(problems, b.problems...), used, err
}

func loadPath(path string) (files []seis.File, problems []Problem, err error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !st.IsDir() {
		return loadFile(path, filepath.Base(path))
	}
	err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if p != path && strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		// Follows links to files, as mounted configuration often is one.
		if st, err := os.Stat(p); err != nil || !st.Mode().IsRegular() {
			return nil
		}
		rel, err := filepath.Rel(path, p)
		if err != nil {
			return err
		}
		f, ps, err := loadFile(p, filepath.ToSlash(rel))
		files, problems = append(files, f...), append(problems, ps...)
		return err
	})
	return files, problems, err
}

// loadFile reads a file if its beginning looks like metadata.
func loadFile(path, name string) ([]seis.File, []Problem, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	br := bufio.NewReaderSize(f, sniffLen)
	head, err := br.Peek(sniffLen)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, fmt.Errorf("read %s: %w", path, err)
	}
	if k, why := sniff(head); k == foreign {
		return nil, []Problem{{File: name, Text: why, Skipped: true}}, nil
	}
	b, err := io.ReadAll(io.LimitReader(br, MaxFile+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", path, err)
	}
	if len(b) > MaxFile {
		return nil, []Problem{{File: name, Text: fmt.Sprintf("larger than %d bytes: not read", MaxFile), Skipped: true}}, nil
	}
	return []seis.File{{Name: name, Bytes: b}}, nil, nil
}

// FromFiles builds the inventory from the contents of files, in their order.
// The error wraps ErrNothing when there was nothing usable.
func FromFiles(files []seis.File) (*seis.Inventory, []Problem, error) {
	b := &builder{}
	for _, f := range files {
		b.file(f)
	}
	inv, err := b.inventory()
	return inv, b.problems, err
}

// builder gathers channels and problems.
type builder struct {
	channels []seis.Channel
	problems []Problem
	seen     map[epochKey]int // index in channels
	name     string           // file being read
	from     []string         // file of each channel
	count    int              // problems of this file
}

func (b *builder) inventory() (*seis.Inventory, error) {
	if len(b.channels) == 0 {
		return nil, ErrNothing
	}
	return seis.NewInventory(b.channels), nil
}

// file adds what is in f, and reports whether it is metadata.
func (b *builder) file(f seis.File) bool {
	b.name, b.count = f.Name, 0
	before := len(b.channels)
	kind, why := sniff(f.Bytes[:min(len(f.Bytes), sniffLen)])
	switch kind {
	case foreign:
		b.problems = append(b.problems, Problem{File: f.Name, Text: why, Skipped: true})
		return false
	case stationXML:
		doc, err := stationxml.Read(bytes.NewReader(f.Bytes))
		if errors.Is(err, stationxml.ErrNotStationXML) {
			b.problems = append(b.problems, Problem{File: f.Name, Text: err.Error(), Skipped: true})
			return false
		}
		if err != nil {
			b.problemf(0, "%v", err)
			return true
		}
		b.document(doc)
	case table:
		if err := b.table(f.Bytes); err != nil {
			b.problems = append(b.problems, Problem{File: f.Name, Text: err.Error(), Skipped: true})
			return false
		}
	}
	if len(b.channels) == before && b.count == 0 {
		b.problemf(0, "names no station")
	}
	if more := b.count - maxProblems; more > 0 {
		b.problems = append(b.problems, Problem{File: f.Name, Text: fmt.Sprintf("and %d more problems", more)})
	}
	return true
}

func (b *builder) problemf(line int, format string, args ...any) {
	if b.count++; b.count <= maxProblems {
		b.problems = append(b.problems, Problem{File: b.name, Line: line, Text: fmt.Sprintf(format, args...)})
	}
}

// add takes a channel, and says so when it replaces a different one.
func (b *builder) add(line int, c seis.Channel) {
	if err := c.ID.Check(); err != nil {
		b.problemf(line, "%v", err)
		return
	}
	if !c.End.IsZero() && !c.Start.Before(c.End) && !c.Start.IsZero() {
		b.problemf(line, "%s: epoch ends %s before it starts %s: not used", c.ID, c.End, c.Start)
		return
	}
	if b.seen == nil {
		b.seen = map[epochKey]int{}
	}
	k := epochKey{c.ID, c.Start}
	if i, ok := b.seen[k]; ok {
		if what := difference(&b.channels[i], &c); what != "" {
			b.problemf(line, "%s from %s: %s differs from that in %s: the later file counts", c.ID, startText(c.Start), what, b.from[i])
		}
		b.channels[i], b.from[i] = c, b.name
		return
	}
	b.seen[k] = len(b.channels)
	b.channels, b.from = append(b.channels, c), append(b.from, b.name)
}

func startText(t seis.Time) string {
	if t.IsZero() {
		return "the beginning"
	}
	return t.String()
}
