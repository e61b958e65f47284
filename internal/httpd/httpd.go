// Package httpd is the centre's one HTTP server: the operators' console, the
// feeds that other programs read, and the live streams that both follow.
//
// It is for the people in the monitoring room and for programs on the same
// network. It only shows; nothing can be changed through it. Start with [New],
// which is given [Options] and the [Sources] it shows, and [Server.Run].
// routes.go lists every address; docs/http.md and docs/openapi.yaml describe
// them.
//
// Promises:
//
//   - nothing here holds the chain up: everything is heard through bounded
//     observers, and a client that does not keep up is dropped;
//   - memory is bounded: clients, connections, queues, waveforms kept;
//   - the server speaks to nobody who was not meant: it listens on loopback
//     unless told otherwise and answers only to host names it was given;
//   - what leaves is encoded by explicit types (eventjson.go, stationjson.go,
//     livejson.go) with units in their names; a number not known is null.
package httpd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"houfeng/internal/engine/bus"
	"houfeng/internal/engine/catalogue"
	"houfeng/internal/seis"
)

// Catalogue is what the feeds read of the catalogue; catalogue.Catalogue
// satisfies it.
type Catalogue interface {
	Event(ctx context.Context, id string) (seis.Event, error)
	Revisions(ctx context.Context, id string) ([]seis.Event, error)
	Events(ctx context.Context, q catalogue.Query) ([]seis.Event, error)
}

// Listening is the part of the bus used here; bus.Bus satisfies it.
type Listening interface {
	Observe(topic, name string, depth int) (bus.Observer, error)
}

// Part is one line about the centre's own health: an upstream, the archive,
// the journal.
type Part struct {
	Name   string
	OK     bool
	Detail string // for a person: "connected since …", "no space left on device"
}

// Sources are what the server shows. A nil field turns off what needs it; the
// address then answers 404 and says so.
type Sources struct {
	Catalogue Catalogue
	Bus       Listening
	// Inventory returns the stations known now. It is called often and must
	// be cheap; a changed inventory is a new pointer.
	Inventory func() *seis.Inventory
	// QuakeML returns the QuakeML document of an event, or an error that is
	// catalogue.ErrNotFound.
	QuakeML func(ctx context.Context, eventID string) ([]byte, error)
	// Metrics answers /metrics.
	Metrics http.Handler
	// Console holds the operators' page: index.html and what it loads.
	Console fs.FS
	// Parts tells the state of the centre's parts for /status.json.
	Parts func() []Part
	// Health returns why the centre cannot do its work, or nil. /healthz
	// answers 503 with the reason. Nil means healthy while serving.
	Health func(ctx context.Context) error
}

// Options configure a server. The zero value of a field selects the default
// named beside it.
type Options struct {
	Listen  string       // "127.0.0.1:8470"
	Hosts   []string     // host names answered to besides localhost and plain addresses; "*" answers to all
	Logger  *slog.Logger // discards
	Version string       // of the program, shown in /status.json
	Centre  string       // name of the centre, shown in the console

	MaxConns    int           // 1024 connections at a time
	MaxStreams  int           // 128 clients of /stream
	MaxTraces   int           // 64 clients of /traces
	RecentBytes int           // 64 MiB of records kept to fill a trace that is opened
	RecentSpan  time.Duration // 3 min, likewise
	LiveWithin  time.Duration // 30 s: a station with samples newer than this is live
	Heartbeat   time.Duration // 1 s between `tick` messages of /stream

	// Now is the wall clock, used for uptime, `generated` and `tick`
	// messages, never for results.
	Now func() time.Time
}

func (o *Options) setDefaults() {
	def := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	span := func(v *time.Duration, d time.Duration) {
		if *v <= 0 {
			*v = d
		}
	}
	if o.Listen == "" {
		o.Listen = "127.0.0.1:8470"
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	def(&o.MaxConns, 1024)
	def(&o.MaxStreams, 128)
	def(&o.MaxTraces, 64)
	def(&o.RecentBytes, 64<<20)
	span(&o.RecentSpan, 3*time.Minute)
	span(&o.LiveWithin, 30*time.Second)
	span(&o.Heartbeat, time.Second)
}

// Server is the HTTP server of one centre.
type Server struct {
	o       Options
	src     Sources
	log     *slog.Logger
	started time.Time

	handler http.Handler
	net     *network // what is known of stations right now
	stream  *stream  // clients of /stream
	traces  *traces  // clients of /traces
	index   streamIndex
	ears    []ear
	down    chan struct{} // closed when the server begins to stop

	listening chan struct{} // closed once addr is set
	addr      net.Addr
	once      sync.Once
}

// New makes a server and begins to observe the bus, so that nothing said
// between New and Run is missed (as far as the queues reach). It does not
// listen yet.
func New(o Options, src Sources) (*Server, error) {
	o.setDefaults()
	s := &Server{
		o: o, src: src, log: o.Logger, started: o.Now(),
		down: make(chan struct{}), listening: make(chan struct{}),
	}
	s.net = newNetwork(o.LiveWithin)
	s.stream = newStream(o.MaxStreams)
	s.traces = newTraces(o)
	handler, err := s.routes()
	if err != nil {
		return nil, err
	}
	s.handler = handler
	if err := s.observe(); err != nil {
		return nil, err
	}
	return s, nil
}

// Handler returns the whole server as a handler, for tests and for programs
// that bring their own listener.
func (s *Server) Handler() http.Handler { return s.handler }

// Addr returns the address listened on; it waits until Run listens.
func (s *Server) Addr(ctx context.Context) (net.Addr, error) {
	select {
	case <-s.listening:
		return s.addr, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Run listens and serves until ctx ends, then lets requests finish for up to
// five seconds and returns nil.
func (s *Server) Run(ctx context.Context) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.o.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", s.o.Listen, err)
	}
	return s.Serve(ctx, l)
}

// Serve is Run with a listener of the caller's, which it closes. It may be
// called once.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	first := false
	s.once.Do(func() { first = true })
	if !first {
		l.Close()
		return errors.New("server was started before")
	}
	s.addr = l.Addr()
	close(s.listening)
	s.log.Info("http listening", "address", s.addr.String())

	srv := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second, // streams set their own, message by message
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	for _, e := range s.ears {
		wg.Go(func() { e.run(inner) })
	}
	wg.Go(func() { s.pulse(inner) })

	var err error
	served := make(chan error, 1)
	go func() { served <- srv.Serve(limitListener(l, s.o.MaxConns)) }()
	select {
	case err = <-served:
		close(s.down)
	case <-ctx.Done():
		close(s.down) // streams end, so that Shutdown need not wait for them
		grace, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		err = srv.Shutdown(grace)
		done()
		if err != nil {
			srv.Close()
		}
		<-served
		err = nil
	}
	s.traces.wait()
	cancel()
	wg.Wait()
	return err
}
