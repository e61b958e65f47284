package seedlink

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"houfeng/fdsn"
)

// scripted is a server made of a table: it answers each line and sends what the
// table says. It keeps what it was told.
type scripted struct {
	hello   string            // two lines, each with CRLF
	replies map[string]string // by command or first word; "" is OK
	data    string            // sent after END, or after DATA in uni-station mode
	close   bool              // close then
	told    []string
}

func (s *scripted) dial(context.Context, string, string) (net.Conn, error) {
	a, b := net.Pipe()
	go func() {
		defer b.Close()
		r := bufio.NewReader(b)
		multi, batch := false, false
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			line = strings.TrimSpace(line)
			s.told = append(s.told, line)
			verb, _, _ := strings.Cut(line, " ")
			multi = multi || verb == "STATION"
			reply, ok := s.replies[line]
			if !ok {
				reply, ok = s.replies[verb]
			}
			switch {
			case ok:
			case verb == "HELLO":
				reply = s.hello
			case verb == "END" || verb == "DATA" && !multi:
				if io.WriteString(b, s.data); s.close {
					return
				}
				continue
			case !batch:
				reply = "OK\r\n"
				batch = verb == "BATCH"
			}
			if reply != "" { // an empty write to a pipe waits for a reader
				io.WriteString(b, reply)
			}
		}
	}()
	return a, nil
}

func packet(seq uint64, id fdsn.ID, start time.Time) string {
	return string(appendV3Packet(nil, seq, testRecord(id, start, time.Second)))
}

const (
	helloOld   = "SeedLink v2.5 (2005.198)\r\nGEOFON\r\n"
	helloSC    = "SeedLink v3.2 (2018.033) :: SLPROTO:3.1 CAP EXTREPLY NSWILDCARD BATCH WS:13\r\nGFZ\r\n"
	helloRing4 = "SeedLink v4.0 (RingServer/4.5.3) :: SLPROTO:4.0 SLPROTO:3.1 CAP WS:13\r\nRing Server\r\n"
)

