package httpd_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"houfeng/internal/engine/bus"
	"houfeng/internal/httpd"
	"houfeng/internal/httpd/httpdtest"
	"houfeng/internal/seis"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = seis.TimeOf(1571117622_000000000, false)

// served is a server that listens, with a feed to play.
type served struct {
	*httpd.Server
	feed *httpdtest.Feed
	url  string
	stop func() error // ends Run and returns what it returned
}

func serve(t *testing.T, o httpd.Options) *served {
	t.Helper()
	f := httpdtest.NewFeed(start)
	o.Listen = "127.0.0.1:0"
	if o.Heartbeat == 0 {
		o.Heartbeat = 20 * time.Millisecond
	}
	s, err := httpd.New(o, f.Sources(nil))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	stop := sync.OnceValue(func() error {
		cancel()
		err := <-done
		http.DefaultClient.CloseIdleConnections()
		f.Bus.Close()
		return err
	})
	t.Cleanup(func() { stop() })
	a, err := s.Addr(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return &served{Server: s, feed: f, url: "http://" + a.String(), stop: stop}
}

func (s *served) advance(t *testing.T, d time.Duration) {
	t.Helper()
	if err := s.feed.Advance(t.Context(), d); err != nil {
		t.Fatal(err)
	}
}

// sse is a message of /stream.
type sse struct {
	id, name string
	data     []byte
}

// follow opens /stream; next waits for a message of a name, or any for "".
func follow(t *testing.T, url string, header ...string) (next func(name string) (sse, error), leave func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	r, err := http.NewRequestWithContext(ctx, "GET", url+"/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != 200 || answer.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("stream: status %d, %s", answer.StatusCode, answer.Header.Get("Content-Type"))
	}
	lines := bufio.NewReader(answer.Body)
	next = func(name string) (m sse, err error) {
		for {
			line, err := lines.ReadString('\n')
			if err != nil {
				return m, err
			}
			field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
			switch field {
			case "id":
				m.id = value
			case "event":
				m.name = value
			case "data":
				m.data = []byte(value)
			case "":
				if m.name != "" && (name == "" || m.name == name) {
					return m, nil
				}
				m = sse{}
			}
		}
	}
	leave = func() { cancel(); answer.Body.Close() }
	t.Cleanup(leave)
	return next, leave
}

func must(t *testing.T, next func(string) (sse, error), name string) sse {
	t.Helper()
	m, err := next(name)
	if err != nil {
		t.Fatalf("wait for %q: %v", name, err)
	}
	return m
}

func decode[T any](t *testing.T, b []byte) (v T) {
	t.Helper()
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatalf("%v in %.200s", err, b)
	}
	return v
}

type eventMessage struct {
	ID         string
	Properties struct {
		Revision int
		Mag      *float64
		MaxGBT   *float64 `json:"max_gbt"`
	}
}

func TestStreamTellsAnEarthquake(t *testing.T) {
	s := serve(t, httpd.Options{Centre: "Test centre"})
	next, _ := follow(t, s.url)
	if m := decode[map[string]any](t, must(t, next, "hello").data); m["centre"] != "Test centre" || m["resumed"] != 0.0 {
		t.Errorf("hello is %v", m)
	}
	s.advance(t, 45*time.Second) // the earthquake is at 20 s
	first := decode[eventMessage](t, must(t, next, "event").data)
	if first.Properties.Revision != 1 || first.Properties.Mag != nil {
		t.Errorf("first revision is %+v, want number 1 without magnitude", first)
	}
	second := decode[eventMessage](t, must(t, next, "event").data)
	if second.ID != first.ID || second.Properties.Revision != 2 || *second.Properties.Mag < 5 || *second.Properties.MaxGBT < 6 {
		t.Errorf("second revision is %+v", second)
	}

	// Somebody who comes now is told what is so, before anything happens.
	late, _ := follow(t, s.url)
	states := decode[struct {
		Stations []struct{ Station, State, Standing string }
	}](t, must(t, late, "state").data)
	got := map[string]string{}
	for _, v := range states.Stations {
		got[v.Station] = v.State + " " + v.Standing
	}
	for station, want := range map[string]string{"XX.HF01": "live use", "XX.HF16": "live excluded", "XX.HF20": "live non-deciding", "XX.HF24": "live use"} {
		if got[station] != want {
			t.Errorf("%s is %q, want %q", station, got[station], want)
		}
	}
	picks := decode[struct {
		Picks []struct {
			Phase  string
			TimeMs int64 `json:"time_ms"`
		}
	}](t, must(t, late, "pick").data)
	if len(picks.Picks) < 20 || picks.Picks[0].Phase != "P" {
		t.Errorf("%d picks, first %+v; want the picks of the minutes before", len(picks.Picks), picks.Picks[0])
	}
	shaking := decode[struct {
		Stations []struct {
			GBT float64
			PGA float64 `json:"pga_gal"`
		}
	}](t, must(t, late, "shaking").data)
	if len(shaking.Stations) != 35 {
		t.Errorf("%d stations shake, want 35", len(shaking.Stations))
	}
	tick := decode[struct {
		CentreMs int64 `json:"centre_ms"`
		Stations struct{ Total, Live, Silent int }
	}](t, must(t, late, "tick").data)
	if want := start.Add(45*time.Second).Nanos() / 1e6; tick.CentreMs != want || tick.Stations.Total != 36 || tick.Stations.Live != 35 || tick.Stations.Silent != 1 {
		t.Errorf("tick is %+v, want centre_ms %d, 35 of 36 live", tick, want)
	}
}

