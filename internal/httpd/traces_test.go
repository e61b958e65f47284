package httpd_test

import (
	"encoding/binary"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"houfeng/internal/httpd"
)

// trace is a segment as a client reads it.
type trace struct {
	stream string
	start  int64
	rate   float64
	form   byte
	recent bool
	values []float64
}

// readFrame is written from the table in docs/http.md, apart from the server's
// code.
func readFrame(t *testing.T, b []byte) (segments []trace) {
	t.Helper()
	le := binary.LittleEndian
	if b[0] != 1 || b[1] != 1 {
		t.Fatalf("frame begins % x", b[:8])
	}
	n := le.Uint16(b[2:])
	b = b[8:]
	for range n {
		s := trace{start: int64(le.Uint64(b)), rate: math.Float64frombits(le.Uint64(b[8:])), form: b[20], recent: b[21]&1 == 1}
		count, name := int(le.Uint32(b[16:])), int(le.Uint16(b[22:]))
		s.stream = string(b[24 : 24+name])
		b = b[24+(name+3)/4*4:]
		for i := range count {
			v := float64(int32(le.Uint32(b[4*i:])))
			if s.form%2 == 0 {
				v = float64(math.Float32frombits(le.Uint32(b[4*i:])))
			}
			s.values = append(s.values, v)
		}
		b = b[4*count:]
		segments = append(segments, s)
	}
	if len(b) != 0 {
		t.Fatalf("%d bytes after the last segment", len(b))
	}
	return segments
}

func TestTracesFollow(t *testing.T) {
	s := serve(t, httpd.Options{})
	s.advance(t, 30*time.Second)
	conn, _, err := websocket.Dial(t.Context(), s.url+"/traces", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	conn.SetReadLimit(1 << 22)
	say := func(msg string) {
		t.Helper()
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(msg)); err != nil {
			t.Fatal(err)
		}
	}
	// hear reads until done says so and returns all segments read.
	hear := func(done func(text string, all []trace) bool) (all []trace) {
		t.Helper()
		for {
			kind, b, err := conn.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			text := ""
			if kind == websocket.MessageText {
				text = string(b)
			} else {
				all = append(all, readFrame(t, b)...)
			}
			if done(text, all) {
				return all
			}
		}
	}
	end := func(s trace) int64 {
		n := float64(len(s.values))
		if s.form > 2 {
			n /= 2
		}
		return s.start + int64(n/s.rate*1e9+0.5)
	}

	say(`{"subscribe":["XX.HF01..HNZ"],"recent_s":20}`)
	heard := hear(func(_ string, all []trace) bool {
		return len(all) > 0 && end(all[len(all)-1]) > start.Nanos()+int64(28e9)
	})
	s.advance(t, 10*time.Second)
	heard = append(heard, hear(func(_ string, all []trace) bool {
		return len(all) > 0 && end(all[len(all)-1]) > start.Nanos()+int64(38e9)
	})...)
	if !heard[0].recent || heard[len(heard)-1].recent {
		t.Errorf("recent is %v at first and %v at last, want true and false", heard[0].recent, heard[len(heard)-1].recent)
	}
	if first := heard[0].start - start.Nanos(); first > 10e9 || end(heard[0]) < start.Nanos()+9e9 {
		t.Errorf("begins at %g s, want 20 s before the newest sample", float64(first)/1e9)
	}
	peak := 0.0
	for i, g := range heard {
		if g.stream != "XX.HF01..HNZ" || g.rate != 100 || g.form != 1 {
			t.Fatalf("segment %d is %q at %g Hz, form %d", i, g.stream, g.rate, g.form)
		}
		if i > 0 && end(heard[i-1]) != g.start {
			t.Errorf("segment %d starts %d ns after the end of the one before: recent and live must join", i, g.start-end(heard[i-1]))
		}
		for _, v := range g.values {
			peak = max(peak, math.Abs(v))
		}
	}
	if peak < 1e5 {
		t.Errorf("peak is %g counts, want the earthquake's", peak)
	}

	// The same again in bins keeps the peak.
	say(`{"subscribe":["XX.HF01..HNZ","XX.HF02..HNE"],"recent_s":40,"max_rate_hz":12}`)
	answered := false
	binned := hear(func(text string, all []trace) bool {
		answered = answered || text == `{"subscribed":["XX.HF01..HNZ","XX.HF02..HNE"]}`
		return answered && len(all) > 0 && all[len(all)-1].stream == "XX.HF02..HNE" && end(all[len(all)-1]) > start.Nanos()+int64(38e9)
	})
	high := 0.0
	for _, g := range binned {
		if g.form != 3 || math.Abs(g.rate-100.0/9) > 1e-9 {
			t.Fatalf("binned segment is form %d at %g bins/s, want 3 at 100/9", g.form, g.rate)
		}
		if g.stream == "XX.HF01..HNZ" {
			for _, v := range g.values {
				high = max(high, math.Abs(v))
			}
		}
	}
	if high != peak {
		t.Errorf("peak in bins is %g, of samples %g", high, peak)
	}

	for _, bad := range []string{`{"subscribe":["nothing"]}`, `no json`, `{"recent_s":1e9}`, `{"max_rate_hz":0.001}`} {
		say(bad)
		hear(func(text string, _ []trace) bool {
			if text != "" && !strings.HasPrefix(text, `{"error":"`) {
				t.Errorf("%s was answered with %s", bad, text)
			}
			return text != ""
		})
	}
}

func TestTracesAreForOwnPagesOnly(t *testing.T) {
	s := serve(t, httpd.Options{MaxTraces: 1})
	_, r, err := websocket.Dial(t.Context(), s.url+"/traces", &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {"http://evil.example"}}})
	if err == nil || r.StatusCode != 403 {
		t.Errorf("a page of another site: %v", err)
	}
	conn, _, err := websocket.Dial(t.Context(), s.url+"/traces", &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {s.url}}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	if _, r, err := websocket.Dial(t.Context(), s.url+"/traces", nil); err == nil || r.StatusCode != 503 {
		t.Errorf("a client too many: %v", err)
	}
	// A message beyond the limit ends the connection.
	if err := conn.Write(t.Context(), websocket.MessageText, make([]byte, 64<<10)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusMessageTooBig {
		t.Errorf("after a large message: %v", err)
	}
}