func TestClientNegotiation(t *testing.T) {
	at := epoch.Add(500 * time.Millisecond)
	stamp := "2026,01,02,03,00,00"
	for _, tt := range []struct {
		name    string
		client  *Client
		server  scripted
		told    []string
		packets int
		err     string
	}{
		{name: "one station, SeisComP",
			client: &Client{Streams: []StreamRequest{{Network: "XX", Station: "ABC", Selectors: []string{"HH?", "00BHZ.D"}}}},
			server: scripted{hello: helloSC, data: packet(1, abcZ, at) + "END"},
			told:   []string{"HELLO", "CAPABILITIES EXTREPLY", "STATION ABC XX", "SELECT HH?", "SELECT 00BHZ.D", "DATA", "END"}, packets: 1},
		{name: "several stations, batched",
			client: &Client{Streams: []StreamRequest{{Network: "XX", Station: "ABC"}, {Network: "YY", Station: "GHI", Selectors: []string{"HHZ"}}},
				Resume: State{"XX.ABC": {Sequence: 0xFFFFFF, Start: at.UnixNano()}, "YY.GHI": {Sequence: 9}, "ZZ.OTHER": {Sequence: 1}}},
			server: scripted{hello: helloSC, data: packet(0, abcZ, at) + packet(10, ghiZ, at) + "END"},
			told:   []string{"HELLO", "CAPABILITIES EXTREPLY", "BATCH", "STATION ABC XX", "DATA 000000 " + stamp, "STATION GHI YY", "SELECT HHZ", "DATA 00000A", "END"}, packets: 2},
		{name: "an old server knows neither BATCH nor times",
			client: &Client{Streams: []StreamRequest{{Network: "XX", Station: "ABC"}, {Network: "YY", Station: "GHI"}}, Resume: State{"XX.ABC": {Sequence: 1, Start: at.UnixNano()}}},
			server: scripted{hello: helloOld, replies: map[string]string{"BATCH": "ERROR\r\n"}, data: "END"},
			told:   []string{"HELLO", "BATCH", "STATION ABC XX", "DATA 000002", "STATION GHI YY", "DATA", "END"}},
		{name: "a station that is refused",
			client: &Client{Streams: []StreamRequest{{Network: "XX", Station: "ABC"}, {Network: "YY", Station: "GHI"}}},
			server: scripted{hello: helloOld, replies: map[string]string{"BATCH": "ERROR\r\n", "STATION ABC XX": "ERROR\r\n"}, data: packet(1, ghiZ, at) + "END"},
			told:   []string{"HELLO", "BATCH", "STATION ABC XX", "STATION GHI YY", "DATA", "END"}, packets: 1},
		{name: "all are refused, with reason",
			client: &Client{Streams: []StreamRequest{{Network: "XX", Station: "ABC"}}},
			server: scripted{hello: helloSC, replies: map[string]string{"STATION": "ERROR\rUNAUTHORIZED not for you\r\n"}},
			told:   []string{"HELLO", "CAPABILITIES EXTREPLY", "STATION ABC XX"},
			err:    "seedlink pipe: server accepted none of the streams: server refused STATION ABC XX: UNAUTHORIZED not for you"},
		{name: "a selector that is refused",
			client: &Client{Streams: []StreamRequest{{Network: "XX", Station: "ABC", Selectors: []string{"HHZ", "?"}}}},
			server: scripted{hello: helloOld, replies: map[string]string{"SELECT ?": "ERROR\r\n"}, data: "END"},
			told:   []string{"HELLO", "STATION ABC XX", "SELECT HHZ", "SELECT ?", "DATA", "END"}},
		{name: "all selectors refused",
			client: &Client{Streams: []StreamRequest{{Network: "XX", Station: "ABC", Selectors: []string{"?"}}}},
			server: scripted{hello: helloOld, replies: map[string]string{"SELECT": "ERROR\r\n"}},
			told:   []string{"HELLO", "STATION ABC XX", "SELECT ?"},
			err:    "seedlink pipe: server accepted none of the streams: server refused SELECT ?"},
		{name: "uni-station",
			client: &Client{Resume: State{"XX.ABC": {Sequence: 0x1F}}},
			server: scripted{hello: helloOld, data: packet(0x20, abcZ, at) + "END"},
			told:   []string{"HELLO", "DATA 000020"}, packets: 1},
		{name: "dial-up",
			client: &Client{Streams: []StreamRequest{{Network: "XX", Station: "ABC"}}, Dialup: true, Resume: State{"XX.ABC": {Sequence: 1}}},
			server: scripted{hello: helloOld, data: "END"},
			told:   []string{"HELLO", "STATION ABC XX", "FETCH 000002", "END"}},
		{name: "window",
			client: &Client{Streams: []StreamRequest{{Network: "XX", Station: "ABC"}}, Begin: epoch, End: epoch.Add(time.Hour), Resume: State{"XX.ABC": {Sequence: 1}}},
			server: scripted{hello: helloOld, data: "END"},
			told:   []string{"HELLO", "STATION ABC XX", "TIME 2026,01,02,03,00,00 2026,01,02,04,00,00", "END"}},
		{name: "wildcards: what was received before comes by name",
			client: &Client{Streams: []StreamRequest{{Network: "X?", Station: "*", Selectors: []string{"HHZ"}}, {Network: "XX", Station: "DEF"}},
				Resume: State{"XX.ABC": {Sequence: 1}, "XX.DEF": {Sequence: 2}, "YY.GHI": {Sequence: 3}, "XX.*": {Sequence: 4}, "XX.A B": {Sequence: 4}}},
			server: scripted{hello: helloSC, data: "END"},
			told: []string{"HELLO", "CAPABILITIES EXTREPLY", "BATCH", "STATION DEF XX", "DATA 000003",
				"STATION ABC XX", "SELECT HHZ", "DATA 000002", "STATION * X?", "SELECT HHZ", "DATA", "END"}},
		{name: "ringserver: one place for all, the rest is passed over",
			client: &Client{Streams: []StreamRequest{{Network: "XX", Station: "ABC"}, {Network: "XX", Station: "DEF"}, {Network: "YY", Station: "GHI"}},
				Resume: State{"XX.ABC": {Sequence: 3, Start: at.UnixNano()}, "XX.DEF": {Sequence: 0xFFFFF0, Start: at.Add(-time.Second).UnixNano()}}},
			server: scripted{hello: helloRing4, data: packet(0xFFFFF1, defZ, at) + packet(0xFFFFF2, abcZ, at) + packet(3, abcZ, at) + packet(4, abcZ, at.Add(time.Second)) + packet(5, ghiZ, at) + "END"},
			told: []string{"HELLO", "CAPABILITIES EXTREPLY", "BATCH", "STATION ABC XX", "DATA FFFFF1", "STATION DEF XX", "DATA FFFFF1",
				"STATION GHI YY", "DATA FFFFF1", "END"}, packets: 3},
		{name: "ringserver that began anew: nothing is passed over",
			client: &Client{Streams: []StreamRequest{{Network: "XX", Station: "ABC"}}, Resume: State{"XX.ABC": {Sequence: 5000, Start: at.UnixNano()}}},
			server: scripted{hello: helloRing4, data: packet(1, abcZ, at.Add(time.Second)) + packet(2, abcZ, at) + "END"},
			told:   []string{"HELLO", "CAPABILITIES EXTREPLY", "STATION ABC XX", "DATA 001389", "END"}, packets: 2},
		{name: "CAPABILITIES refused",
			client: &Client{Streams: []StreamRequest{{Network: "XX", Station: "ABC"}}},
			server: scripted{hello: helloSC, replies: map[string]string{"CAPABILITIES": "ERROR\r\n"}, data: "END"},
			told:   []string{"HELLO", "CAPABILITIES EXTREPLY", "STATION ABC XX", "DATA", "END"}},

		{name: "not a SeedLink server", server: scripted{hello: "HTTP/1.1 400 Bad Request\r\n\r\n"},
			told: []string{"HELLO"}, err: `seedlink pipe: answer to HELLO: "HTTP/1.1 400 Bad Request" is no SeedLink server`},
		{name: "endless HELLO", server: scripted{hello: strings.Repeat("S", 5000)},
			told: []string{"HELLO"}, err: "seedlink pipe: answer to HELLO: line is longer than 1024 bytes"},
		{name: "odd reply", client: &Client{Streams: []StreamRequest{{Network: "XX", Station: "ABC"}}},
			server: scripted{hello: helloOld, replies: map[string]string{"STATION": "MAYBE\r\n"}},
			told:   []string{"HELLO", "STATION ABC XX"}, err: `seedlink pipe: answer to STATION ABC XX: "MAYBE", want OK or ERROR`},
		{name: "ERROR in place of data", server: scripted{hello: helloOld, data: "ERROR\r\n"},
			told: []string{"HELLO", "DATA"}, err: "seedlink pipe: server sent ERROR"},
		{name: "closed at a packet's end", server: scripted{hello: helloOld, data: packet(1, abcZ, at), close: true},
			told: []string{"HELLO", "DATA"}, packets: 1, err: "seedlink pipe: server closed the connection: unexpected EOF"},
		{name: "closed within a packet", server: scripted{hello: helloOld, data: packet(1, abcZ, at)[:300], close: true},
			told: []string{"HELLO", "DATA"}, err: "seedlink pipe: read packet 000001: server closed the connection: unexpected EOF"},
		{name: "no packet", server: scripted{hello: helloOld, data: "NONSENSE AND MORE"},
			told: []string{"HELLO", "DATA"}, err: `seedlink pipe: read packet: header "NONSENSE", want SL and a sequence`},
		{name: "no sequence", server: scripted{hello: helloOld, data: "SL00000G" + packet(1, abcZ, at)},
			told: []string{"HELLO", "DATA"}, err: `seedlink pipe: read packet: sequence "00000G" is not six hexadecimal digits`},
		{name: "a command in a code", client: &Client{Streams: []StreamRequest{{Network: "XX", Station: "A\r\nBYE"}}},
			err: `seedlink pipe: stream request "XX" "A\r\nBYE": want codes of 1 to 8 letters, digits, '*' and '?'`},
		{name: "a command in a selector", client: &Client{Streams: []StreamRequest{{Network: "XX", Station: "A", Selectors: []string{"HHZ\rBYE"}}}},
			err: `seedlink pipe: stream request XX.A: selector "HHZ\rBYE" is not a word of printable letters`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := tt.client
				if c == nil {
					c = new(Client)
				}
				c.Address, c.Dial = "pipe", tt.server.dial
				n := 0
				err := c.Run(t.Context(), func(Packet) error { n++; return nil })
				synctest.Wait()
				if fmt.Sprint(err) != tt.err && (err != nil || tt.err != "") {
					t.Errorf("error\n  %v\nwant\n  %v", err, tt.err)
				}
				if diff := cmp.Diff(tt.told, tt.server.told); diff != "" {
					t.Errorf("the server was told (-want +got):\n%s", diff)
				}
				if n != tt.packets {
					t.Errorf("%d packets, want %d", n, tt.packets)
				}
			})
		})
	}
}

