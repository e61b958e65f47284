package seedlink

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"houfeng/fdsn"
)

// TestResume maps 24 bits to 64, around the wrap.
func TestResume(t *testing.T) {
	for _, tt := range []struct {
		low, first, last, want uint64
	}{
		{1, 1, 0, 0}, {5, 1, 0, 0}, {0, 1, 0, 0}, // nothing was ever given
		{4, 1, 9, 3}, {1, 1, 9, 0}, {10, 1, 9, 9},
		{11, 1, 9, 0},                             // from another life
		{3, 5, 9, 4},                              // no longer held
		{0xFFFFFF, 0xFFFF00, 0xFFFFFE, 0xFFFFFE},  // next, the last before the wrap
		{0, 0xFFFF00, 0xFFFFFF, 0xFFFFFF},         // next, the first after it
		{0, 0xFFFF00, 0x1000005, 0xFFFFFF},        // held, just after it
		{0xFFFFFF, 0xFFFF00, 0x1000005, 0xFFFFFE}, // held, before it
		{0xFFFF00, 0xFFFF00, 0x1000005, 0xFFFEFF}, // the oldest
		{0xFFFEFF, 0xFFFF00, 0x1000005, 0xFFFEFF}, // older than the oldest
		{6, 0xFFFF00, 0x1000005, 0x1000005},       // next
		{7, 0xFFFF00, 0x1000005, 0xFFFEFF},        // older by nearly a round: gone
		{0x345670, 0x512340000, 0x512345678, 0x51234566F},
	} {
		if got := resume(tt.low, tt.first, tt.last); got != tt.want {
			t.Errorf("resume(%#x, first %#x, last %#x) = %#x, want %#x", tt.low, tt.first, tt.last, got, tt.want)
		}
	}
}

func TestWrapOnTheWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		m := NewMemory(MemoryConfig{FirstSequence: 0xFFFFFD})
		fill(m, abcZ, epoch, 5)
		w := dialWire(ctx, t, &Server{Store: m})
		defer w.close()
		want := "OK OK ABC.HHZ#FFFFFE ABC.HHZ#FFFFFF ABC.HHZ#000000 ABC.HHZ#000001"
		if got := w.send("STATION ABC XX\r\nDATA FFFFFE\r\nEND\r\n"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// TestLimits counts connections by address.
func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s := &Server{Store: scene(), Limits: Limits{Clients: 4, PerAddress: 2}}
		var open []*wire
		try := func(address string, want bool) {
			t.Helper()
			w := dialWireFrom(ctx, t, s, address)
			if got := w.send("") == ""; got != want {
				t.Errorf("connection from %s taken: %v, want %v", address, got, want)
			}
			if want {
				open = append(open, w)
			}
		}
		try("192.0.2.1:1", true)
		try("192.0.2.1:2", true)
		try("192.0.2.1:3", false)
		try("[::ffff:192.0.2.1]:4", false)
		open[0].close()
		try("192.0.2.1:5", true)
		try("[2001:db8::1]:1", true)
		try("[2001:db8::ffff:2]:1", true)
		try("[2001:db8:0:1::1]:1", false) // the fifth in all
		open[1].close()
		try("[2001:db8::3]:1", false) // the third of its /64
		try("[2001:db8:0:1::1]:1", true)
		st := s.Stats()
		if st.Connections != 4 || st.Refused != 4 || st.Accepted != 6 {
			t.Errorf("stats %+v", st)
		}
		list := s.Connections()
		if len(list) != 4 || list[0].State != "handshake" {
			t.Errorf("connections %+v", list)
		}
		if n := s.Disconnect(func(c Connection) bool { return c.Remote.Addr() == netip.MustParseAddr("192.0.2.1") }); n != 1 {
			t.Errorf("disconnected %d, want 1", n)
		}
		synctest.Wait()
		if n := s.Stats().Connections; n != 3 {
			t.Errorf("%d connections after Disconnect, want 3", n)
		}
	})
}

