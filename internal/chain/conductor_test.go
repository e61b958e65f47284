package chain_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"houfeng/fdsn"
	"houfeng/internal/chain"
	"houfeng/internal/chain/pick"
	"houfeng/internal/engine/bus"
	"houfeng/internal/seis"
	"houfeng/mseed"
)

var t0 = seis.TimeOf(1_700_000_000_000_000_000, false)

// shot is 80 s of noise at 100 Hz with an onset at 45 s on three components.
func shot(station string, seed uint64) map[fdsn.ID][]int32 {
	out := map[fdsn.ID][]int32{}
	for c, comp := range []string{"HHE", "HHN", "HHZ"} {
		rng := rand.New(rand.NewPCG(seed, uint64(c)))
		x := make([]int32, 8000)
		for i := range x {
			v := 100 * rng.NormFloat64()
			if t := float64(i-4500) / 100; t >= 0 {
				v += 3000 * math.Exp(-t/4) * math.Sin(2*math.Pi*5*t)
			}
			if t := float64(i-5000) / 100; t >= 0 && comp != "HHZ" {
				v += 9000 * math.Exp(-t/5) * math.Sin(2*math.Pi*3*t)
			}
			x[i] = int32(v)
		}
		out[fdsn.ID{Network: "XX", Station: station, Channel: comp}] = x
	}
	return out
}

// entries packs the traces to records of the given length (samples handed to
// the packer at a time) and orders them by end time.
func entries(t *testing.T, data map[fdsn.ID][]int32, chunk, reclen int) []seis.Entry {
	t.Helper()
	var es []seis.Entry
	for _, id := range sortedIDs(data) {
		p := mseed.Packer{ID: id, Rate: 100, Encoding: mseed.Steim2, RecordLength: reclen}
		var recs [][]byte
		x := data[id]
		for i := 0; i < len(x); i += chunk {
			rs, err := p.Add(t0.Nanos()+int64(i)*1e7, x[i:min(i+chunk, len(x))])
			if err != nil {
				t.Fatal(err)
			}
			recs = append(recs, rs...)
		}
		rs, err := p.Flush()
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range append(recs, rs...) {
			r, err := mseed.Parse(b)
			if err != nil {
				t.Fatal(err)
			}
			es = append(es, seis.Entry{Kind: seis.EntryReceipt, Time: seis.TimeOf(r.EndNS(), false), Receipt: &seis.Receipt{Bytes: b, Verdict: seis.Accepted}})
		}
	}
	return es
}

func sortedIDs(data map[fdsn.ID][]int32) []fdsn.ID {
	var ids []fdsn.ID
	for id := range data {
		ids = append(ids, id)
	}
	for i := range ids {
		for j := i + 1; j < len(ids); j++ {
			if fdsn.Compare(ids[j], ids[i]) < 0 {
				ids[i], ids[j] = ids[j], ids[i]
			}
		}
	}
	return ids
}