// TestClientRecords reads records of every length, and what is none.
func TestClientRecords(t *testing.T) {
	record := func(length int, exp byte) []byte {
		b := make([]byte, max(length, 512))
		copy(b, testRecord(abcZ, epoch, time.Second))
		b[54] = exp
		return b[:length]
	}
	far := record(512, 9) // blockette 1000 at 256, after one at 48
	copy(far[256:264], far[48:56])
	binary.BigEndian.PutUint16(far[48:], 100)
	binary.BigEndian.PutUint16(far[50:], 256)
	bare := record(512, 9)
	binary.BigEndian.PutUint16(bare[46:], 0)
	little := record(512, 9)
	for _, at := range []int{20, 22, 28, 30, 32, 34, 44, 46, 48, 50} {
		little[at], little[at+1] = little[at+1], little[at]
	}
	noise := make([]byte, 512)
	for i := range noise {
		noise[i] = byte(i * 7)
	}
	for _, tt := range []struct {
		name string
		raw  []byte
	}{
		{"512", record(512, 9)}, {"128", record(128, 7)}, {"256", record(256, 8)}, {"4096", record(4096, 12)},
		{"65536", record(65536, 16)}, {"length that cannot be", record(512, 40)}, {"blockette 1000 far off", far},
		{"no blockette 1000", bare}, {"little endian", little}, {"noise", noise},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := scripted{hello: helloOld, data: "SL000001" + string(tt.raw) + packet(2, abcZ, epoch) + "END"}
				c := &Client{Address: "pipe", Dial: s.dial}
				var got []Packet
				if err := c.Run(t.Context(), func(p Packet) error { got = append(got, p); return nil }); err != nil {
					t.Fatal(err)
				}
				if len(got) != 2 || string(got[0].Raw) != string(tt.raw) || got[1].Sequence != 2 {
					t.Fatalf("%d packets, want two and the first as sent", len(got))
				}
				want := State{"XX.ABC": {Sequence: 2, Start: epoch.UnixNano()}}
				if diff := cmp.Diff(want, c.State()); diff != "" {
					t.Errorf("state (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestClientKeepAlive has a server that says nothing, and then not even that.
func TestClientKeepAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		c := &Client{Address: "pipe", Dial: pipeDial(ctx, &Server{Store: scene()}), Streams: []StreamRequest{{Network: "XX", Station: "ABC"}}}
		began, infos := time.Now(), 0
		err := c.Run(ctx, func(p Packet) error {
			if text, _, err := InfoText(p.Raw); !p.Info || err != nil || p.Sequence != NoSequence || !strings.Contains(text, "<seedlink") {
				t.Errorf("got %+v, want an answer to INFO ID", p)
			}
			if infos++; time.Since(began) >= 10*time.Minute {
				return errEnough
			}
			return nil
		})
		if !errors.Is(err, errEnough) || infos != 20 {
			t.Errorf("%d answers in ten minutes, error %v, want one each half minute", infos, err)
		}

		dead := &scripted{hello: helloOld, replies: map[string]string{"INFO": "", "DATA": packet(1, abcZ, epoch)}}
		c = &Client{Address: "pipe", Dial: dead.dial}
		began = time.Now()
		err = c.Run(ctx, func(p Packet) error { return nil })
		if !errors.Is(err, ErrSilent) || time.Since(began) != 2*time.Minute {
			t.Errorf("after %s: %v, want ErrSilent after 2m0s", time.Since(began), err)
		}
		synctest.Wait()
		if diff := cmp.Diff([]string{"HELLO", "DATA", "INFO ID"}, dead.told); diff != "" {
			t.Errorf("the server was told (-want +got):\n%s", diff)
		}

		mute := &scripted{replies: map[string]string{"HELLO": ""}}
		c = &Client{Address: "pipe", Dial: mute.dial}
		began = time.Now()
		if err = c.Run(ctx, nil); err == nil || time.Since(began) != 30*time.Second {
			t.Errorf("after %s: %v, want a timeout after 30s", time.Since(began), err)
		}
		cancel()
		synctest.Wait()
	})
}

// TestFollow takes a server down and up again, with another one's packets
// missing in between: every record comes once, in order.
func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		m := NewMemory(MemoryConfig{FirstSequence: 0xFFFFF0})
		go func() {
			for i := 0; ctx.Err() == nil; i++ {
				fill(m, abcZ, epoch.Add(time.Duration(i)*time.Second), 1)
				fill(m, defZ, epoch.Add(time.Duration(i)*time.Second), 1)
				time.Sleep(time.Second)
			}
		}()
		s := &Server{Store: m}
		dials := 0
		dial := func(_ context.Context, network, address string) (net.Conn, error) {
			if dials++; dials%3 == 0 {
				return nil, errors.New("host is down")
			}
			life, kill := context.WithCancel(ctx)
			time.AfterFunc(7*time.Second, kill)
			return pipeDial(life, s)(ctx, network, address)
		}
		c := &Client{Address: "pipe", Dial: dial, Streams: []StreamRequest{{Network: "XX", Station: "ABC"}, {Network: "*", Station: "D*"}},
			Resume: State{"XX.ABC": {Sequence: 0xFFFFEF}, "XX.DEF": {Sequence: 0xFFFFEF}}}
		got := map[string][]uint64{}
		lost := 0
		enough := errors.New("followed long enough")
		err := c.Follow(ctx, Backoff{First: 500 * time.Millisecond, Max: 3 * time.Second}, func(error) { lost++ }, func(p Packet) error {
			got[p.Station] = append(got[p.Station], p.Sequence)
			if len(got["ABC"]) == 100 {
				cancel(enough)
			}
			return nil
		})
		if err != enough {
			t.Errorf("Follow: %v, want %v", err, enough)
		}
		if lost < 10 || dials < lost {
			t.Errorf("lost %d connections of %d, want many", lost, dials)
		}
		for station, list := range got {
			for i, seq := range list {
				if want := uint64(0xFFFFF0+i) & 0xFFFFFF; seq != want {
					t.Fatalf("%s: packet %d has sequence %06X, want %06X", station, i, seq, want)
				}
			}
		}
		if stations := slices.Sorted(maps.Keys(got)); len(stations) != 2 {
			t.Errorf("received %v", stations)
		}
		synctest.Wait()
		time.Sleep(10 * time.Second)
	})
}

func TestFollowEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scripted{hello: helloOld, data: packet(1, abcZ, epoch) + "END"}
		c := &Client{Address: "pipe", Dial: s.dial, Dialup: true, Streams: []StreamRequest{{Network: "XX", Station: "ABC"}}}
		if err := c.Follow(t.Context(), Backoff{}, nil, func(Packet) error { return nil }); err != nil {
			t.Errorf("dial-up: %v, want nil", err)
		}
		c = &Client{Address: "pipe", Dial: s.dial}
		s.replies = map[string]string{"DATA": s.data}
		if err := c.Follow(t.Context(), Backoff{}, nil, func(Packet) error { return errEnough }); !errors.Is(err, errEnough) {
			t.Errorf("handler's error: %v", err)
		}
		if got := c.State(); len(got) != 0 {
			t.Errorf("state after a packet that was not handled: %v", got)
		}
	})
}

// TestFollowBackoff waits longer after each failure, and anew after a packet.
func TestFollowBackoff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		good := scripted{hello: helloOld, data: packet(1, abcZ, epoch), close: true}
		var at []time.Duration
		began := time.Now()
		c := &Client{Address: "pipe", Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			at = append(at, time.Since(began)/time.Second)
			switch len(at) {
			case 4:
				return good.dial(ctx, network, address)
			case 7:
				cancel()
			}
			return nil, errors.New("host is down")
		}}
		c.Follow(ctx, Backoff{}, nil, func(Packet) error { return nil })
		if want := []time.Duration{0, 1, 3, 7, 8, 10, 14}; !slices.Equal(at, want) {
			t.Errorf("dialled after %d s, want %d", at, want)
		}
	})
}

