package acquire

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"houfeng/fdsn"
	"houfeng/internal/engine/clock"
	"houfeng/internal/seis"
	"houfeng/seedlink"
)

// source is a SeedLink server on the loopback.
type source struct {
	store   *seedlink.Memory
	server  *seedlink.Server
	address string
	stop    func()
	n       map[string]int
}

func newSource(t *testing.T, first uint64) *source {
	s := &source{store: seedlink.NewMemory(seedlink.MemoryConfig{FirstSequence: first}), n: make(map[string]int)}
	s.server = &seedlink.Server{Store: s.store, Organization: "Source"}
	s.start(t, "127.0.0.1:0")
	t.Cleanup(func() { s.stop() })
	return s
}

func (s *source) start(t *testing.T, address string) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	s.address = l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.server.Serve(ctx, l) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// add appends n records to a station, one after the other from 2026-01-02.
func (s *source) add(station string, n int) {
	for range n {
		network, code, _ := strings.Cut(station, ".")
		start := time.Date(2026, 1, 2, 3, 0, s.n[station], 0, time.UTC)
		s.n[station]++
		id := fdsn.ID{Network: network, Station: code, Channel: "HHZ"}
		if _, err := s.store.Append(id, start.UnixNano(), start.UnixNano()+1e9, bareRecord(id, start)); err != nil {
			panic(err)
		}
	}
}

// bareRecord is a miniSEED 2 record of 512 bytes of which only the header counts.
func bareRecord(id fdsn.ID, start time.Time) []byte {
	b := make([]byte, 512)
	copy(b, fmt.Sprintf("000001D %-5s%-2s%-3s%-2s", id.Station, id.Location, id.Channel, id.Network))
	be := binary.BigEndian
	be.PutUint16(b[20:], uint16(start.Year()))
	be.PutUint16(b[22:], uint16(start.YearDay()))
	b[24], b[25], b[26] = byte(start.Hour()), byte(start.Minute()), byte(start.Second())
	b[39], b[45], b[47] = 1, 64, 48
	copy(b[48:], []byte{0x03, 0xE8, 0, 0, 11, 1, 9})
	return b
}

// collector runs upstreams and keeps what arrives.
type collector struct {
	up       *Upstreams
	arrivals chan Arrival
	stop     func()
}

var testOptions = UpstreamOptions{SaveEvery: time.Hour, Backoff: seedlink.Backoff{First: time.Millisecond, Max: 5 * time.Millisecond}}

func collect(t *testing.T, opts UpstreamOptions, configs ...UpstreamConfig) *collector {
	t.Helper()
	clk := clock.NewVirtual(seis.TimeOf(1e18, false))
	up, err := NewUpstreams(clk, configs, opts)
	if err != nil {
		t.Fatal(err)
	}
	c := &collector{up: up, arrivals: make(chan Arrival, 10000)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- up.Run(ctx, func(a Arrival) { c.arrivals <- a }) }()
	c.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(c.stop)
	return c
}

// take waits for n arrivals and returns "STATION#SEQ" of each.
func (c *collector) take(t *testing.T, n int) []string {
	t.Helper()
	var out []string
	for range n {
		select {
		case a := <-c.arrivals:
			out = append(out, fmt.Sprintf("%s#%d", a.Station, a.Seq))
		case <-time.After(30 * time.Second):
			t.Fatalf("only %v arrived, want %d", out, n)
		}
	}
	return out
}