// play gives the entries in order of time with ticks between, and returns what
// is said on picks.
func play(t *testing.T, es []seis.Entry, workers int, tickS float64) (picks []seis.Pick, c *chain.Conductor) {
	t.Helper()
	ctx := context.Background()
	b := bus.NewLocal()
	if err := bus.Handle(b, bus.Picks, "test", func(_ context.Context, p seis.Pick) error {
		p.Made = seis.Time{}
		picks = append(picks, p)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	c = chain.NewConductor(b, func(string) []chain.Processor { return []chain.Processor{pick.NewStation(pick.Options{})} }, chain.Options{Workers: workers})
	for s := tickS; s < 90; s += tickS {
		for _, e := range es {
			if at := e.Time.SecondsSince(t0); at > s-tickS && at <= s {
				if err := c.Entry(ctx, e); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := c.Entry(ctx, seis.Entry{Kind: seis.EntryTick, Time: t0.AddSeconds(s)}); err != nil {
			t.Fatal(err)
		}
	}
	return picks, c
}

// Cutting the stream elsewhere, other record lengths, other ticks and other
// numbers of workers change no pick.
func TestPicksDoNotDependOnHowDataComes(t *testing.T) {
	data := map[fdsn.ID][]int32{}
	for i := range 5 {
		for id, x := range shot(fmt.Sprintf("S%d", i), uint64(i)) {
			data[id] = x
		}
	}
	want, _ := play(t, entries(t, data, 8000, 512), 1, 1)
	phases := map[seis.Phase]int{}
	for _, p := range want {
		phases[p.Phase]++
		if p.Phase == seis.P && math.Abs(p.Time.SecondsSince(t0)-45) > 0.1 {
			t.Errorf("%s P at %.3f s, want 45", p.Stream, p.Time.SecondsSince(t0))
		}
		if p.Phase == seis.S && math.Abs(p.Time.SecondsSince(t0)-50) > 0.3 {
			t.Errorf("%s S at %.3f s, want 50", p.Stream, p.Time.SecondsSince(t0))
		}
	}
	if phases[seis.P] != 5 || phases[seis.S] != 5 {
		t.Fatalf("picks %v, want 5 P and 5 S", phases)
	}
	for _, v := range []struct {
		chunk, reclen, workers int
		tick                   float64
	}{{8000, 512, 4, 1}, {37, 512, 2, 0.1}, {100, 256, 3, 0.3}, {8000, 4096, 2, 2}} {
		got, _ := play(t, entries(t, data, v.chunk, v.reclen), v.workers, v.tick)
		if d := cmp.Diff(byID(want), byID(got)); d != "" {
			t.Errorf("chunks of %d, records of %d, %d workers, ticks of %g s (-want +got):\n%s", v.chunk, v.reclen, v.workers, v.tick, d)
		}
	}
}

func byID(ps []seis.Pick) map[string]seis.Pick {
	m := map[string]seis.Pick{}
	for _, p := range ps {
		m[p.ID] = p
	}
	return m
}

func TestWindow(t *testing.T) {
	data := shot("S0", 1)
	es := entries(t, data, 8000, 512)
	_, c := play(t, es, 1, 1)
	id := fdsn.ID{Network: "XX", Station: "S0", Channel: "HHZ"}
	w := c.Window(id, t0.AddSeconds(10.005), t0.AddSeconds(20))
	if len(w) != 1 || len(w[0].Samples) != 999 || w[0].Samples[0] != float64(data[id][1001]) {
		t.Fatalf("window: %d pieces, first of %d samples", len(w), len(w[0].Samples))
	}
	if got := c.Streams("XX.S0"); len(got) != 3 || got[2] != id {
		t.Errorf("streams %v", got)
	}
	if w := c.Window(id, t0.AddSeconds(-10), t0); w != nil {
		t.Errorf("window before the data: %d pieces", len(w))
	}
}

func TestGapAndOverlap(t *testing.T) {
	id := fdsn.ID{Network: "XX", Station: "G", Channel: "HHZ"}
	var es []seis.Entry
	add := func(startS float64, n int, v int32) {
		x := make([]int32, n)
		for i := range x {
			x[i] = v
		}
		p := mseed.Packer{ID: id, Rate: 100, Encoding: mseed.Int32, RecordLength: 4096}
		rs, err := p.Add(t0.AddSeconds(startS).Nanos(), x)
		if err != nil {
			t.Fatal(err)
		}
		last, err := p.Flush()
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range append(rs, last...) {
			es = append(es, seis.Entry{Kind: seis.EntryReceipt, Time: t0.AddSeconds(startS + float64(n)/100), Receipt: &seis.Receipt{Bytes: b, Verdict: seis.Accepted}})
		}
	}
	add(0, 500, 1)
	add(5, 500, 2)   // continues
	add(9.5, 500, 3) // half a second of overlap
	add(15, 500, 4)  // half a second of gap
	add(12, 100, 5)  // late
	var seen []string
	b := bus.NewLocal()
	c := chain.NewConductor(b, func(string) []chain.Processor {
		return []chain.Processor{recorder(func(p *chain.Packet) {
			seen = append(seen, fmt.Sprintf("%.2f+%d gap=%v missing=%d", p.Start.SecondsSince(t0), len(p.Samples), p.Gap, p.Missing))
		})}
	}, chain.Options{})
	for _, e := range es {
		if err := c.Entry(context.Background(), e); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Entry(context.Background(), seis.Entry{Kind: seis.EntryTick, Time: t0.AddSeconds(30)}); err != nil {
		t.Fatal(err)
	}
	want := []string{"0.00+500 gap=true missing=0", "5.00+500 gap=false missing=0", "10.00+450 gap=false missing=0", "15.00+500 gap=true missing=50", "13.00+0 gap=false missing=0"}
	if d := cmp.Diff(want, seen); d != "" {
		t.Errorf("packets (-want +got):\n%s", d)
	}
	if w := c.Window(id, t0, t0.AddSeconds(20)); len(w) != 2 || len(w[0].Samples) != 1450 || len(w[1].Samples) != 500 {
		t.Errorf("window has %d pieces", len(w))
	}
}

type recorder func(*chain.Packet)

func (r recorder) Packet(p *chain.Packet, _ chain.Emit) { r(p) }
func (recorder) Tick(seis.Time, chain.Emit)             {}

func TestUnparsableAcceptedReceipt(t *testing.T) {
	c := chain.NewConductor(bus.NewLocal(), func(string) []chain.Processor { return nil }, chain.Options{})
	err := c.Entry(context.Background(), seis.Entry{Serial: 7, Kind: seis.EntryReceipt, Receipt: &seis.Receipt{Bytes: []byte("nothing"), Verdict: seis.Accepted}})
	if err == nil {
		t.Error("an accepted receipt that does not parse gave no error")
	}
}
