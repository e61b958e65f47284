package httpd

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"houfeng/internal/engine/catalogue"
	"houfeng/internal/seis"
)

const (
	clientQueue  = 256              // messages that wait for a client before it is dropped
	writeTimeout = 10 * time.Second // for one message to a client
	recentEvents = 256              // revisions kept for those who resume
	resumeLimit  = 1000             // events sent to one who resumes
)

// stream is the fan-out of /stream. Messages are encoded once and shared.
type stream struct {
	max int

	mu      sync.Mutex
	clients map[*listener]struct{}
	recent  []seis.Event // newest last; the catalogue may store them a moment later
	dropped uint64       // clients that did not keep up
}

// listener is one client. The queue is closed when it is to go.
type listener struct{ queue chan []byte }

func newStream(max int) *stream {
	return &stream{max: max, clients: map[*listener]struct{}{}}
}

// message encodes one server-sent event (HTML Living Standard, section 9.2.6).
func message(name, id string, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return nil // the types of livejson.go always encode
	}
	var out bytes.Buffer
	if id != "" {
		out.WriteString("id: " + id + "\n")
	}
	out.WriteString("event: " + name + "\ndata: ")
	out.Write(b)
	out.WriteString("\n\n")
	return out.Bytes()
}

func eventMessage(e *seis.Event) []byte {
	return message("event", strconv.FormatInt(e.Made.Nanos(), 10), eventFeature(e))
}

func liveMessages(picks []seis.Pick, shaking []seis.Shaking, states []stationStateJSON) [][]byte {
	var out [][]byte
	if len(states) > 0 {
		out = append(out, message("state", "", statesJSON{states}))
	}
	if len(picks) > 0 {
		v := picksJSON{make([]pickJSON, 0, len(picks))}
		for i := range picks {
			v.Picks = append(v.Picks, encodePick(&picks[i]))
		}
		out = append(out, message("pick", "", v))
	}
	if len(shaking) > 0 {
		v := runningJSON{make([]runningStationJSON, 0, len(shaking))}
		for i := range shaking {
			v.Stations = append(v.Stations, encodeRunning(&shaking[i]))
		}
		out = append(out, message("shaking", "", v))
	}
	return out
}