// TestIdle closes connections that ask for nothing, not those that listen.
func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		m := scene()
		s := &Server{Store: m}
		quiet, trickle, listens, ended := dialWire(ctx, t, s), dialWire(ctx, t, s), dialWire(ctx, t, s), dialWire(ctx, t, s)
		listens.send("STATION ABC XX\r\nDATA\r\nEND\r\n")
		ended.send("STATION ABC XX\r\nFETCH\r\nEND\r\n")
		for range 119 {
			trickle.send("H")
			time.Sleep(time.Second)
		}
		if got := quiet.take() + trickle.take() + ended.take(); got != "" {
			t.Errorf("closed early: %q", got)
		}
		time.Sleep(time.Second)
		for _, w := range []*wire{quiet, trickle, ended} {
			if got := w.take(); got != "closed" {
				t.Errorf("after two minutes: %q, want closed", got)
			}
		}
		time.Sleep(24 * time.Hour)
		fill(m, abcZ, epoch, 1)
		if got := listens.take(); got != "ABC.HHZ#00000A" {
			t.Errorf("after a day: %q", got)
		}
		listens.close()
	})
}

// TestSlowReader has one client that takes nothing beside one that does.
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		m := NewMemory(MemoryConfig{PerStation: 4})
		fill(m, abcZ, epoch, 1)
		s := &Server{Store: m}
		quick := dialWire(ctx, t, s)
		defer quick.close()
		quick.send("STATION ABC XX\r\nDATA\r\nEND\r\n")

		slow, peer := net.Pipe()
		go s.ServeConn(ctx, peer)
		buf := make([]byte, 4096)
		slow.Write([]byte("STATION ABC XX\r\n"))
		slow.Read(buf)
		slow.Write([]byte("DATA\r\n"))
		slow.Read(buf)
		slow.Write([]byte("END\r\n"))
		synctest.Wait()

		began := time.Now()
		for i := range 20 {
			fill(m, abcZ, epoch, 1)
			if got := quick.take(); strings.Count(got, "#") != 1 {
				t.Fatalf("record %d: the quick client got %q", i, got)
			}
		}
		if !time.Now().Equal(began) {
			t.Errorf("the quick client waited %s", time.Since(began))
		}
		// The slow one has a write under way with the first record; when it reads
		// again the store has moved on.
		time.Sleep(20 * time.Second)
		n, _ := slow.Read(buf)
		if got := show(buf[:n]); got != "ABC.HHZ#000002" {
			t.Errorf("slow client got %q", got)
		}
		n, _ = slow.Read(buf)
		if got := show(buf[:n]); got != "ABC.HHZ#000012 ABC.HHZ#000013 ABC.HHZ#000014 ABC.HHZ#000015" {
			t.Errorf("slow client got %q", got)
		}
		synctest.Wait()
		if st := s.Stats(); st.Missed != 15 || st.Slow != 0 {
			t.Errorf("missed %d, slow %d, want 15 and 0", st.Missed, st.Slow)
		}
		// Taking a little within each half minute keeps it alive; nothing does not.
		fill(m, abcZ, epoch, 1)
		for range 10 {
			time.Sleep(29 * time.Second)
			slow.Read(buf[:10])
		}
		synctest.Wait()
		if st := s.Stats(); st.Slow != 0 || st.Connections != 2 {
			t.Errorf("slow %d, connections %d, want 0 and 2", st.Slow, st.Connections)
		}
		time.Sleep(61 * time.Second)
		synctest.Wait()
		if st := s.Stats(); st.Slow != 1 || st.Connections != 1 {
			t.Errorf("slow %d, connections %d, want 1 and 1", st.Slow, st.Connections)
		}
		slow.Close()
	})
}

