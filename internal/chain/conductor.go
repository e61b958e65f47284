package chain

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"houfeng/fdsn"
	"houfeng/internal/engine/bus"
	"houfeng/internal/seis"
	"houfeng/mseed"
)

// Options of a [Conductor].
type Options struct {
	// Keep is how long recent records stay readable through Windows; 0: 15 minutes.
	Keep time.Duration
	// Workers is how many stations are processed at the same time; 0: one per
	// core. It does not change any result.
	Workers int
}

// Conductor moves the chain on, entry by entry of the journal: it hands records
// to the processors of their station, and at each tick says on the bus what
// they found, then the tick itself. Nothing else moves the chain.
type Conductor struct {
	bus      bus.Bus
	make     NewProcessor
	keep     time.Duration
	workers  int
	stations map[string]*station
	sorted   []*station // by id
	batch    []*seis.Record
	trusts   []seis.Trust
	now      seis.Time
	samples  int64 // accepted so far
}

// NewConductor returns a conductor that speaks on b and makes the processors of
// a station, when its first record comes, with p.
func NewConductor(b bus.Bus, p NewProcessor, o Options) *Conductor {
	if o.Keep <= 0 {
		o.Keep = 15 * time.Minute
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return &Conductor{bus: b, make: p, keep: o.Keep, workers: o.Workers, stations: map[string]*station{}}
}

// Entry takes the next entry of the journal. It returns when everything that
// the entry causes has been done.
func (c *Conductor) Entry(ctx context.Context, e seis.Entry) error {
	switch e.Kind {
	case seis.EntryReceipt:
		if e.Receipt.Verdict != seis.Accepted {
			return bus.Publish(ctx, c.bus, bus.Refusals, e.Receipt.Peer, "", e)
		}
		r, err := recordOf(e)
		if err != nil {
			return fmt.Errorf("journal entry %d: accepted bytes do not parse: %w", e.Serial, err)
		}
		st := c.station(r.ID.StationID())
		st.pending = append(st.pending, r)
		c.batch = append(c.batch, r)
		c.samples += int64(r.Count)
	case seis.EntryTrust:
		c.trusts = append(c.trusts, *e.Trust)
	case seis.EntryTick:
		return c.tick(ctx, e.Time)
	}
	return nil
}

// Now returns the time of the last tick.
func (c *Conductor) Now() seis.Time { return c.now }

// Samples returns how many samples have come so far.
func (c *Conductor) Samples() int64 { return c.samples }

func recordOf(e seis.Entry) (*seis.Record, error) {
	h, err := mseed.Parse(e.Receipt.Bytes)
	if err != nil {
		return nil, err
	}
	return &seis.Record{
		ID: h.ID, Start: seis.TimeOf(h.StartNS, h.Leap), Rate: h.Rate, Count: h.Count,
		Arrived: e.Time, Serial: e.Serial, Header: h, Digest: sha256.Sum256(h.Raw),
	}, nil
}

func (c *Conductor) station(id string) *station {
	s, ok := c.stations[id]
	if !ok {
		s = &station{id: id, streams: map[fdsn.ID]*stream{}, processors: c.make(id)}
		c.stations[id] = s
		i, _ := slices.BinarySearchFunc(c.sorted, id, func(s *station, id string) int { return strings.Compare(s.id, id) })
		c.sorted = slices.Insert(c.sorted, i, s)
	}
	return s
}

// tick lets all stations work, then says what they found in one order.
func (c *Conductor) tick(ctx context.Context, now seis.Time) error {
	c.now = now
	for _, t := range c.trusts {
		if err := bus.Publish(ctx, c.bus, bus.Trusts, t.Stream, "", t); err != nil {
			return err
		}
	}
	c.trusts = c.trusts[:0]
	if len(c.batch) > 0 {
		if err := bus.Publish(ctx, c.bus, bus.Records, "", "", c.batch); err != nil {
			return err
		}
		c.batch = nil // observers may hold it
	}
	c.work(now)

	var states []seis.StreamState
	var picks []seis.Pick
	var shaking []seis.Shaking
	for _, s := range c.sorted {
		for _, v := range s.out {
			switch v := v.(type) {
			case seis.StreamState:
				states = append(states, v)
			case seis.Pick:
				picks = append(picks, v)
			case seis.Shaking:
				shaking = append(shaking, v)
			default:
				return fmt.Errorf("station %s: processor emitted %T, which the chain does not know", s.id, v)
			}
		}
		s.out = s.out[:0]
	}
	sort.SliceStable(states, func(i, j int) bool { return fdsn.Compare(states[i].Stream, states[j].Stream) < 0 })
	sort.SliceStable(picks, func(i, j int) bool {
		a, b := &picks[i], &picks[j]
		return cmp.Or(a.Time.Compare(b.Time), fdsn.Compare(a.Stream, b.Stream), strings.Compare(a.ID, b.ID)) < 0
	})
	sort.SliceStable(shaking, func(i, j int) bool {
		a, b := &shaking[i], &shaking[j]
		return cmp.Or(a.Start.Compare(b.Start), strings.Compare(a.Station, b.Station)) < 0
	})
	for _, v := range states {
		if err := bus.Publish(ctx, c.bus, bus.States, v.Stream.StationID(), "", v); err != nil {
			return err
		}
	}
	for _, v := range picks {
		if err := bus.Publish(ctx, c.bus, bus.Picks, v.Stream.StationID(), v.ID, v); err != nil {
			return err
		}
	}
	for _, v := range shaking {
		if err := bus.Publish(ctx, c.bus, bus.Shaking, v.Station, "", v); err != nil {
			return err
		}
	}
	return bus.Publish(ctx, c.bus, bus.Ticks, "", "", now)
}

// work runs every station up to now, several at a time. Stations share nothing.
func (c *Conductor) work(now seis.Time) {
	busy := 0
	for _, s := range c.sorted {
		busy += len(s.pending)
	}
	n := min(c.workers, len(c.sorted))
	if n <= 1 || busy < 4 {
		for _, s := range c.sorted {
			s.work(now, c.keep)
		}
		return
	}
	var wg sync.WaitGroup
	next := make(chan *station)
	for range n {
		wg.Go(func() {
			for s := range next {
				s.work(now, c.keep)
			}
		})
	}
	for _, s := range c.sorted {
		next <- s
	}
	close(next)
	wg.Wait()
}
