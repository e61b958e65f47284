package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"

	"houfeng/internal/engine/journal"
	"houfeng/internal/seis"
)

// journalReport is what a receipts journal holds.
type journalReport struct {
	First    uint64         `json:"first"` // serial
	Last     uint64         `json:"last"`
	Start    seis.Time      `json:"start"` // of the first entry
	End      seis.Time      `json:"end"`
	Setups   []setupReport  `json:"setups"`
	Receipts map[string]int `json:"receipts"` // by verdict
	Reasons  map[string]int `json:"refused_by_reason"`
	Ticks    int            `json:"ticks"`
	Trusts   int            `json:"trusts"`
	Bytes    int64          `json:"bytes"` // received
	Lines    []entryLine    `json:"entries,omitempty"`
}

type setupReport struct {
	Serial    uint64    `json:"serial"`
	Time      seis.Time `json:"time"`
	Version   string    `json:"version"`
	Inventory []string  `json:"inventory"`
	Models    []string  `json:"models"`
}

// entryLine is one entry, for --records.
type entryLine struct {
	Serial uint64    `json:"serial"`
	Time   seis.Time `json:"time"`
	Kind   string    `json:"kind"`
	Text   string    `json:"text,omitempty"`
}

// isJournal reports whether folder dir holds a receipts journal.
func isJournal(dir string) bool {
	files, err := filepath.Glob(filepath.Join(dir, "*.hfj"))
	return err == nil && len(files) > 0
}

func (c *inspectCmd) journal(a *app, dir string) report {
	r := report{Path: dir, Kind: "journal", Problems: []problem{}}
	j, err := journal.OpenRead(dir)
	if err != nil {
		r.fail(err)
		return r
	}
	defer j.Close()
	out := &journalReport{
		First: j.First(), Last: j.Last(), Receipts: map[string]int{}, Reasons: map[string]int{}, Setups: []setupReport{},
	}
	r.Journal = out
	rd, err := j.Read(j.First())
	if err != nil {
		r.fail(err)
		return r
	}
	defer rd.Close()
	for a.ctx.Err() == nil {
		e, err := rd.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			r.fail(err)
			break
		}
		if out.Start.IsZero() {
			out.Start = e.Time
		}
		out.End = e.Time
		line := out.add(&e)
		if c.Records {
			out.Lines = append(out.Lines, line)
		}
	}
	if err := a.ctx.Err(); err != nil {
		r.fail(err)
	}
	return r
}

const maxReasons = 200

func (r *journalReport) add(e *seis.Entry) entryLine {
	line := entryLine{Serial: e.Serial, Time: e.Time}
	switch e.Kind {
	case seis.EntrySetup:
		s := setupReport{Serial: e.Serial, Time: e.Time, Version: e.Setup.Version, Inventory: []string{}, Models: []string{}}
		for _, f := range e.Setup.Inventory {
			s.Inventory = append(s.Inventory, f.Name)
		}
		for _, f := range e.Setup.Models {
			s.Models = append(s.Models, f.Name)
		}
		r.Setups = append(r.Setups, s)
		line.Kind, line.Text = "setup", "version "+s.Version
	case seis.EntryReceipt:
		rc := e.Receipt
		r.Receipts[rc.Verdict.String()]++
		r.Bytes += int64(len(rc.Bytes))
		if rc.Verdict == seis.Refused {
			if _, known := r.Reasons[rc.Reason]; known || len(r.Reasons) < maxReasons {
				r.Reasons[rc.Reason]++
			}
		}
		line.Kind = "receipt"
		line.Text = fmt.Sprintf("%s %d bytes from %s (%s) %d", rc.Verdict, len(rc.Bytes), rc.Peer, rc.Protocol, rc.UpstreamSeq)
		if rc.Reason != "" {
			line.Text += ": " + rc.Reason
		}
	case seis.EntryTick:
		r.Ticks++
		line.Kind = "tick"
	case seis.EntryTrust:
		r.Trusts++
		line.Kind, line.Text = "trust", e.Trust.Stream+" "+e.Trust.Standing.String()
	}
	return line
}

func (r *journalReport) print(w io.Writer) error {
	fmt.Fprintf(w, "receipts journal, entries %d to %d, %s to %s\n", r.First, r.Last, r.Start, r.End)
	fmt.Fprintf(w, "  %s received: %d accepted, %d duplicate, %d refused; %s; %s\n", many(int(r.Bytes), "byte"),
		r.Receipts["accepted"], r.Receipts["duplicate"], r.Receipts["refused"], many(r.Ticks, "tick"), many(r.Trusts, "change")+" of trust")
	for _, s := range r.Setups {
		fmt.Fprintf(w, "  set up at entry %d, %s: version %s, metadata %v, model %v\n", s.Serial, s.Time, s.Version, s.Inventory, s.Models)
	}
	var reasons []string
	for text := range r.Reasons {
		reasons = append(reasons, text)
	}
	slices.Sort(reasons)
	for _, text := range reasons {
		fmt.Fprintf(w, "  refused %d times: %s\n", r.Reasons[text], text)
	}
	if len(r.Lines) == 0 {
		return nil
	}
	g := newGrid(">serial", "time", "kind", "what")
	for _, l := range r.Lines {
		g.add(strconv.FormatUint(l.Serial, 10), l.Time.String(), l.Kind, l.Text)
	}
	return g.print(w)
}
