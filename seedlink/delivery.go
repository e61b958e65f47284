package seedlink

import (
	"context"
	"fmt"
	"sync"
	"time"

	"houfeng/fdsn"
)

const (
	maxBatch = 64 << 10 // bytes of one write
	maxScan  = 32       // reads before a write or a look at commands
)

// data is the data phase: the delivery runs beside the reading of commands.
// The first of them to end ends the other.
func (s *session) data(ctx context.Context) error {
	s.state.Store(inData)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	d := &delivery{session: s, commands: make(chan command)}
	d.out = &outlet{signal: make(chan struct{}, 1), wanted: d.wanted}
	var writer sync.WaitGroup
	writer.Go(func() {
		cancel(d.run(ctx))
		s.conn.Close() // wakes the reader
	})
	err := s.readData(ctx, d.commands)
	cancel(err)
	s.conn.Close() // wakes the writer
	writer.Wait()
	return context.Cause(ctx)
}

// readData passes on the commands of the data phase, INFO and BYE. It waits
// while the delivery is busy with one, so that a client cannot pile them up.
func (s *session) readData(ctx context.Context, commands chan<- command) error {
	for {
		cmd, err := s.command(0)
		if err != nil {
			return err
		}
		switch cmd.verb {
		case "BYE":
			return errBye
		case "INFO":
			select {
			case commands <- cmd:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
}

// delivery writes records, answers to INFO, and END.
type delivery struct {
	session  *session
	commands chan command
	out      *outlet

	feedsMu sync.Mutex
	feeds   []*feed

	items []Item
	buf   []byte
}

// wanted makes the feed of a station that a request covers, the first that fits.
func (d *delivery) wanted(key stationKey, fresh bool) *feed {
	for _, r := range d.session.requests {
		if r.ready && r.fits(key) {
			f := r.feed(d.out, key, fresh, d.session.server.Store)
			d.feedsMu.Lock()
			d.feeds = append(d.feeds, f)
			d.feedsMu.Unlock()
			return f
		}
	}
	return nil
}

func (d *delivery) allFeeds() []*feed {
	d.feedsMu.Lock()
	defer d.feedsMu.Unlock()
	return d.feeds
}

func (d *delivery) run(ctx context.Context) error {
	s := d.session
	held := s.server.Store.Stations()
	for _, r := range s.requests {
		r.settle(held)
	}
	s.server.hub.join(d.out, held)
	defer s.server.hub.leave(d.out, d.allFeeds)
	d.buf = make([]byte, 0, maxBatch)
	var leave <-chan time.Time // set after END: the client is to close

	for {
		// Commands first: a keepalive must not wait for a backlog.
		select {
		case cmd := <-d.commands:
			if err := s.write(s.speaks.info(s, cmd, d.buf[:0])); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		default:
		}
		n, more, err := d.fill()
		if err != nil {
			return err
		}
		if n > 0 {
			if err := s.write(d.buf); err != nil {
				return err
			}
			s.count(n, len(d.buf))
		}
		if more {
			continue
		}
		wait, finished := d.finished(time.Now())
		if finished && s.state.Load() == inData {
			if err := s.write([]byte("END")); err != nil {
				return err
			}
			s.state.Store(inEnd)
			leave = time.After(s.server.limits.Idle)
		}
		var timer <-chan time.Time
		if wait > 0 && !finished {
			timer = time.After(wait)
		}
		select {
		case <-d.out.signal:
		case cmd := <-d.commands:
			if err := s.write(s.speaks.info(s, cmd, d.buf[:0])); err != nil {
				return err
			}
		case <-timer:
		case <-leave:
			return errIdle
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *session) count(packets, bytes int) {
	s.packets.Add(uint64(packets))
	s.bytes.Add(uint64(bytes))
	s.server.stats.packets.Add(uint64(packets))
	s.server.stats.bytes.Add(uint64(bytes))
}

// fill puts packets into buf, from one ready feed after the other so that the
// backlog of one station does not hold up another. It returns how many, and
// whether there may be more.
func (d *delivery) fill() (packets int, more bool, err error) {
	d.buf = d.buf[:0]
	for range maxScan {
		room := (maxBatch - len(d.buf)) / d.session.speaks.packet
		if room == 0 {
			return packets, true, nil
		}
		f := d.out.next()
		if f == nil {
			return packets, false, nil
		}
		if f.done || d.session.state.Load() == inEnd {
			continue
		}
		d.items, err = d.session.server.Store.Read(d.items[:0], f.key.network, f.key.station, f.after, room)
		if err != nil {
			return packets, false, fmt.Errorf("read records of %s.%s after %d: %w", f.key.network, f.key.station, f.after, err)
		}
		for i := range d.items {
			if d.take(f, &d.items[i]) {
				packets++
			}
		}
		switch {
		case f.done:
		case len(d.items) == room:
			f.mark()
		case f.until != 0:
			f.done = true // the last one asked for was lost in the store
		}
		clear(d.items)
	}
	return packets, true, nil
}

// take appends a record to buf if the client is to have it.
func (d *delivery) take(f *feed, it *Item) bool {
	s := d.session
	if f.done || it.Sequence <= f.after {
		return false
	}
	if f.until != 0 && it.Sequence > f.until {
		f.done = true
		return false
	}
	if missed := it.Sequence - f.after - 1; missed > 0 && f.begun {
		s.missed.Add(missed)
		s.server.stats.missed.Add(missed)
	}
	f.after, f.begun = it.Sequence, true
	if it.Sequence == f.until {
		f.done = true
	}
	stream := f.stream(it.ID, s)
	if !stream.allowed {
		return false
	}
	kind, ok := s.speaks.carries(it.Raw)
	if !ok {
		s.skipped.Add(1)
		s.server.stats.skipped.Add(1)
		return false
	}
	r := f.request
	if !selected(r.selectors, it.ID, kind) {
		return false
	}
	if stream.wanted = true; r.hasEnd && it.End >= r.end && it.Start <= time.Now().Add(clockTolerance).UnixNano() {
		stream.full = true
	}
	if !f.whole && !r.takes(it) {
		return false
	}
	d.buf = s.speaks.frame(d.buf, it)
	return true
}

// maxStreams is how many streams of a station a feed remembers; with more the
// answers for the others are asked for anew.
const maxStreams = 256

func (f *feed) stream(id fdsn.ID, s *session) *stream {
	for i := range f.streams {
		if f.streams[i].id == id {
			return &f.streams[i]
		}
	}
	st := stream{id: id, allowed: s.allowed(id)}
	if len(f.streams) == maxStreams {
		return &st
	}
	f.streams = append(f.streams, st)
	return &f.streams[len(f.streams)-1]
}
