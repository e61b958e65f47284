package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"houfeng/internal/compare"
	"houfeng/internal/metadata"
)

type inspectCmd struct {
	Paths   []string `arg:"" name:"path" help:"Files and folders; a folder that holds a receipts journal is one thing."`
	Records bool     `help:"One line for every miniSEED record and journal entry."`
	JSON    bool     `name:"json" help:"Print JSON."`
}

// Help is the long help.
func (inspectCmd) Help() string {
	return `Files are recognised by content. Of miniSEED: streams with records, samples, times, rates, gaps and
overlaps, and every run of bytes that is no record, with offset and reason. Of StationXML and station
tables: streams with coordinates and response. Of QuakeML, GeoJSON and event tables: the events. Of a
journal: entries by kind, arrivals by verdict, what was set up.

Exit codes: 0 all was understood; 1 something could not be read, or bytes had to be skipped;
3 nothing was recognised.

Example:

  houfeng inspect data/ network.xml --json`
}

// report is what is told about one file or journal. Exactly one of the parts
// is set when Kind is known.
type report struct {
	Path     string          `json:"path"`
	Kind     string          `json:"kind"` // "miniseed", "stations", "events", "journal", "unknown"
	Problems []problem       `json:"problems"`
	Waves    *waveformReport `json:"miniseed,omitempty"`
	Stations *stationReport  `json:"stations,omitempty"`
	Events   []eventJSON     `json:"events,omitempty"`
	Journal  *journalReport  `json:"journal,omitempty"`
	failed   bool            // something was wrong, not only worth a note
}

// problem is something wrong, and where.
type problem struct {
	Offset int64  `json:"offset"` // in the file; −1 if it is about a line or the whole
	Length int64  `json:"length,omitempty"`
	Reason string `json:"reason"`
}

func (p problem) String() string {
	if p.Offset < 0 {
		return p.Reason
	}
	return fmt.Sprintf("%d bytes at %d: %s", p.Length, p.Offset, p.Reason)
}

func (c *inspectCmd) Run(a *app) error {
	var reports []report
	for _, p := range c.Paths {
		found, err := c.path(a, p)
		if err != nil {
			return err
		}
		reports = append(reports, found...)
	}
	if c.JSON {
		if err := a.json(append([]report{}, reports...)); err != nil {
			return err
		}
	} else {
		for i := range reports {
			if i > 0 {
				fmt.Fprintln(a.out)
			}
			if err := reports[i].print(a.out); err != nil {
				return err
			}
		}
	}
	known, failed := 0, 0
	for i := range reports {
		if reports[i].Kind != "unknown" {
			known++
		}
		if reports[i].failed {
			failed++
		}
	}
	switch {
	case known == 0:
		return nothingError{fmt.Errorf("inspect: nothing was recognised in %s", many(len(reports), "file"))}
	case failed > 0:
		return fmt.Errorf("inspect: %s of %d with something that could not be read", many(failed, "file"), len(reports))
	}
	return nil
}

// path inspects a file, a journal, or all files below a folder in lexical
// order, names that begin with a dot left out.
func (c *inspectCmd) path(a *app, path string) ([]report, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, usageError{err}
	}
	if !info.IsDir() {
		return []report{c.file(a, path)}, nil
	}
	var out []report
	err = filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case a.ctx.Err() != nil:
			return a.ctx.Err()
		case p != path && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir() && isJournal(p):
			out = append(out, c.journal(a, p))
			return fs.SkipDir
		case d.Type().IsRegular():
			out = append(out, c.file(a, p))
		}
		return nil
	})
	return out, err
}

// file recognises a file by its first bytes.
func (c *inspectCmd) file(a *app, path string) report {
	r := report{Path: path, Kind: "unknown", Problems: []problem{}}
	f, err := os.Open(path)
	if err != nil {
		r.fail(err)
		return r
	}
	defer f.Close()
	head := make([]byte, 4096)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		r.fail(err)
		return r
	}
	head = head[:n]
	if n == 0 {
		r.fail(errors.New("the file is empty"))
		return r
	}
	if !isText(head) {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			r.fail(err)
			return r
		}
		c.waveforms(a, f, &r)
		return r
	}
	if !bytes.Contains(head, []byte("FDSNStationXML")) {
		b, err := os.ReadFile(path)
		if err != nil {
			r.fail(err)
			return r
		}
		events, problems, err := compare.Read(b)
		if err == nil {
			r.Kind = "events"
			for i := range events {
				r.Events = append(r.Events, eventOf(&events[i]))
			}
			for _, p := range problems {
				r.Problems = append(r.Problems, problem{Offset: -1, Reason: p})
				r.failed = true
			}
			return r
		}
		if !errors.Is(err, compare.ErrFormat) {
			r.fail(err)
			return r
		}
	}
	inv, problems, _, err := metadata.Load([]string{path})
	for _, p := range problems {
		r.Problems = append(r.Problems, problem{Offset: -1, Reason: p.String()})
		r.failed = r.failed || p.Skipped
	}
	if err != nil {
		if !errors.Is(err, metadata.ErrNothing) || len(problems) == 0 {
			r.fail(err)
		}
		r.failed = true
		return r
	}
	r.Kind, r.Stations = "stations", stationsOf(inv)
	return r
}

func (r *report) fail(err error) {
	r.Problems = append(r.Problems, problem{Offset: -1, Reason: err.Error()})
	r.failed = true
}

// isText reports whether b begins a text: no control characters but blanks and
// line ends. A miniSEED record has zeros and others within its first 64 bytes.
func isText(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' {
			return false
		}
	}
	return true
}

const listed = 20 // problems shown of a file

func (r *report) print(w io.Writer) error {
	fmt.Fprintf(w, "%s: ", r.Path)
	var err error
	switch {
	case r.Waves != nil:
		err = r.Waves.print(w)
	case r.Stations != nil:
		err = r.Stations.print(w)
	case r.Journal != nil:
		err = r.Journal.print(w)
	case r.Kind == "events":
		fmt.Fprintln(w, many(len(r.Events), "event"))
		g := newGrid("time", "id", ">latitude", ">longitude", ">depth km", ">magnitude")
		for i := range r.Events {
			e := &r.Events[i]
			g.add(instant(e.Time), e.ID, fixed(float64(e.Latitude), 4), fixed(float64(e.Longitude), 4), fixed(float64(e.DepthKm), 1), fixed(float64(e.Magnitude), 2))
		}
		err = g.print(w)
	default:
		fmt.Fprintln(w, "not recognised")
	}
	if err != nil {
		return err
	}
	for i, p := range r.Problems {
		if i == listed {
			fmt.Fprintf(w, "  and %s more; --json lists all\n", many(len(r.Problems)-i, "problem"))
			break
		}
		fmt.Fprintf(w, "  problem: %s\n", p)
	}
	return nil
}