// TestOldest counts back around the wrap; a position ahead of the one received
// last is none of the oldest.
func TestOldest(t *testing.T) {
	list := []StreamRequest{{Network: "XX", Station: "A"}, {Network: "XX", Station: "B"}, {Network: "XX", Station: "C"}, {Network: "XX", Station: "NEW"}}
	for _, tt := range []struct {
		a, b, c Position
		want    uint64
	}{
		{Position{10, 5}, Position{12, 4}, Position{11, 3}, 10},
		{Position{10, 5}, Position{7, 4}, Position{8, 3}, 7},
		{Position{3, 5}, Position{0xFFFFF0, 4}, Position{0, 3}, 0xFFFFF0},
		{Position{0xFFFFFF, 5}, Position{2, 4}, Position{0xFFFFFD, 3}, 0xFFFFFD},
	} {
		first, low := oldest(list, State{"XX.A": tt.a, "XX.B": tt.b, "XX.C": tt.c, "YY.D": {Sequence: 1}})
		if first == nil || first.Sequence != tt.want || len(low) != 3 {
			t.Errorf("%v %v %v: %v, %v, want %X", tt.a, tt.b, tt.c, first, low, tt.want)
		}
	}
	if first, low := oldest(list, State{}); first != nil || low != nil {
		t.Errorf("nothing received: %v, %v", first, low)
	}
}

