// Package products writes down what a run found: the events as QuakeML and as a
// table, the picks, the intensities station by station, and a summary of what
// was read and of what could not be.
//
// Everything in the files comes from the bus and the journal, nothing from the
// wall clock or the machine, so that a live run and the replay of its journal
// give the same bytes.
//
// Start with [New]; then [Run.Files] for the bytes, [Run.Write] for a folder. A
// Run remembers every pick and event: it is made for runs that end, such as a
// replay or a demonstration; a centre that runs for years has the catalogue.
package products

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"houfeng/fdsn"
	"houfeng/internal/engine/bus"
	"houfeng/internal/seis"
)

const (
	maxListed  = 1000 // receipts listed one by one, of each verdict
	maxReasons = 200  // different reasons counted
)

// Options say what the files call their origin.
type Options struct {
	// Authority is the part of QuakeML's resource identifiers that names who
	// made them, "smi:AUTHORITY/…"; default "local".
	Authority string
	// Agency is the id of the centre ("CreationInfo/agencyID"); "" leaves it out.
	Agency string
}

// Run gathers the messages of one run.
type Run struct {
	opts     Options
	setup    seis.Setup
	accepted int
	verdicts map[seis.Verdict]*verdict
	streams  map[fdsn.ID]*stream
	picks    []seis.Pick
	events   map[string]*history
	first    seis.Time // of the ticks
	last     seis.Time
}

// verdict counts the receipts that were not accepted.
type verdict struct {
	count   int
	listed  []receipt
	reasons map[string]int
}

// stream counts what was accepted of one stream.
type stream struct {
	records, samples int
	rateHz           float64
	start, end       seis.Time
	state            seis.StreamState
}

// history is the newest revision of an event and the course it took.
type history struct {
	newest seis.Event
	course []revision
}

// New returns a run that has seen nothing.
func New(opts Options) *Run {
	if opts.Authority == "" {
		opts.Authority = "local"
	}
	return &Run{
		opts:     opts,
		verdicts: map[seis.Verdict]*verdict{},
		streams:  map[fdsn.ID]*stream{},
		events:   map[string]*history{},
	}
}

// Setup tells the run what the journal's setup entry says: versions,
// configuration, metadata. The last one counts.
func (r *Run) Setup(s seis.Setup) { r.setup = s }

// Subscribe joins the run to a bus.
func (r *Run) Subscribe(b bus.Bus) error {
	const name = "products"
	err := bus.Handle(b, bus.Records, name, r.onRecords)
	if err == nil {
		err = bus.Handle(b, bus.Refusals, name, r.onRefusal)
	}
	if err == nil {
		err = bus.Handle(b, bus.States, name, r.onState)
	}
	if err == nil {
		err = bus.Handle(b, bus.Picks, name, r.onPick)
	}
	if err == nil {
		err = bus.Handle(b, bus.Events, name, r.onEvent)
	}
	if err == nil {
		err = bus.Handle(b, bus.Ticks, name, r.onTick)
	}
	if err != nil {
		return fmt.Errorf("subscribe products: %w", err)
	}
	return nil
}

func (r *Run) onRecords(_ context.Context, records []*seis.Record) error {
	r.accepted += len(records)
	for _, rec := range records {
		s := r.stream(rec.ID)
		s.records++
		s.samples += rec.Count
		s.rateHz = rec.Rate
		if s.start.IsZero() || rec.Start.Before(s.start) {
			s.start = rec.Start
		}
		if end := rec.End(); s.end.Before(end) {
			s.end = end
		}
	}
	return nil
}

func (r *Run) stream(id fdsn.ID) *stream {
	s := r.streams[id]
	if s == nil {
		s = &stream{}
		r.streams[id] = s
	}
	return s
}

func (r *Run) onRefusal(_ context.Context, e seis.Entry) error {
	rc := e.Receipt
	v := r.verdicts[rc.Verdict]
	if v == nil {
		v = &verdict{reasons: map[string]int{}}
		r.verdicts[rc.Verdict] = v
	}
	v.count++
	if len(v.listed) < maxListed {
		v.listed = append(v.listed, receipt{
			Serial: e.Serial, From: rc.Peer, Position: rc.UpstreamSeq,
			Bytes: len(rc.Bytes), Verdict: rc.Verdict.String(), Reason: rc.Reason,
		})
	}
	if _, known := v.reasons[rc.Reason]; known || len(v.reasons) < maxReasons {
		v.reasons[rc.Reason]++
	}
	return nil
}

func (r *Run) onState(_ context.Context, s seis.StreamState) error {
	r.stream(s.Stream).state = s
	return nil
}

func (r *Run) onPick(_ context.Context, p seis.Pick) error {
	r.picks = append(r.picks, p)
	return nil
}

func (r *Run) onEvent(_ context.Context, e seis.Event) error {
	h := r.events[e.ID]
	if h == nil {
		h = &history{}
		r.events[e.ID] = h
	}
	if e.Revision <= h.newest.Revision { // a bus may deliver twice
		return nil
	}
	h.newest = e
	h.course = append(h.course, revisionOf(&e))
	return nil
}

func (r *Run) onTick(_ context.Context, now seis.Time) error {
	if r.first.IsZero() {
		r.first = now
	}
	r.last = now
	return nil
}

// Events returns the newest revision of each event that was not rejected, by
// origin time, then id.
func (r *Run) Events() []seis.Event {
	var es []seis.Event
	for _, h := range r.sorted() {
		if h.newest.Status != seis.Rejected {
			es = append(es, h.newest)
		}
	}
	return es
}

// sorted returns all events, the rejected too, by origin time, then id.
func (r *Run) sorted() []*history {
	hs := make([]*history, 0, len(r.events))
	for _, h := range r.events {
		hs = append(hs, h)
	}
	slices.SortFunc(hs, func(a, b *history) int {
		return cmp.Or(a.newest.Origin.Time.Compare(b.newest.Origin.Time), cmp.Compare(a.newest.ID, b.newest.ID))
	})
	return hs
}

func (r *Run) streamIDs() []fdsn.ID {
	ids := make([]fdsn.ID, 0, len(r.streams))
	for id := range r.streams {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, fdsn.Compare)
	return ids
}
