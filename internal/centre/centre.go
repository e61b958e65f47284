// Package centre joins the parts: it reads the configuration, opens the
// engines, puts the chain together and keeps it moving, live or in a replay.
//
// The story of a sample in the order it happens is [New] and [Centre.Run] for
// the live centre, and [Chain] for what a journal entry causes. [Replay] runs
// the same chain on recordings. config_settings.go is the table of everything
// that can be set, methods.go the list of the algorithms.
package centre

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"houfeng/internal/chain/acquire"
	"houfeng/internal/chain/publish/products"
	"houfeng/internal/console"
	"houfeng/internal/engine/archive"
	"houfeng/internal/engine/bus"
	"houfeng/internal/engine/catalogue"
	"houfeng/internal/engine/clock"
	"houfeng/internal/engine/journal"
	"houfeng/internal/engine/ring"
	"houfeng/internal/httpd"
	"houfeng/internal/metrics"
	"houfeng/internal/seis"
	"houfeng/seedlink"
)

// Options are what a centre is given besides its configuration.
type Options struct {
	Version string
	Logger  *slog.Logger // nil: silent
	Clock   clock.Clock  // nil: the wall clock

	// Products, when not nil, gathers what is found, for a run that ends.
	Products *products.Run
	// OnEvent is told every revision after it is in the catalogue; it must
	// not block. May be nil.
	OnEvent func(seis.Event)
}

// Centre is a running monitoring centre.
type Centre struct {
	o     Options
	cfg   *Config
	log   *slog.Logger
	setup *seis.Setup

	journal   journal.Journal
	ring      ring.Ring
	archive   archive.Archive // nil: not kept
	catalogue catalogue.Catalogue
	opened    []io.Closer // of the engines above, in the order opened
	upstreams *acquire.Upstreams
	chain     *Chain
	metrics   *metrics.Metrics
	http      *httpd.Server
	seedlink  *seedlink.Server
	links     *ringStore
	archiver  *archiver

	arrivals chan acquire.Arrival
	judge    *acquire.Judge

	mu    sync.Mutex
	acks  []ack // accepted, not yet durable
	fault error // why the centre cannot do its work
}

// ack is what an upstream is told once the journal is durable.
type ack struct {
	source, station string
	seq             int64
}

// New opens the engines of a centre and reads its metadata. The notes are what
// the operator should know about it. Run or Close must follow, soon.
func New(cfg *Config, o Options) (c *Centre, notes []string, err error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Clock == nil {
		o.Clock = clock.Wall()
	}
	c = &Centre{o: o, cfg: cfg, log: o.Logger, metrics: metrics.New(), arrivals: make(chan acquire.Arrival, 4096)}
	if c.setup, notes, err = NewSetup(cfg, o.Version); err != nil {
		return nil, notes, err
	}
	if err := os.MkdirAll(cfg.Data, 0o755); err != nil {
		return nil, notes, fmt.Errorf("make data folder: %w", err)
	}
	begun := c // a return of nil sets c
	defer func() {
		if err != nil {
			err = errors.Join(err, begun.Close())
		}
	}()
	if err := c.openEngines(); err != nil {
		return nil, notes, err
	}
	door := cfg.Acquisition
	door.Live = true
	c.judge = acquire.NewJudge(door)
	c.upstreams, err = acquire.NewUpstreams(o.Clock, cfg.Upstreams, acquire.UpstreamOptions{
		StateFile: filepath.Join(cfg.Data, "upstreams.state"), Log: c.log})
	if err != nil {
		return nil, notes, err
	}
	c.chain = &Chain{Products: o.Products, Listen: c.listen}
	// The journal of this run begins with what is in force; the chain begins
	// with it too.
	err = c.entry(context.Background(), seis.Entry{Kind: seis.EntrySetup, Time: o.Clock.Now(), Setup: c.setup})
	if err != nil {
		return nil, notes, err
	}
	return c, notes, nil
}

// listen joins everyone who follows the chain to its bus.
func (c *Centre) listen(b bus.Bus) error {
	if err := bus.Handle(b, bus.Events, "catalogue", c.keep); err != nil {
		return err
	}
	if err := c.metrics.Listen(b); err != nil {
		return err
	}
	if c.archive != nil {
		c.archiver = newArchiver(c.archive, c.log)
		if err := bus.Handle(b, bus.Records, "archive", c.archiver.add); err != nil {
			return err
		}
	}
	if c.cfg.HTTP.Listen == "" {
		return nil
	}
	var err error
	c.http, err = httpd.New(httpd.Options{
		Listen: c.cfg.HTTP.Listen, Hosts: c.cfg.HTTP.Hosts, MaxConns: c.cfg.HTTP.MaxConns,
		Logger: c.log, Version: c.o.Version, Centre: c.cfg.Name,
	}, httpd.Sources{
		Catalogue: c.catalogue, Bus: b,
		Inventory: c.chain.Inventory,
		QuakeML:   c.quakeML,
		Metrics:   c.metrics.Handler(),
		Console:   console.Files(),
		Parts:     c.parts,
		Health:    func(context.Context) error { return c.Fault() },
	})
	return err
}

// keep stores a revision, then tells who asked.
func (c *Centre) keep(ctx context.Context, e seis.Event) error {
	if err := c.catalogue.AddRevision(ctx, e); err != nil {
		// The event is on the bus and in the journal; the centre goes on.
		c.log.Error("event not in the catalogue", "event", e.ID, "revision", e.Revision, "error", err)
		c.setFault(fmt.Errorf("catalogue: %w", err))
	}
	if c.o.OnEvent != nil {
		c.o.OnEvent(e)
	}
	return nil
}

