package sim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"houfeng/fdsn"
	"houfeng/internal/seis"
	"houfeng/internal/sim/scene"
	"houfeng/seedlink"
)

// Clock tells the time and waits for it; engine/clock's clocks do.
type Clock interface {
	Now() seis.Time
	// Sleep waits until d has passed on this clock, or ctx ends.
	Sleep(ctx context.Context, d time.Duration) error
}

// Address is where a SeedLink server of the network listens.
type Address struct {
	Station string // "NET.STA", or "" for the concentrator that has them all
	Addr    net.Addr
}

// Server runs a network live: SeedLink servers that hold the backlog and are
// fed as time passes. Make one with [Network.Listen].
type Server struct {
	net     *Network
	outlets []*outlet
	start   atomic.Pointer[seis.Time]
}

// outlet is one SeedLink server.
type outlet struct {
	station  string // "" for all
	memory   *seedlink.Memory
	server   *seedlink.Server
	listener *gate
}

// Listen opens the network's SeedLink servers on a host, usually "127.0.0.1":
// one concentrator on the given port, or, if the scene says "serve stations",
// one server per station on the ports from there on. Port 0 lets the system
// choose. Call [Server.Run] to begin.
func (n *Network) Listen(host string, port int) (*Server, error) {
	s := &Server{net: n}
	open := func(station string) error {
		l, err := net.Listen("tcp", net.JoinHostPort(host, fmt.Sprint(port)))
		if err != nil {
			return fmt.Errorf("serve scene %s: %w", n.scene.Name, err)
		}
		if port != 0 {
			port++
		}
		o := &outlet{station: station, listener: &gate{Listener: l}}
		o.memory = seedlink.NewMemory(seedlink.MemoryConfig{PerStation: n.held()})
		o.server = &seedlink.Server{Store: o.memory, Software: "Houfeng simulator", Organization: n.organization(station)}
		s.outlets = append(s.outlets, o)
		return nil
	}
	var err error
	if !n.scene.PerStation {
		err = open("")
	} else {
		for _, st := range n.stations {
			if err = open(st.ID()); err != nil {
				break
			}
		}
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	for _, st := range n.stations {
		o := s.outlet(st.ID())
		if err := o.memory.Describe(st.Network, st.Code, st.Name); err != nil {
			s.Close()
			return nil, fmt.Errorf("serve station %s: %w", st.ID(), err)
		}
	}
	return s, nil
}

// held is the number of records that a server keeps per station: the backlog
// and five minutes more, and half as much again for when the ground shakes.
func (n *Network) held() int {
	most := 0
	for _, st := range n.stations {
		most = max(most, len(st.channels))
	}
	records := int((n.scene.Backlog+5*time.Minute)/n.scene.Record) + 1
	return max(1024, records*most*3/2)
}

func (n *Network) organization(station string) string {
	for _, w := range n.scene.Networks {
		if station == "" || len(station) > len(w.Code) && station[:len(w.Code)] == w.Code && station[len(w.Code)] == '.' {
			if w.Name != "" {
				return w.Name
			}
		}
	}
	return "A network that does not exist"
}

func (s *Server) outlet(station string) *outlet {
	for _, o := range s.outlets {
		if o.station == "" || o.station == station {
			return o
		}
	}
	return nil
}

// Addresses returns where the servers listen, in the order of the stations.
func (s *Server) Addresses() []Address {
	var out []Address
	for _, o := range s.outlets {
		out = append(out, Address{o.station, o.listener.Addr()})
	}
	return out
}

// Start returns when the scene started on Run's clock; zero before.
func (s *Server) Start() seis.Time {
	if t := s.start.Load(); t != nil {
		return *t
	}
	return seis.Time{}
}

// Close closes listeners that Run did not take over.
func (s *Server) Close() {
	for _, o := range s.outlets {
		o.listener.Close()
	}
}

// lookahead is how far ahead of the clock waves are computed, so that an
// earthquake's computation delays no record.
const lookahead = 10 * time.Second

// Run plays the scene until ctx ends, which is no error. The scene starts at
// the next whole second of the clock; the backlog lies before it and is held
// before the first client is let in. After the scene's length the noise goes
// on, and with it the coda.
func (s *Server) Run(ctx context.Context, clk Clock) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer s.Close()
	now := clk.Now()
	start := seis.TimeOf((now.Nanos()/1e9+1)*1e9, false)
	live, err := NewNetwork(s.net.scene.Shifted(start))
	if err != nil {
		return err
	}
	f := newFeed(live, -live.scene.Backlog, 1<<62, live.scene.Record)
	// The backlog, as far as it has arrived by now.
	var early []Delivery
	for live.scene.At(f.next).Before(now) {
		list, _, err := f.Next(ctx)
		if err != nil {
			return ended(ctx, err)
		}
		early = append(early, list...)
	}
	for len(early) > 0 && !early[0].Arrival.After(now) {
		if err := s.append(&early[0]); err != nil {
			return err
		}
		early = early[1:]
	}
	s.start.Store(&start)

	var wg sync.WaitGroup
	errs := make(chan error, len(s.outlets)+3)
	goes := func(work func() error) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := work(); err != nil {
				errs <- err
				cancel()
			}
		}()
	}
	batches := make(chan []Delivery, int(lookahead/live.scene.Record)+1)
	goes(func() error { return produce(ctx, clk, f, early, batches) })
	goes(func() error { return s.deliver(ctx, clk, batches) })
	goes(func() error { return s.breakLinks(ctx, clk, live.scene) })
	for _, o := range s.outlets {
		goes(func() error { return o.server.Serve(ctx, o.listener) })
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err = ended(ctx, err); err != nil {
			return err
		}
	}
	return nil
}

