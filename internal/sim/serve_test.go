package sim

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"houfeng/fdsn"
	"houfeng/internal/seis"
	"houfeng/mseed"
	"houfeng/seedlink"
)

// fastClock runs a number of times faster than the computer's.
type fastClock struct {
	start seis.Time
	began time.Time
	speed time.Duration
}

func newFastClock(t *testing.T, speed time.Duration) *fastClock {
	t.Helper()
	start, err := seis.ParseTime("2027-05-06T07:08:09.5Z")
	if err != nil {
		t.Fatal(err)
	}
	return &fastClock{start: start, began: time.Now(), speed: speed}
}

func (c *fastClock) Now() seis.Time { return c.start.Add(time.Since(c.began) * c.speed) }

func (c *fastClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d / c.speed)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run plays a network in the background until the test ends.
func run(t *testing.T, n *Network, clk Clock) *Server {
	t.Helper()
	s, err := n.Listen("127.0.0.1", 0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		if err := s.Run(ctx, clk); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() { cancel(); wg.Wait() })
	return s
}

var errEnough = errors.New("enough")

// receive collects records from a server, from the oldest held on, until
// enough is said or the test's time is over.
func receive(t *testing.T, address string, streams []seedlink.StreamRequest, enough func(mseed.Record) bool) []mseed.Record {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := &seedlink.Client{Address: address, Streams: streams, Begin: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}
	var out []mseed.Record
	err := c.Run(ctx, func(p seedlink.Packet) error {
		h, err := mseed.Parse(p.Raw)
		if err != nil {
			return err
		}
		out = append(out, h)
		if enough(h) {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Fatalf("after %d records: %v", len(out), err)
	}
	return out
}

// TestServe connects a client to a running network. It wants the backlog at
// once, the same samples as the scene has at another time of the same day, and
// the earthquake.
func TestServe(t *testing.T) {
	n := network(t, few)
	clk := newFastClock(t, 20)
	s := run(t, n, clk)
	addresses := s.Addresses()
	if len(addresses) != 1 || addresses[0].Station != "" {
		t.Fatalf("addresses %v", addresses)
	}
	id := fdsn.ID{Network: "XH", Station: "G1", Location: "00", Channel: "HHZ"}
	records := receive(t, addresses[0].Addr.String(), []seedlink.StreamRequest{{Network: "XH", Station: "G1", Selectors: []string{"00HHZ"}}},
		func(h mseed.Record) bool { return h.EndNS() >= s.Start().Add(24*time.Second).Nanos() })
	start := s.Start()
	if start.Nanos()%1e9 != 0 || start.Before(clk.start) || start.After(clk.Now().Add(time.Second)) {
		t.Errorf("scene starts at %s on a clock that showed %s", start, clk.start)
	}
	if want := start.Add(-13 * time.Second).Nanos(); records[0].StartNS != want {
		t.Errorf("first record starts %d ns from the backlog's start", records[0].StartNS-want)
	}
	live, err := NewNetwork(n.Scene().Shifted(start))
	if err != nil {
		t.Fatal(err)
	}
	at := records[0].StartNS
	for _, h := range records {
		if h.ID != id || h.StartNS != at {
			t.Fatalf("record of %s starts %d ns after the one before it ends", h.ID, h.StartNS-at)
		}
		at = h.EndNS()
		got, err := h.Ints(nil)
		if err != nil {
			t.Fatal(err)
		}
		want, err := live.Samples(id, seis.TimeOf(h.StartNS, false), len(got))
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range got {
			if float64(v) != want.Samples[i] {
				t.Fatalf("sample %d of the record at %d: %d, want %g", i, h.StartNS, v, want.Samples[i])
			}
		}
	}
}

// TestServeNothingEarly wants no record before its time.
func TestServeNothingEarly(t *testing.T) {
	n := network(t, few)
	clk := newFastClock(t, 10)
	s := run(t, n, clk)
	receive(t, s.Addresses()[0].Addr.String(), []seedlink.StreamRequest{{Network: "XH", Station: "G2"}}, func(h mseed.Record) bool {
		if early := seis.TimeOf(h.EndNS(), false).Add(3 * time.Second).Sub(clk.Now()); early > 0 {
			t.Errorf("record that ends at %d came %s before its delay had passed", h.EndNS(), early)
		}
		return h.EndNS() >= s.Start().Add(10*time.Second).Nanos()
	})
}

// TestServeStations gives each station a server of its own; the one whose link
// is down hangs up, and gives what it missed when called again.
func TestServeStations(t *testing.T) {
	n := network(t, strings.Replace(few, "length 70s", "length 70s\nserve stations", 1))
	clk := newFastClock(t, 20)
	s := run(t, n, clk)
	addresses := s.Addresses()
	if len(addresses) != 4 || addresses[2].Station != "XH.G3" {
		t.Fatalf("addresses %v", addresses)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := &seedlink.Client{
		Address: addresses[2].Addr.String(), Streams: []seedlink.StreamRequest{{Network: "XH", Station: "G3", Selectors: []string{"00HHZ"}}},
		Begin: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	lost := 0
	var first seis.Time
	c.Connected = func(seedlink.Hello) {
		if first.IsZero() {
			first = clk.Now()
		}
	}
	var end int64
	err := c.Follow(ctx, seedlink.Backoff{First: 50 * time.Millisecond, Max: 50 * time.Millisecond}, func(error) { lost++ },
		func(p seedlink.Packet) error {
			h, err := mseed.Parse(p.Raw)
			if err != nil {
				return err
			}
			if end != 0 && h.StartNS > end {
				t.Errorf("%d ns are missing before %d", h.StartNS-end, h.StartNS)
			}
			end = max(end, h.EndNS())
			if end >= s.Start().Add(40*time.Second).Nanos() {
				return errEnough
			}
			return nil
		})
	if !errors.Is(err, errEnough) {
		t.Fatal(err)
	}
	// A machine may be too slow to be connected before the link breaks.
	if lost == 0 && first.Before(s.Start().Add(20*time.Second)) {
		t.Error("the link never broke")
	}
}

func TestListenFails(t *testing.T) {
	n := network(t, few)
	if _, err := n.Listen("256.0.0.1", 0); err == nil || !strings.Contains(err.Error(), "serve scene test") {
		t.Errorf("listening on no host gives %v", err)
	}
}
