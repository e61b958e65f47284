package sim

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"

	"houfeng/fdsn"
	"houfeng/internal/seis"
	"houfeng/internal/sim/scene"
	"houfeng/mseed"
)

// Delivery is one record and when it reaches the centre.
type Delivery struct {
	Arrival    seis.Time
	Station    string // "NET.STA"
	ID         fdsn.ID
	Start, End seis.Time // first sample, and just after the last
	Sequence   uint64    // of the station, from 1
	Record     []byte    // miniSEED 2, 512 bytes
}

// packetGap is the time between records that a link sends one after the other.
const packetGap = time.Millisecond

// feed produces the deliveries of a network in order of arrival.
type feed struct {
	n       *Network
	links   []*link
	step    time.Duration // time covered by one batch
	next    time.Duration // start of the next batch, after the scene's start
	end     time.Duration // no samples after it
	pending []Delivery    // of batches past, not yet due
}

// link is a station's digitiser and its way to the centre.
type link struct {
	st       *station
	gen      *generator
	packers  []*mseed.Packer
	at       []int64 // next sample of each channel
	last     seis.Time
	sequence uint64
	rng      *rand.Rand
	drops    []scene.Dropout
	out      []Delivery
	ints     []int32
	err      error
}

// newFeed starts a feed at from (at or before 0 for the backlog), to end.
func newFeed(n *Network, from, end, batch time.Duration) *feed {
	rec := n.scene.Record
	f := &feed{n: n, next: from, end: end, step: max(rec, batch/rec*rec)}
	for _, st := range n.stations {
		l := &link{st: st, gen: newGenerator(n, st), rng: n.scene.Rand("link/" + st.ID())}
		for _, ch := range st.channels {
			l.packers = append(l.packers, &mseed.Packer{
				ID: ch.ID, Rate: ch.Instrument.RateHz, Encoding: mseed.Steim2, RecordLength: 512,
				Quality: 'D', TimingQuality: 100, ClockLocked: true,
			})
			l.at = append(l.at, sampleAt(from, ch.Instrument.RateHz))
		}
		for _, d := range n.scene.Dropouts {
			if fdsn.MatchID(d.Station, fdsn.ID{Network: st.Network, Station: st.Code}) {
				l.drops = append(l.drops, d)
			}
		}
		slices.SortStableFunc(l.drops, func(a, b scene.Dropout) int { return cmp.Compare(a.From, b.From) })
		f.links = append(f.links, l)
	}
	return f
}

// sampleAt returns the first sample at or after d.
func sampleAt(d time.Duration, rate float64) int64 {
	r := int64(rate)
	ns := int64(d)
	sec, rest := ns/1e9, ns%1e9
	if rest < 0 {
		sec, rest = sec-1, rest+1e9
	}
	return sec*r + (rest*r+1e9-1)/1e9
}

// Next computes one batch and returns what arrives up to its end, in order.
// It returns nil, false when everything was delivered.
func (f *feed) Next(ctx context.Context) ([]Delivery, bool, error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	if f.next >= f.end {
		out := f.pending
		f.pending = nil
		return out, len(out) > 0, nil
	}
	// Batches end where records do, so that their length changes nothing.
	rec := f.n.scene.Record
	to := min(nextCut(f.next+f.step-rec, rec), f.end)
	f.compute(to)
	for _, l := range f.links {
		if l.err != nil {
			return nil, false, fmt.Errorf("simulate %s: %w", l.st.ID(), l.err)
		}
		f.pending = append(f.pending, l.out...)
		l.out = l.out[:0]
	}
	// Each link's deliveries are in order; stable, so that stations keep theirs.
	slices.SortStableFunc(f.pending, func(a, b Delivery) int {
		if c := a.Arrival.Compare(b.Arrival); c != 0 {
			return c
		}
		return cmp.Compare(a.Station, b.Station)
	})
	// What comes later ends, and so arrives, after this batch's end.
	horizon := f.n.scene.At(to)
	due, _ := slices.BinarySearchFunc(f.pending, horizon, func(d Delivery, t seis.Time) int {
		if d.Arrival.After(t) {
			return 1
		}
		return -1
	})
	out := slices.Clone(f.pending[:due])
	f.pending = slices.Delete(f.pending, 0, due)
	f.next = to
	return out, true, nil
}

// compute lets every link work up to a time, on all cores.
func (f *feed) compute(to time.Duration) {
	workers := min(runtime.GOMAXPROCS(0), len(f.links))
	if workers <= 1 {
		for _, l := range f.links {
			l.work(f.n, f.next, to)
		}
		return
	}
	jobs := make(chan *link)
	var wg sync.WaitGroup
	for range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for l := range jobs {
				l.work(f.n, f.next, to)
			}
		}()
	}
	for _, l := range f.links {
		jobs <- l
	}
	close(jobs)
	wg.Wait()
}

// work digitises [from, to) record by record. Records end on whole multiples
// of their length after the scene's start.
func (l *link) work(n *Network, from, to time.Duration) {
	for t := from; t < to; {
		t = min(nextCut(t, n.scene.Record), to)
		// One delay for what leaves the digitiser together.
		mean := l.st.Telemetry.Jitter
		jitter := min(time.Duration(l.rng.ExpFloat64()*float64(mean)), 20*mean)
		for c := range l.packers {
			if err := l.digitise(n, c, t, jitter); err != nil {
				l.err = err
				return
			}
		}
	}
}

// nextCut returns the first multiple of step after t.
func nextCut(t, step time.Duration) time.Duration {
	k := t / step
	if t%step < 0 {
		k--
	}
	return (k + 1) * step
}

func (l *link) digitise(n *Network, c int, to time.Duration, jitter time.Duration) error {
	p := l.packers[c]
	end := sampleAt(to, p.Rate)
	m := int(end - l.at[c])
	if m <= 0 {
		return nil
	}
	l.ints = slices.Grow(l.ints[:0], m)[:m]
	l.gen.fill(c, l.at[c], l.ints)
	records, err := p.Add(n.sampleTime(l.at[c], p.Rate).Nanos(), l.ints)
	if err != nil {
		return fmt.Errorf("pack %s: %w", p.ID, err)
	}
	l.at[c] = end
	last, err := p.Flush()
	if err != nil {
		return fmt.Errorf("pack %s: %w", p.ID, err)
	}
	return l.send(n, p.ID, append(records, last...), jitter)
}

// send puts records on the link: each arrives after the delay, none before the
// one that was sent before it, and none while the link is down.
func (l *link) send(n *Network, id fdsn.ID, records [][]byte, jitter time.Duration) error {
	for _, raw := range records {
		h, err := mseed.Parse(raw)
		if err != nil {
			return fmt.Errorf("record of %s: %w", id, err)
		}
		start, end := seis.TimeOf(h.StartNS, false), seis.TimeOf(h.EndNS(), false)
		at := end.Add(l.st.Telemetry.Delay + jitter)
		if next := l.last.Add(packetGap); at.Before(next) {
			at = next
		}
		lost := false
		for _, d := range l.drops {
			from, until := n.scene.At(d.From), n.scene.At(d.From+d.For)
			if at.Before(from) || !at.Before(until) {
				continue
			}
			if lost = d.Lost; lost {
				break
			}
			at = until.Add(l.st.Telemetry.Delay)
		}
		if lost {
			continue
		}
		l.last = at
		l.sequence++
		l.out = append(l.out, Delivery{Arrival: at, Station: l.st.ID(), ID: id, Start: start, End: end, Sequence: l.sequence, Record: raw})
	}
	return nil
}