// TestFetchTrimmed has a dial-up client that is so slow that the last record
// asked for is gone: it gets END, not the records that came later.
func TestFetchTrimmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		m := NewMemory(MemoryConfig{PerStation: 200})
		fill(m, abcZ, epoch, 200)
		a, b := net.Pipe()
		defer a.Close()
		go (&Server{Store: m}).ServeConn(ctx, b)
		a.Write([]byte("BATCH\r\nSTATION ABC XX\r\nFETCH ALL\r\nEND\r\n"))
		buf := make([]byte, 1<<20)
		a.Read(buf) // OK
		synctest.Wait()
		fill(m, abcZ, epoch, 300) // while 126 records are on their way
		n, _ := a.Read(buf)
		if got := strings.Fields(show(buf[:n])); len(got) != 126 || got[125] != "ABC.HHZ#00007E" {
			t.Errorf("got %d packets up to %s, want 126", len(got), got[len(got)-1])
		}
		if n, _ = a.Read(buf); string(buf[:n]) != "END" {
			t.Errorf("got %s, want END", show(buf[:n]))
		}
	})
}

// TestResumeWithTime: libslink names the start of the last packet beside the
// sequence of the next. A record that comes late, from a slower stream, is not
// to be lost by that; the time is a window only if it is not that of the packet.
func TestResumeWithTime(t *testing.T) {
	for command, want := range map[string]string{
		"DATA 2 2026,1,2,3,10,0": "OK OK ABC.HHN#000002 ABC.HHZ#000003",
		"DATA 1 2026,1,2,3,10,0": "OK OK ABC.HHZ#000001 ABC.HHZ#000003",
		"DATA 2 2026,1,2,3,9,58": "OK OK ABC.HHZ#000003",
		"DATA 2":                 "OK OK ABC.HHN#000002 ABC.HHZ#000003",
	} {
		synctest.Test(t, func(t *testing.T) {
			m := NewMemory(MemoryConfig{})
			fill(m, abcZ, epoch.Add(10*time.Minute+700*time.Millisecond), 1)
			fill(m, abcN, epoch, 1)
			fill(m, abcZ, epoch.Add(11*time.Minute), 1)
			w := dialWire(t.Context(), t, &Server{Store: m})
			defer w.close()
			if got := w.send("STATION ABC XX\r\n" + command + "\r\nEND\r\n"); got != want {
				t.Errorf("%s gave %s, want %s", command, got, want)
			}
		})
	}
}

// TestLeave looks into the hub after clients have gone.
func TestLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		m := scene()
		s := &Server{Store: m}
		stays, goes := dialWire(ctx, t, s), dialWire(ctx, t, s)
		for _, w := range []*wire{stays, goes} {
			w.send("STATION * *\r\nDATA\r\nEND\r\n")
		}
		fill(m, fdsn.ID{Network: "ZZ", Station: "NEW", Channel: "HHZ"}, epoch, 1)
		for _, w := range []*wire{stays, goes} {
			if got := w.take(); got != "NEW.HHZ#000001" {
				t.Errorf("of a new station came %q", got)
			}
		}
		feeds := func() (n int) {
			for _, list := range s.hub.topics {
				n += len(list)
			}
			return n
		}
		if n := feeds(); n != 8 {
			t.Errorf("%d feeds of two clients and four stations, want 8", n)
		}
		goes.close()
		if n := feeds(); n != 4 || len(s.hub.joined) != 1 {
			t.Errorf("%d feeds, %d outlets after one has gone, want 4 and 1", n, len(s.hub.joined))
		}
		stays.close()
	})
}

// TestSkipped passes over what version 3 cannot carry.
func TestSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		m := NewMemory(MemoryConfig{})
		s := &Server{Store: m}
		w := dialWire(ctx, t, s)
		defer w.close()
		w.send("STATION ABC XX\r\nDATA\r\nEND\r\n")
		good := testRecord(abcZ, epoch, time.Second)
		long := append(bytes.Clone(good), make([]byte, 3584)...)
		long[54] = 12
		short := bytes.Clone(good[:256])
		short[54] = 8
		liar := bytes.Clone(good)
		liar[54] = 12
		bare := bytes.Clone(good)
		binary.BigEndian.PutUint16(bare[46:], 0)
		for _, raw := range [][]byte{long, short, liar, bare, make([]byte, 512), []byte("MS\x03"), nil} {
			m.Append(abcZ, 0, 1, raw)
		}
		m.Append(abcZ, 0, 1, good)
		if got := w.take(); got != "ABC.HHZ#000008" {
			t.Errorf("got %s, want the one record of 512 bytes", got)
		}
		if st := s.Stats(); st.Skipped != 7 || st.Packets != 1 || st.Bytes != 520 {
			t.Errorf("stats %+v, want 7 skipped, 1 packet, 520 bytes", st)
		}
	})
}

