package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"houfeng/internal/centre"
	"houfeng/internal/engine/journal"
	"houfeng/internal/seis"
	"houfeng/internal/sim"
)

// mkscene is a command of the test scripts: `mkscene SCENE DIR` writes the
// waveforms, metadata and truth of a scene; `mkscene -journal SCENE DIR` the
// receipts journal that a centre would have written.
func mkscene() {
	if err := writeScene(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mkscene:", err)
		os.Exit(1)
	}
}

func writeScene(args []string) error {
	asJournal := len(args) > 0 && args[0] == "-journal"
	if asJournal {
		args = args[1:]
	}
	if len(args) != 2 {
		return fmt.Errorf("want [-journal] SCENE DIR, got %d words", len(args))
	}
	sc, err := sim.Load(args[0])
	if err != nil {
		return err
	}
	n, err := sim.NewNetwork(sc)
	if err != nil {
		return err
	}
	if asJournal {
		return writeJournal(n, args[1])
	}
	return n.WriteFiles(context.Background(), args[1], nil)
}

func writeJournal(n *sim.Network, dir string) (err error) {
	j, err := journal.Open(dir, journal.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	stations := filepath.Join(filepath.Dir(dir), "journalled.xml")
	var xml bytes.Buffer
	if err := n.StationXML().Write(&xml); err != nil {
		return err
	}
	if err := os.WriteFile(stations, xml.Bytes(), 0o644); err != nil {
		return err
	}
	cfg := centre.DefaultConfig()
	cfg.Inventory = []string{stations}
	setup, _, err := centre.NewSetup(cfg, "test")
	if err != nil {
		return err
	}
	sc := n.Scene()
	now := sc.Start.Add(-sc.Backlog)
	if _, err := j.Append(seis.Entry{Kind: seis.EntrySetup, Time: now, Setup: setup}); err != nil {
		return err
	}
	return n.WriteJournal(context.Background(), &ticking{j: j, next: now}, nil)
}

// ticking puts ticks between receipts, ten a second.
type ticking struct {
	j    *journal.File
	next seis.Time
}

func (t *ticking) Append(e seis.Entry) (seis.Entry, error) {
	for t.next.Before(e.Time) {
		if _, err := t.j.Append(seis.Entry{Kind: seis.EntryTick, Time: t.next}); err != nil {
			return e, err
		}
		t.next = t.next.Add(100 * time.Millisecond)
	}
	return t.j.Append(e)
}
