package httpd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

const (
	maxTraceStreams  = 64        // a client may follow
	maxPendingBytes  = 8 << 20   // of encoded segments that wait for a client
	maxMessageBytes  = 256 << 10 // of one message, but for a single larger segment
	maxRequestBytes  = 16 << 10  // of one message from a client
	maxFrameSegments = 1<<16 - 1 // header field
	batchEvery       = 100 * time.Millisecond
	wishEvery        = 100 * time.Millisecond
	pingEvery        = 20 * time.Second
)

// traces is the fan-out of /traces.
type traces struct {
	max int

	mu      sync.Mutex
	recent  recent
	clients map[*tracer]struct{}
	wg      sync.WaitGroup // of clients
}

func newTraces(o Options) *traces {
	return &traces{
		max:     o.MaxTraces,
		recent:  recent{maxBytes: o.RecentBytes, span: o.RecentSpan, stream: map[fdsn.ID][]*seis.Record{}},
		clients: map[*tracer]struct{}{},
	}
}

// tracer is one client. Its fields are guarded by mu; traces.mu is taken
// first where both are needed.
type tracer struct {
	mu      sync.Mutex
	streams map[fdsn.ID]bool
	maxRate float64
	pending []segment
	bytes   int
	dropped uint32
}

type segment []byte

// wish is what a client asks for; it replaces what it asked for before.
type wish struct {
	Subscribe []string `json:"subscribe"`   // NET.STA.LOC.CHA
	RecentS   float64  `json:"recent_s"`    // seconds before now to send at once
	MaxRateHz float64  `json:"max_rate_hz"` // bins beyond; 0: all samples
}

type wishAnswer struct {
	Subscribed []string `json:"subscribed"`
}

type wishError struct {
	Error string `json:"error"`
}

// parseWish reads a client's message.
func parseWish(b []byte) (ids []fdsn.ID, w wish, err error) {
	if err := json.Unmarshal(b, &w); err != nil {
		return nil, w, fmt.Errorf("read subscription: %w", err)
	}
	if len(w.Subscribe) > maxTraceStreams {
		return nil, w, fmt.Errorf("subscription to %d streams, at most %d are sent", len(w.Subscribe), maxTraceStreams)
	}
	if w.RecentS < 0 || w.RecentS > 3600 {
		return nil, w, fmt.Errorf("recent_s is %g, want 0 to 3600", w.RecentS)
	}
	if w.MaxRateHz < 0 || w.MaxRateHz > 0 && w.MaxRateHz < 0.1 {
		return nil, w, fmt.Errorf("max_rate_hz is %g, want 0 or at least 0.1", w.MaxRateHz)
	}
	for _, s := range w.Subscribe {
		id, err := fdsn.Parse(s)
		if err != nil {
			return nil, w, err
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, w, nil
}

// records keeps the records and hands them to the clients that follow their
// streams. A record is decoded once, and encoded once per rate asked for.
func (t *traces) records(rs []*seis.Record) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range rs {
		if r.Rate <= 0 || len(r.Raw()) == 0 {
			continue
		}
		t.recent.add(r)
		encoded := map[float64]segment{}
		var values []float64
		for c := range t.clients {
			c.mu.Lock()
			if c.streams[r.ID] {
				seg, ok := encoded[c.maxRate]
				if !ok {
					if values == nil {
						if values = samples(r); len(values) == 0 {
							c.mu.Unlock()
							break
						}
					}
					seg = appendSegment(nil, r.ID, r.Start, r.Rate, values, c.maxRate, 0)
					encoded[c.maxRate] = seg
				}
				c.push(seg)
			}
			c.mu.Unlock()
		}
	}
}

// samples returns what can be decoded of a record, in counts. What cannot is
// the chain's to report; here it is a gap in a picture.
func samples(r *seis.Record) []float64 {
	values, _ := r.Header.Floats(nil)
	return values
}

// push queues a segment; when too much waits, the oldest are dropped and
// counted. The caller holds c.mu.
func (c *tracer) push(s segment) {
	c.pending = append(c.pending, s)
	c.bytes += len(s)
	n := 0
	for c.bytes > maxPendingBytes && n < len(c.pending)-1 {
		c.bytes -= len(c.pending[n])
		c.pending[n] = nil
		n++
	}
	c.pending = c.pending[n:]
	c.dropped += uint32(n)
}

// take returns the next message, or nil when nothing waits.
func (c *tracer) take() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.pending) == 0 {
		return nil
	}
	n, bytes := 0, frameHeaderBytes
	for n < len(c.pending) && n < maxFrameSegments && (n == 0 || bytes+len(c.pending[n]) <= maxMessageBytes) {
		bytes += len(c.pending[n])
		n++
	}
	b := appendFrameHeader(make([]byte, 0, bytes), n, c.dropped)
	for i, s := range c.pending[:n] {
		b = append(b, s...)
		c.pending[i] = nil
	}
	c.bytes -= bytes - frameHeaderBytes
	c.pending, c.dropped = c.pending[n:], 0
	return b
}

