package httpd

import (
	"context"
	"fmt"
	"time"

	"houfeng/internal/engine/bus"
	"houfeng/internal/seis"
)

// flushEvery is how long running values gather before they are sent to the
// clients of /stream.
const flushEvery = 200 * time.Millisecond

// ear listens to one topic.
type ear struct {
	topic string
	from  bus.Observer
	lost  func(n uint64) // called when messages were lost since the last one
	hear  func(v any)
}

// listen opens an ear on a topic; hear is called from one goroutine.
func listen[T any](s *Server, t bus.Topic[T], depth int, hear func(T)) error {
	o, err := s.src.Bus.Observe(t.Name, "httpd", depth)
	if err != nil {
		return fmt.Errorf("observe topic %s: %w", t.Name, err)
	}
	s.ears = append(s.ears, ear{
		topic: t.Name, from: o,
		hear: func(v any) {
			if tv, ok := v.(T); ok {
				hear(tv)
			}
		},
		lost: func(n uint64) {
			s.log.Warn("http observer fell behind", "topic", t.Name, "lost", n)
			if t.Name == bus.Events.Name {
				s.stream.resync("the server lost event messages")
			}
		},
	})
	return nil
}

// observe opens the server's ears on the bus.
func (s *Server) observe() (err error) {
	if s.src.Bus == nil {
		return nil
	}
	defer func() {
		if err != nil {
			for _, e := range s.ears {
				e.from.Close()
			}
		}
	}()
	for _, open := range []func() error{
		func() error { return listen(s, bus.Records, 256, s.hearRecords) },
		func() error { return listen(s, bus.States, 8192, s.net.state) },
		func() error { return listen(s, bus.Trusts, 1024, s.net.trust) },
		func() error { return listen(s, bus.Shaking, 8192, s.net.shook) },
		func() error { return listen(s, bus.Picks, 4096, s.net.picked) },
		func() error { return listen(s, bus.Events, 1024, s.hearEvent) },
		func() error { return listen(s, bus.Ticks, 256, s.net.tick) },
	} {
		if err := open(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) hearRecords(rs []*seis.Record) {
	s.net.records(rs)
	s.traces.records(rs)
}

func (s *Server) hearEvent(e seis.Event) { s.stream.event(e) }

// run hears until ctx ends or the bus closes.
func (e ear) run(ctx context.Context) {
	defer e.from.Close()
	var told uint64
	for {
		m, err := e.from.Next(ctx)
		if err != nil {
			return
		}
		if n := e.from.Lost(); n > told {
			e.lost(n - told)
			told = n
		}
		e.hear(m.Value)
	}
}

// pulse sends what gathered, and the heartbeat, until ctx ends.
func (s *Server) pulse(ctx context.Context) {
	flush, beat := time.NewTicker(flushEvery), time.NewTicker(s.o.Heartbeat)
	defer flush.Stop()
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-flush.C:
			if clients, _ := s.stream.count(); clients > 0 { // who comes later is told everything first
				s.stream.say(liveMessages(s.net.changes(s.o.Now()))...)
			}
		case <-beat.C:
			counts, latency, now := s.net.counts(s.stationIDs())
			s.stream.say(message("tick", "", tickJSON{
				CentreMs: millis(now), ServerMs: millis(seis.FromTime(s.o.Now())), Counts: counts, Latency: latency,
			}))
		}
	}
}

func (s *Server) stationIDs() []string {
	if s.src.Inventory == nil {
		return nil
	}
	return s.src.Inventory().Stations()
}