func (c *collector) connected(t *testing.T) {
	t.Helper()
	for range 30000 {
		all := true
		for _, s := range c.up.Status() {
			all = all && s.Connected
		}
		if all {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("not connected: %+v", c.up.Status())
}

func TestUpstreamArrivals(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	a, b := newSource(t, 1), newSource(t, 100)
	a.add("XX.ABC", 1)
	opts := testOptions
	opts.KeepAlive = 20 * time.Millisecond
	c := collect(t, opts,
		UpstreamConfig{Name: "first", URL: "seedlink://" + a.address, Streams: []string{"XX.ABC", "XX.D*..HHZ"}, Identity: "node-1"},
		UpstreamConfig{Name: "second", URL: "seedlink://" + b.address})
	c.connected(t)
	a.add("XX.ABC", 1) // sequence 2: the next after the connection
	a.add("XX.DEF", 1)
	a.add("XX.OTHER", 1)
	got := map[string]Arrival{}
	for range 2 {
		v := <-c.arrivals
		got[v.Station] = v
	}
	want := Arrival{Time: seis.TimeOf(1e18, false), Peer: a.address, Source: "first", Identity: "node-1", Protocol: "seedlink/3.1", Seq: 2, Station: "XX.ABC",
		Raw: bareRecord(fdsn.ID{Network: "XX", Station: "ABC", Channel: "HHZ"}, time.Date(2026, 1, 2, 3, 0, 1, 0, time.UTC))}
	if diff := cmp.Diff(want, got["XX.ABC"], cmp.AllowUnexported(seis.Time{})); diff != "" {
		t.Errorf("arrival (-want +got):\n%s", diff)
	}
	if v := got["XX.DEF"]; v.Seq != 1 || v.Unasked {
		t.Errorf("arrival of DEF: %+v", v)
	}
	b.add("YY.GHI", 1)
	if v := <-c.arrivals; v.Source != "second" || v.Station != "YY.GHI" || v.Seq != 100 || v.Peer != b.address {
		t.Errorf("arrival of GHI: %+v", v)
	}
	st := c.up.Status()
	if len(st) != 2 || st[0].Packets != 2 || st[0].Bytes != 1024 || st[0].Unacknowledged != 2 || st[0].Connects != 1 || st[0].Reconnects() != 0 ||
		!strings.HasPrefix(st[0].Server, "SeedLink v3.1") || st[0].Since.IsZero() || st[0].LastPacket.IsZero() || st[0].Error != "" || st[1].Packets != 1 {
		t.Errorf("status %+v", st)
	}
	c.stop()
	a.stop()
	b.stop()
}

// TestUpstreamUnasked flags stations that a server forces on us.
func TestUpstreamUnasked(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		r := bufio.NewScanner(conn)
		for r.Scan() {
			switch {
			case strings.HasPrefix(r.Text(), "HELLO"):
				fmt.Fprint(conn, "SeedLink v3.0\r\nx\r\n")
			case strings.HasPrefix(r.Text(), "END"):
				for _, station := range []string{"ABC", "EVIL"} {
					fmt.Fprintf(conn, "SL000001%s", bareRecord(fdsn.ID{Network: "XX", Station: station, Channel: "HHZ"}, time.Unix(1e9, 0).UTC()))
				}
			default:
				fmt.Fprint(conn, "OK\r\n")
			}
		}
	}()
	c := collect(t, testOptions, UpstreamConfig{Name: "a", URL: "seedlink://" + l.Addr().String(), Streams: []string{"XX.ABC"}})
	if v := <-c.arrivals; v.Unasked || v.Station != "XX.ABC" {
		t.Errorf("%+v", v)
	}
	if v := <-c.arrivals; !v.Unasked || v.Station != "XX.EVIL" {
		t.Errorf("%+v", v)
	}
	if st := c.up.Status()[0]; st.Unasked != 1 || st.Unacknowledged != 1 || st.Packets != 2 {
		t.Errorf("status %+v", st)
	}
	if c.up.Acknowledge("a", "XX.EVIL", 1) {
		t.Error("a station not asked for has a position")
	}
	c.stop()
}

// TestUpstreamResumes goes through an outage of the server and two lives of
// the program.
func TestUpstreamResumes(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s := newSource(t, 0xFFFFFE) // the sequences wrap on the way
	opts := testOptions
	opts.StateFile = filepath.Join(t.TempDir(), "upstreams")
	config := UpstreamConfig{Name: `source "one" at home`, URL: "seedlink://" + s.address, Streams: []string{"XX.*"}}
	s.add("XX.DEF", 1)
	c := collect(t, opts, config)
	c.connected(t)
	s.add("XX.ABC", 4)
	want := []string{"XX.ABC#16777214", "XX.ABC#16777215", "XX.ABC#0", "XX.ABC#1"}
	if diff := cmp.Diff(want, c.take(t, 4)); diff != "" {
		t.Errorf("before the outage (-want +got):\n%s", diff)
	}
	// The server goes away and comes back with three more records: nothing that
	// arrived comes again, acknowledged or not.
	s.stop()
	s.add("XX.ABC", 3)
	s.start(t, s.address)
	if diff := cmp.Diff([]string{"XX.ABC#2", "XX.ABC#3", "XX.ABC#4"}, c.take(t, 3)); diff != "" {
		t.Errorf("after the outage (-want +got):\n%s", diff)
	}
	if st := c.up.Status()[0]; st.Connects < 2 || st.Reconnects() < 1 || st.Error == "" || st.ErrorTime.IsZero() {
		t.Errorf("status after an outage: %+v", st)
	}
	for _, ack := range []struct {
		station string
		seq     int64
		want    bool
	}{
		{"XX.ABC", 5, false}, {"XX.NONE", 1, false}, {"XX.ABC", 16777215, true}, {"XX.ABC", 16777214, false}, {"XX.ABC", 16777215, false}, {"XX.ABC", 1, true},
	} {
		if got := c.up.Acknowledge(config.Name, ack.station, ack.seq); got != ack.want {
			t.Errorf("Acknowledge(%s, %d) = %v, want %v", ack.station, ack.seq, got, ack.want)
		}
	}
	if c.up.Acknowledge("nobody", "XX.ABC", 2) {
		t.Error("an unknown upstream was acknowledged")
	}
	if n := c.up.Status()[0].Unacknowledged; n != 3 {
		t.Errorf("%d unacknowledged, want 3", n)
	}
	c.stop()

	// The next life begins after the last one acknowledged, 1.
	c = collect(t, opts, config, UpstreamConfig{Name: "other", URL: "seedlink://" + s.address, Streams: []string{"ZZ.ZZZ"}})
	s.add("XX.ABC", 1)
	if diff := cmp.Diff([]string{"XX.ABC#2", "XX.ABC#3", "XX.ABC#4", "XX.ABC#5"}, c.take(t, 4)); diff != "" {
		t.Errorf("in the second life (-want +got):\n%s", diff)
	}
	if p, ok := c.up.Position(config.Name, "XX.ABC"); !ok || p.Sequence != 1 || p.Start != time.Date(2026, 1, 2, 3, 0, 3, 0, time.UTC).UnixNano() {
		t.Errorf("position %+v, %v", p, ok)
	}
	c.up.Acknowledge(config.Name, "XX.ABC", 5)
	c.stop()

	// A life without the upstream keeps its position for the one after.
	c = collect(t, opts, UpstreamConfig{Name: "other", URL: "seedlink://" + s.address, Streams: []string{"XX.DEF"}})
	c.connected(t)
	s.add("XX.DEF", 1)
	if got := c.take(t, 1); !c.up.Acknowledge("other", "XX.DEF", 16777215) {
		t.Errorf("got %v", got)
	}
	c.stop()
	c = collect(t, opts, config)
	s.add("XX.ABC", 1)
	if diff := cmp.Diff([]string{"XX.ABC#6"}, c.take(t, 1)); diff != "" {
		t.Errorf("in the fourth life (-want +got):\n%s", diff)
	}
	c.stop()
	s.stop()
}

// TestUpstreamSavesFirst waits for the file of a program that saves once an
// hour: the first position of a station does not wait so long.
func TestUpstreamSavesFirst(t *testing.T) {
	s := newSource(t, 1)
	opts := testOptions
	opts.StateFile = filepath.Join(t.TempDir(), "upstreams")
	c := collect(t, opts, UpstreamConfig{Name: "a", URL: "seedlink://" + s.address, Streams: []string{"XX.ABC"}})
	c.connected(t)
	s.add("XX.ABC", 1)
	c.take(t, 1)
	c.up.Acknowledge("a", "XX.ABC", 1)
	for range 30000 {
		if b, err := os.ReadFile(opts.StateFile); err == nil && bytes.Contains(b, []byte(`"a" XX.ABC 1 `)) {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Error("no position was saved")
}

// TestUpstreamKilled kills a program with SIGKILL again and again while it
// receives. Each life writes down what arrived before it acknowledges it; in
// the end nothing may be missing.
func TestUpstreamKilled(t *testing.T) {
	if args := os.Getenv("HOUFENG_TEST_UPSTREAM"); args != "" {
		upstreamChild(strings.Split(args, "\n"))
		return
	}
	s := newSource(t, 1)
	dir := t.TempDir()
	state, journal := filepath.Join(dir, "state"), filepath.Join(dir, "journal")
	feed, stopFeed := context.WithCancel(context.Background())
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		for feed.Err() == nil {
			s.add("XX.ABC", 1)
			s.add("XX.DEF", 2)
			time.Sleep(time.Millisecond)
		}
	}()
	lines := func() int {
		b, _ := os.ReadFile(journal)
		return bytes.Count(b, []byte("\n"))
	}
	for life := range 6 {
		child := exec.Command(os.Args[0], "-test.run=^TestUpstreamKilled$")
		child.Env = append(os.Environ(), "HOUFENG_TEST_UPSTREAM="+s.address+"\n"+state+"\n"+journal)
		var out bytes.Buffer
		child.Stdout, child.Stderr = &out, &out
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		before := lines()
		saved := func() bool {
			b, err := os.ReadFile(state)
			return err == nil && bytes.Contains(b, []byte("XX.ABC")) && bytes.Contains(b, []byte("XX.DEF"))
		}
		for n := 0; lines() < before+50*(life+1) || !saved(); n++ {
			if n > 60000 {
				child.Process.Kill()
				child.Wait()
				t.Fatalf("life %d: %d lines, state saved %v\n%s", life, lines()-before, saved(), out.String())
			}
			time.Sleep(time.Millisecond)
		}
		child.Process.Kill()
		child.Wait()
	}
	stopFeed()
	<-fed
	b, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]map[int]bool{}
	first, last, repeated := map[string]int{}, map[string]int{}, 0
	for _, line := range strings.Fields(string(b)) {
		station, text, _ := strings.Cut(line, "#")
		var seq int
		if _, err := fmt.Sscan(text, &seq); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		if seen[station] == nil {
			seen[station], first[station] = map[int]bool{}, seq
		}
		if seen[station][seq] {
			repeated++
		}
		seen[station][seq] = true
		last[station] = max(last[station], seq)
	}
	for _, station := range []string{"XX.ABC", "XX.DEF"} {
		if missing := last[station] - first[station] + 1 - len(seen[station]); missing != 0 || len(seen[station]) < 100 {
			t.Errorf("%s: %d of the records %d to %d are missing", station, missing, first[station], last[station])
		}
	}
	t.Logf("%d records, %d came twice", len(strings.Fields(string(b))), repeated)
	s.stop()
}

// upstreamChild receives until it is killed.
func upstreamChild(args []string) {
	journal, err := os.OpenFile(args[2], os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	up, err := NewUpstreams(clock.NewVirtual(seis.Time{}), []UpstreamConfig{{Name: "s", URL: "seedlink://" + args[0]}},
		UpstreamOptions{StateFile: args[1], SaveEvery: 3 * time.Millisecond, Backoff: seedlink.Backoff{First: time.Millisecond},
			Log: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		panic(err)
	}
	if err := up.Run(context.Background(), func(a Arrival) {
		fmt.Fprintf(journal, "%s#%d\n", a.Station, a.Seq)
		if !up.Acknowledge(a.Source, a.Station, a.Seq) {
			panic("not acknowledged: " + a.Station)
		}
	}); err != nil {
		panic(err)
	}
}