func TestBackoff(t *testing.T) {
	for n, want := range []time.Duration{1: time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 32 * time.Second, time.Minute, time.Minute} {
		if n > 0 {
			if got := (Backoff{}).wait(n); got != want {
				t.Errorf("wait(%d) = %s, want %s", n, got, want)
			}
		}
	}
	if got := (Backoff{First: time.Second, Max: time.Second}).wait(1 << 40); got != time.Second {
		t.Errorf("got %s", got)
	}
}

func TestParseHello(t *testing.T) {
	for _, tt := range []struct {
		line              string
		version, software string
		caps              []string
	}{
		{"SeedLink v3.1 (2020.075 RingServer) :: SLPROTO:3.1 CAP EXTREPLY NSWILDCARD BATCH WS:13", "3.1", "2020.075 RingServer",
			[]string{"SLPROTO:3.1", "CAP", "EXTREPLY", "NSWILDCARD", "BATCH", "WS:13"}},
		{"SeedLink v4.0 (RingServer/4.5.3) :: SLPROTO:4.0 SLPROTO:3.1 CAP WS:13", "4.0", "RingServer/4.5.3", []string{"SLPROTO:4.0", "SLPROTO:3.1", "CAP", "WS:13"}},
		{"SeedLink v3.3 (2022.075) ", "3.3", "2022.075", []string{}},
		{"SeedLink v2.5 (2005.198)", "2.5", "2005.198", []string{}},
		{"SeedLink v3.0 AnyShake", "3.0", "AnyShake", []string{}},
		{"SeedLink", "", "", []string{}},
	} {
		h := parseHello(tt.line, " Org ")
		if h.Version != tt.version || h.Software != tt.software || !slices.Equal(h.Capabilities, tt.caps) || h.Organization != "Org" || h.Line != tt.line {
			t.Errorf("%q: %+v", tt.line, h)
		}
	}
	h := parseHello("SeedLink v3.1 (x) :: SLPROTO:3.1 CAP", "")
	if !h.Has("slproto") || !h.Has("SLPROTO:3.1") || h.Has("SLPROTO:4.0") || h.Has("WS") || !h.atLeast(2.93) || h.atLeast(3.2) {
		t.Errorf("capabilities of %+v", h)
	}
}