// TestBacklogs serves two stations in turn: a long backlog of one does not hold
// up the other, and no write is longer than 64 KiB.
func TestBacklogs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		m := NewMemory(MemoryConfig{})
		fill(m, abcZ, epoch, 1000)
		fill(m, defZ, epoch, 1000)
		a, b := net.Pipe()
		defer a.Close()
		go (&Server{Store: m}).ServeConn(ctx, b)
		a.Write([]byte("BATCH\r\nSTATION * XX\r\nDATA ALL\r\nEND\r\n"))
		buf := make([]byte, 1<<20)
		a.Read(buf) // OK
		seen := map[string]int{}
		for seen["ABC"]+seen["DEF"] < 2000 {
			n, err := a.Read(buf)
			if err != nil || n > 64<<10 {
				t.Fatalf("%d bytes in one write, error %v", n, err)
			}
			for at := 0; at < n; at += 520 {
				seen[code(buf[at+16:at+21])]++
			}
			if d := seen["ABC"] - seen["DEF"]; d > 126 || d < -126 {
				t.Fatalf("%v: one station is far ahead of the other", seen)
			}
		}
	})
}

// brokenStore fails to read.
type brokenStore struct{ *Memory }

var errBroken = errors.New("disk on fire")

func (brokenStore) Read([]Item, string, string, uint64, int) ([]Item, error) { return nil, errBroken }

func TestStoreFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var log bytes.Buffer
		w := dialWire(ctx, t, &Server{Store: brokenStore{scene()}, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if got := w.send("STATION ABC XX\r\nDATA ALL\r\nEND\r\n"); got != "OK OK closed" {
			t.Errorf("got %q, want closed", got)
		}
		w.close()
		if !strings.Contains(log.String(), "read records of XX.ABC after 0: disk on fire") {
			t.Errorf("log says %q", log.String())
		}
	})
}

// TestServe opens, uses and closes a listener; goleak looks after the rest.
func TestServe(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := scene()
	s := &Server{Store: m, Organization: "Test"}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()

	c := &Client{Address: l.Addr().String(), Streams: []StreamRequest{{Network: "XX", Station: "ABC"}}, Resume: State{"XX.ABC": {Sequence: 4}}}
	n := 0
	err = c.Run(ctx, func(p Packet) error {
		if n++; n == 5 {
			return errEnough
		}
		return nil
	})
	if !errors.Is(err, errEnough) {
		t.Error(err)
	}
	text, err := c.Info(ctx, "connections")
	if err != nil || !strings.Contains(text, `<connection host="127.0.0.1"`) {
		t.Errorf("INFO CONNECTIONS: %v, %s", err, text)
	}
	// One client that says nothing and one that listens are there when it ends.
	idle, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	listening := make(chan error, 1)
	first := make(chan struct{}, 1)
	go func() {
		listening <- (&Client{Address: l.Addr().String(), Streams: []StreamRequest{{Network: "*", Station: "*"}}, Connected: func(Hello) { first <- struct{}{} }}).
			Run(context.Background(), func(Packet) error { return nil })
	}()
	<-first
	cancel()
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if err := <-listening; err == nil {
		t.Error("the client was told END, want a broken connection")
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("the listener is still open")
	}
	// A listener that is closed under the server is an error.
	l2, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l2.Close()
	if err := s.Serve(t.Context(), l2); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve on a closed listener: %v", err)
	}
}