// Whoever names the last event seen gets what was missed: the newest revision
// of each event, also while the catalogue has not stored it yet.
func TestStreamResumes(t *testing.T) {
	s := serve(t, httpd.Options{})
	next, leave := follow(t, s.url)
	s.advance(t, 35*time.Second)
	seen := must(t, next, "event")
	leave()
	s.advance(t, 20*time.Second)

	unstored := seis.Event{ID: "unstored", Revision: 1, Type: "earthquake", Made: s.feed.Now()}
	if err := bus.Publish(t.Context(), s.feed.Bus, bus.Events, "unstored", "", unstored); err != nil {
		t.Fatal(err)
	}
	live, _ := follow(t, s.url) // to know that the message has been heard
	for {
		other, done := follow(t, s.url, "Last-Event-ID", seen.id)
		hello := decode[struct{ Resumed int }](t, must(t, other, "hello").data)
		if hello.Resumed == 2 {
			a, b := decode[eventMessage](t, must(t, other, "event").data), decode[eventMessage](t, must(t, other, "event").data)
			if a.Properties.Revision < 4 || b.ID != "unstored" {
				t.Errorf("resumed with %+v, %+v; want the newest revision, then the other event", a, b)
			}
			break
		}
		done()
		must(t, live, "tick")
	}
	for _, query := range []string{"?last_event_id=yesterday", "?last_event_id=99999999999999999999"} {
		r, err := http.Get(s.url + "/stream" + query)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != 400 {
			t.Errorf("stream%s: status %d, want 400", query, r.StatusCode)
		}
	}
}

func TestStreamClientsAreLimited(t *testing.T) {
	s := serve(t, httpd.Options{MaxStreams: 2})
	_, leave := follow(t, s.url)
	next, _ := follow(t, s.url)
	r, err := http.Get(s.url + "/stream")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != 503 || r.Header.Get("Retry-After") == "" {
		t.Errorf("third client: status %d, Retry-After %q", r.StatusCode, r.Header.Get("Retry-After"))
	}
	leave()
	for { // its place is free once the server has noticed
		r, err := http.Get(s.url + "/stream")
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode == 200 {
			break
		}
		must(t, next, "tick")
	}
}

// A client that reads nothing is let go, and the chain and the other clients
// do not notice.
func TestSlowClientIsDropped(t *testing.T) {
	s := serve(t, httpd.Options{Heartbeat: time.Millisecond})
	next, _ := follow(t, s.url)
	must(t, next, "hello")
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.(*net.TCPConn).SetReadBuffer(2048)
	io.WriteString(conn, "GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
	event := seis.Event{ID: strings.Repeat("x", 4000), Type: "earthquake", Region: strings.Repeat("y", 60_000)}
	for {
		event.Revision++
		if err := bus.Publish(t.Context(), s.feed.Bus, bus.Events, "x", "", event); err != nil {
			t.Fatal(err)
		}
		must(t, next, "event")
		r, err := http.Get(s.url + "/status.json")
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(r.Body)
		r.Body.Close()
		if v := decode[struct {
			Dropped int `json:"stream_dropped"`
		}](t, b); v.Dropped == 1 {
			break
		}
	}
	must(t, next, "tick")
}

// The deadline for reading a request must not end a stream.
func TestStreamOutlivesReadTimeout(t *testing.T) {
	f := httpdtest.NewFeed(start)
	defer f.Bus.Close()
	s, err := httpd.New(httpd.Options{}, f.Sources(nil))
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewUnstartedServer(s.Handler())
	h.Config.ReadTimeout = 20 * time.Millisecond
	h.Start()
	defer h.Close()
	ended := make(chan struct{})
	next, leave := follow(t, h.URL)
	must(t, next, "hello")
	go func() { defer close(ended); next("") }()
	select {
	case <-ended:
		t.Error("the stream ended with the deadline for reading")
	case <-time.After(100 * time.Millisecond):
	}
	leave()
	<-ended
}

func TestRunEndsWithItsClients(t *testing.T) {
	s := serve(t, httpd.Options{})
	next, _ := follow(t, s.url)
	must(t, next, "hello")
	conn, _, err := websocket.Dial(t.Context(), s.url+"/traces", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	gone := make(chan error, 1)
	go func() {
		_, _, err := conn.Read(context.WithoutCancel(t.Context()))
		gone <- err
	}()
	if err := s.stop(); err != nil {
		t.Errorf("run: %v", err)
	}
	for {
		if _, err := next(""); err != nil {
			break // the stream ended
		}
	}
	if err := <-gone; websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("traces ended with %v, want going away", err)
	}
	if err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "started before") {
		t.Errorf("second run: %v", err)
	}
}

func TestListenSaysWhatFails(t *testing.T) {
	s, err := httpd.New(httpd.Options{Listen: "127.0.0.1:99999"}, httpd.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "listen on 127.0.0.1:99999") {
		t.Errorf("run: %v", err)
	}
}

func TestConnectionsAreLimited(t *testing.T) {
	s := serve(t, httpd.Options{MaxConns: 2})
	dial := func() net.Conn {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
		return c
	}
	answered := func(c net.Conn, wait time.Duration) bool {
		c.SetReadDeadline(time.Now().Add(wait))
		_, err := c.Read(make([]byte, 12))
		return err == nil
	}
	a, b := dial(), dial()
	if !answered(a, time.Minute) || !answered(b, time.Minute) {
		t.Fatal("the first two were not answered")
	}
	c := dial()
	if answered(c, 50*time.Millisecond) {
		t.Error("a third connection was answered")
	}
	a.Close()
	if !answered(c, time.Minute) {
		t.Error("the third was not answered when there was room")
	}
}