// Run acquires, moves the chain on and serves until ctx ends or a part without
// which the centre cannot work fails. It closes the centre.
func (c *Centre) Run(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, c.Close()) }()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	part := func(name string, run func(context.Context) error) {
		wg.Go(func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				cancel(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	if c.http != nil {
		part("http server", c.http.Run)
	}
	if c.cfg.SeedLink.Listen != "" {
		l, err := net.Listen("tcp", c.cfg.SeedLink.Listen)
		if err != nil {
			cancel(err)
			wg.Wait()
			return fmt.Errorf("seedlink server: %w", err)
		}
		c.log.Info("seedlink listening", "address", l.Addr().String())
		part("seedlink store", c.links.follow)
		part("seedlink server", func(ctx context.Context) error { return c.seedlink.Serve(ctx, l) })
	}
	if c.archiver != nil {
		part("archive", c.archiver.run)
	}
	part("journal", c.syncing)
	part("upstreams", func(ctx context.Context) error {
		return c.upstreams.Run(ctx, func(a acquire.Arrival) {
			select {
			case c.arrivals <- a:
			case <-ctx.Done():
			}
		})
	})
	err = c.loop(ctx)
	cancel(err)
	wg.Wait()
	if cause := context.Cause(ctx); err == nil && cause != nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	return err
}

// loop is the one place from which the chain moves: arrivals and ticks, in the
// order in which they go into the journal.
func (c *Centre) loop(ctx context.Context) error {
	tick := time.NewTicker(time.Duration(c.cfg.Journal.TickMS) * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case a := <-c.arrivals:
			if err := c.arrive(ctx, a); err != nil {
				return err
			}
		case <-tick.C:
			if err := c.entry(ctx, seis.Entry{Kind: seis.EntryTick, Time: c.o.Clock.Now()}); err != nil {
				return err
			}
		}
	}
}

// arrive judges what came, writes the receipt and lets the chain see it.
func (c *Centre) arrive(ctx context.Context, a acquire.Arrival) error {
	r := &seis.Receipt{Bytes: a.Raw, Peer: a.Peer, Source: a.Source, Identity: a.Identity, Protocol: a.Protocol, UpstreamSeq: a.Seq}
	rec, verdict, reason := c.judge.Judge(a.Raw, a.Time)
	if a.Unasked && verdict == seis.Accepted {
		rec, verdict, reason = nil, seis.Refused, "station "+a.Station+" was not asked for from this upstream"
	}
	r.Verdict, r.Reason = verdict, reason
	if err := c.entry(ctx, seis.Entry{Kind: seis.EntryReceipt, Time: a.Time, Receipt: r}); err != nil {
		return err
	}
	c.metrics.Receipt(a.Source, verdict)
	if rec != nil {
		if _, err := c.ring.Append(ring.Item{ID: rec.ID, Start: rec.Start, End: rec.End(), Format: byte('0' + rec.Header.Version), Raw: a.Raw}); err != nil {
			c.log.Error("record not in the ring", "stream", rec.ID.String(), "error", err)
			c.setFault(fmt.Errorf("ring: %w", err))
		}
	}
	c.mu.Lock()
	c.acks = append(c.acks, ack{a.Source, a.Station, a.Seq})
	c.mu.Unlock()
	return nil
}

// entry journals, then moves the chain.
func (c *Centre) entry(ctx context.Context, e seis.Entry) error {
	e, err := c.journal.Append(e)
	if err != nil {
		// Without the journal nothing may go on: what the chain does could
		// never be shown.
		return fmt.Errorf("journal: %w", err)
	}
	// What is in the journal has happened: the chain takes it to the end even
	// when the centre is being stopped, or a replay would know more than it did.
	return c.chain.Entry(context.WithoutCancel(ctx), e)
}

// syncing makes the journal durable several times a second and then lets the
// upstreams forget.
func (c *Centre) syncing(ctx context.Context) error {
	for {
		done := c.o.Clock.Sleep(ctx, 100*time.Millisecond) != nil
		c.mu.Lock()
		acks := c.acks
		c.acks = nil
		c.mu.Unlock()
		if err := errors.Join(c.journal.Sync(), c.ring.Sync()); err != nil {
			return err
		}
		for _, a := range acks {
			c.upstreams.Acknowledge(a.source, a.station, a.seq)
		}
		if done {
			return nil
		}
	}
}

// Fault returns why the centre cannot do all of its work, or nil.
func (c *Centre) Fault() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.fault
}

func (c *Centre) setFault(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fault = err
}

// ErrNoHTTP is returned when the configuration asks for no HTTP server.
var ErrNoHTTP = errors.New("no http server is configured (http.listen is empty)")

// HTTPAddr waits until the HTTP server listens and returns its address.
func (c *Centre) HTTPAddr(ctx context.Context) (net.Addr, error) {
	if c.http == nil {
		return nil, ErrNoHTTP
	}
	return c.http.Addr(ctx)
}

// Close closes the engines, the one opened last first. It may be called more
// than once.
func (c *Centre) Close() error {
	var errs []error
	for i := len(c.opened) - 1; i >= 0; i-- {
		errs = append(errs, c.opened[i].Close())
	}
	c.opened = nil
	return errors.Join(errs...)
}