// ended turns the end of the context into success.
func ended(ctx context.Context, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

// produce computes batches ahead of the clock and hands them over.
func produce(ctx context.Context, clk Clock, f *feed, early []Delivery, out chan<- []Delivery) error {
	list := early
	for {
		select {
		case out <- list:
		case <-ctx.Done():
			return ctx.Err()
		}
		if wait := f.n.scene.At(f.next).Sub(clk.Now()) - lookahead; wait > 0 {
			if err := clk.Sleep(ctx, wait); err != nil {
				return err
			}
		}
		var err error
		if list, _, err = f.Next(ctx); err != nil {
			return err
		}
	}
}

// deliver appends each record when its time has come.
func (s *Server) deliver(ctx context.Context, clk Clock, in <-chan []Delivery) error {
	for {
		select {
		case list := <-in:
			for i := range list {
				if wait := list[i].Arrival.Sub(clk.Now()); wait > 0 {
					if err := clk.Sleep(ctx, wait); err != nil {
						return err
					}
				}
				if err := s.append(&list[i]); err != nil {
					return err
				}
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *Server) append(d *Delivery) error {
	o := s.outlet(d.Station)
	if _, err := o.memory.Append(d.ID, d.Start.Nanos(), d.End.Nanos(), d.Record); err != nil {
		return fmt.Errorf("serve record of %s: %w", d.ID, err)
	}
	return nil
}

// breakLinks shuts a station's own server while its link is down. A
// concentrator's clients stay connected and wait.
func (s *Server) breakLinks(ctx context.Context, clk Clock, sc *scene.Scene) error {
	if !sc.PerStation {
		return nil
	}
	var changes []seis.Time
	for _, d := range sc.Dropouts {
		changes = append(changes, sc.At(d.From), sc.At(d.From+d.For))
	}
	slices.SortFunc(changes, seis.Time.Compare)
	for _, t := range changes {
		if wait := t.Sub(clk.Now()); wait > 0 {
			if err := clk.Sleep(ctx, wait); err != nil {
				return err
			}
		}
		for _, o := range s.outlets {
			down := isDown(sc, o.station, t)
			if o.listener.down.Swap(down) != down && down {
				o.server.Disconnect(func(seedlink.Connection) bool { return true })
			}
		}
	}
	return nil
}

// isDown reports whether the link of station "NET.STA" is down at t.
func isDown(sc *scene.Scene, station string, t seis.Time) bool {
	st := sc.Station(station)
	for _, d := range sc.Dropouts {
		from := sc.At(d.From)
		if !t.Before(from) && t.Before(from.Add(d.For)) && fdsn.MatchID(d.Station, fdsn.ID{Network: st.Network, Station: st.Code}) {
			return true
		}
	}
	return false
}

// gate is a listener that turns callers away while it is down.
type gate struct {
	net.Listener
	down atomic.Bool
}

// Accept waits for the next caller that is let in.
func (g *gate) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil || !g.down.Load() {
			return c, err
		}
		c.Close()
	}
}