// subscribe makes ids the streams of c and queues what is recent of the new
// ones. Between what is recent and what comes live nothing is lost or doubled.
func (t *traces) subscribe(c *tracer, ids []fdsn.ID, w wish) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	again := w.MaxRateHz != c.maxRate // other bins: everything anew
	old := c.streams
	c.streams, c.maxRate = make(map[fdsn.ID]bool, len(ids)), w.MaxRateHz
	for _, id := range ids {
		c.streams[id] = true
		if old[id] && !again || w.RecentS == 0 {
			continue
		}
		since := t.recent.newest(id).AddSeconds(-w.RecentS)
		for _, r := range t.recent.of(id, since) {
			if values := samples(r); len(values) > 0 {
				c.push(appendSegment(nil, id, r.Start, r.Rate, values, w.MaxRateHz, flagRecent))
			}
		}
	}
}

func (t *traces) join(c *tracer) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.clients) >= t.max {
		return false
	}
	t.clients[c] = struct{}{}
	t.wg.Add(1)
	return true
}

func (t *traces) leave(c *tracer) {
	t.mu.Lock()
	delete(t.clients, c)
	t.mu.Unlock()
	t.wg.Done()
}

func (t *traces) count() (clients, records, bytes int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.clients), t.recent.len(), t.recent.bytes
}

// wait returns when all clients have gone.
func (t *traces) wait() { t.wg.Wait() }

// getTraces answers /traces: live waveforms over a WebSocket, of pages of this
// server only (the websocket package compares Origin with Host).
func (s *Server) getTraces(w http.ResponseWriter, r *http.Request) {
	if s.src.Bus == nil {
		off("waveforms")(w, r)
		return
	}
	client := &tracer{}
	if !s.traces.join(client) {
		unavailable(w, "as many clients as allowed follow waveforms ("+strconv.Itoa(s.traces.max)+")")
		return
	}
	defer s.traces.leave(client)
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return // Accept has answered
	}
	defer conn.CloseNow()
	conn.SetReadLimit(maxRequestBytes)
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	go func() { cancel(s.hearWishes(ctx, conn, client)) }()
	s.sendTraces(ctx, conn, client)
}

// hearWishes reads a client's messages until it leaves.
func (s *Server) hearWishes(ctx context.Context, conn *websocket.Conn, c *tracer) error {
	for {
		kind, body, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		var answer any
		ids, w, err := parseWish(body)
		if kind != websocket.MessageText {
			err = errors.New("read subscription: want a text message")
		}
		if err != nil {
			answer = wishError{err.Error()}
		} else {
			s.traces.subscribe(c, ids, w)
			names := wishAnswer{Subscribed: []string{}}
			for _, id := range ids {
				names.Subscribed = append(names.Subscribed, id.String())
			}
			answer = names
		}
		b, err := json.Marshal(answer)
		if err != nil {
			return err
		}
		if err := write(ctx, conn, websocket.MessageText, b); err != nil {
			return err
		}
		select { // a subscription costs work; one client shall not ask without end
		case <-time.After(wishEvery):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// sendTraces sends what gathered every 100 ms until the client leaves or the
// server stops.
func (s *Server) sendTraces(ctx context.Context, conn *websocket.Conn, c *tracer) {
	batch, ping := time.NewTicker(batchEvery), time.NewTicker(pingEvery)
	defer batch.Stop()
	defer ping.Stop()
	for {
		select {
		case <-batch.C:
			for b := c.take(); b != nil; b = c.take() {
				if write(ctx, conn, websocket.MessageBinary, b) != nil {
					return
				}
			}
		case <-ping.C:
			answered, cancel := context.WithTimeout(ctx, writeTimeout)
			err := conn.Ping(answered)
			cancel()
			if err != nil {
				return
			}
		case <-ctx.Done():
			if err := context.Cause(ctx); !errors.Is(err, io.EOF) && websocket.CloseStatus(err) == -1 {
				conn.Close(websocket.StatusPolicyViolation, "message could not be read")
			}
			return
		case <-s.down:
			conn.Close(websocket.StatusGoingAway, "the server stops")
			return
		}
	}
}

func write(ctx context.Context, conn *websocket.Conn, kind websocket.MessageType, b []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	return conn.Write(ctx, kind, b)
}