// say sends messages to every client; one whose queue is full is dropped.
func (st *stream) say(messages ...[]byte) {
	if len(messages) == 0 {
		return
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, m := range messages {
		if m != nil {
			st.sayLocked(m)
		}
	}
}

func (st *stream) sayLocked(m []byte) {
	for c := range st.clients {
		select {
		case c.queue <- m:
		default:
			delete(st.clients, c)
			close(c.queue)
			st.dropped++
		}
	}
}

func (st *stream) event(e seis.Event) {
	m := eventMessage(&e)
	st.mu.Lock()
	defer st.mu.Unlock()
	if len(st.recent) == recentEvents {
		st.recent = slices.Delete(st.recent, 0, recentEvents/4)
	}
	st.recent = append(st.recent, e)
	st.sayLocked(m)
}

// resync tells clients that they may have missed events.
func (st *stream) resync(reason string) { st.say(message("resync", "", resyncJSON{reason})) }

// join adds a client, unless there are too many, and returns the events
// published lately: what comes later is in its queue.
func (st *stream) join() (*listener, []seis.Event, bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if len(st.clients) >= st.max {
		return nil, nil, false
	}
	c := &listener{queue: make(chan []byte, clientQueue)}
	st.clients[c] = struct{}{}
	return c, slices.Clone(st.recent), true
}

func (st *stream) leave(c *listener) {
	st.mu.Lock()
	defer st.mu.Unlock()
	delete(st.clients, c)
}

func (st *stream) count() (clients int, dropped uint64) {
	st.mu.Lock()
	defer st.mu.Unlock()
	return len(st.clients), st.dropped
}

// getStream answers /stream: first what is so now, then what happens, until
// the client leaves, does not keep up, or the server stops.
func (s *Server) getStream(w http.ResponseWriter, r *http.Request) {
	if s.src.Bus == nil {
		off("live stream")(w, r)
		return
	}
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Type", "text/event-stream")
		return
	}
	since, resuming, err := lastEventID(r)
	if err != nil {
		problem(w, http.StatusBadRequest, err.Error())
		return
	}
	client, recent, ok := s.stream.join()
	if !ok {
		unavailable(w, "as many clients as allowed follow the stream ("+strconv.Itoa(s.stream.max)+")")
		return
	}
	defer s.stream.leave(client)

	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // a proxy in between shall not hold messages back
	conn := http.NewResponseController(w)
	conn.SetReadDeadline(time.Time{}) // the server's deadline would end the request
	send := func(b []byte) bool {
		conn.SetWriteDeadline(time.Now().Add(writeTimeout))
		if _, err := w.Write(b); err != nil {
			return false
		}
		return conn.Flush() == nil
	}

	var missed []seis.Event
	truncated := false
	if resuming {
		missed, truncated = s.missedEvents(r.Context(), since, recent)
	}
	first := [][]byte{
		[]byte("retry: 2000\n\n"),
		message("hello", "", helloJSON{Version: s.o.Version, Centre: s.o.Centre, HeartbeatS: round(s.o.Heartbeat.Seconds(), 3), Resumed: len(missed)}),
	}
	picks, shaking, states := s.net.everything()
	first = append(first, liveMessages(picks, shaking, states)...)
	if truncated {
		first = append(first, message("resync", "", resyncJSON{"more events happened than are sent again"}))
	}
	for i := range missed {
		first = append(first, eventMessage(&missed[i]))
	}
	if !send(bytes.Join(first, nil)) {
		return
	}
	for {
		select {
		case m, open := <-client.queue:
			if !open || !send(m) {
				return
			}
		case <-r.Context().Done():
			return
		case <-s.down:
			return
		}
	}
}

// lastEventID reads from where a client resumes: the header that browsers
// send, or the query parameter for those who cannot set it.
func lastEventID(r *http.Request) (since seis.Time, resuming bool, err error) {
	id := r.Header.Get("Last-Event-ID")
	if id == "" {
		id = r.URL.Query().Get("last_event_id")
	}
	if id == "" {
		return seis.Time{}, false, nil
	}
	ns, perr := strconv.ParseInt(id, 10, 64)
	if perr != nil {
		return seis.Time{}, false, badQuery("last event id %q: want the number given by an earlier message", clip(id))
	}
	return seis.TimeOf(ns, false), true, nil
}

// missedEvents returns the newest revision of every event made at or after
// since, by time made: from the catalogue and from what was published lately.
// Several revisions may be made at the same time, so the one the client has
// seen may be among them.
func (s *Server) missedEvents(ctx context.Context, since seis.Time, recent []seis.Event) (events []seis.Event, truncated bool) {
	newest := map[string]seis.Event{}
	add := func(e seis.Event) {
		if old, ok := newest[e.ID]; !e.Made.Before(since) && (!ok || e.Revision > old.Revision) {
			newest[e.ID] = e
		}
	}
	if s.src.Catalogue == nil {
		truncated = len(recent) == 0 || since.Before(recent[0].Made)
	} else {
		stored, err := s.src.Catalogue.Events(ctx, catalogue.Query{
			UpdatedAfter: since.Add(-1), IncludeRejected: true, Limit: resumeLimit,
		})
		if err != nil {
			s.log.Warn("http resume", "cause", err)
			truncated = true
		}
		truncated = truncated || len(stored) == resumeLimit
		for _, e := range stored {
			add(e)
		}
	}
	for _, e := range recent {
		add(e)
	}
	for _, e := range newest {
		events = append(events, e)
	}
	slices.SortFunc(events, func(a, b seis.Event) int {
		return cmp.Or(a.Made.Compare(b.Made), cmp.Compare(a.ID, b.ID))
	})
	return events, truncated
}
