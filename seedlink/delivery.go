package seedlink

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"houfeng/fdsn"
)

const (
	maxBatch  = 64 << 10            // bytes of one write
	readItems = maxBatch / v3Packet // records read at a time
	maxScan   = 32                  // reads before a write or a look at commands
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
		idle := time.Duration(0)
		if s.state.Load() == inEnd {
			idle = s.server.limits.Idle
		}
		cmd, err := s.command(idle)
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
	open  int // feeds that are not done
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

	for {
		// Commands first: a keepalive must not wait for a backlog.
		select {
		case cmd := <-d.commands:
			if err := s.write(s.info(cmd, d.buf[:0])); err != nil {
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
			s.conn.SetReadDeadline(time.Now().Add(s.server.limits.Idle))
		}
		var timer <-chan time.Time
		if wait > 0 && !finished {
			timer = time.After(wait)
		}
		select {
		case <-d.out.signal:
		case cmd := <-d.commands:
			if err := s.write(s.info(cmd, d.buf[:0])); err != nil {
				return err
			}
		case <-timer:
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

// info answers INFO in packets, appended to dst.
func (s *session) info(cmd command, dst []byte) []byte {
	text, ok := "INFO wants a level", false
	if len(cmd.args) == 1 {
		text, ok = s.v3Info(strings.ToUpper(cmd.args[0]))
	}
	s.server.stats.info.Add(1)
	channel := "INF"
	if !ok {
		channel = "ERR"
	}
	return appendV3Info(dst, text, channel, time.Now())
}

// fill puts packets into buf, from one ready feed after the other so that the
// backlog of one station does not hold up another. It returns how many, and
// whether there may be more.
func (d *delivery) fill() (packets int, more bool, err error) {
	d.buf = d.buf[:0]
	for range maxScan {
		room := (maxBatch - len(d.buf)) / v3Packet
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
	// Version 3 clients read exactly 512 bytes and trust blockette 1000.
	h, err := peek(it.Raw)
	if err != nil || h.length != v3Record || len(it.Raw) != v3Record {
		s.skipped.Add(1)
		s.server.stats.skipped.Add(1)
		return false
	}
	r := f.request
	if !selected(r.selectors, it.ID, h.kind) {
		return false
	}
	if stream.wanted = true; r.hasEnd && it.End >= r.end && it.Start <= time.Now().Add(clockTolerance).UnixNano() {
		stream.full = true
	}
	if !f.whole && !r.takes(it) {
		return false
	}
	d.buf = appendV3Packet(d.buf, it.Sequence, it.Raw)
	return true
}

// clockTolerance is how far in the future a record may begin before its time
// is not believed when it comes to ending a window.
const clockTolerance = time.Minute

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

// finished reports whether everything asked for has been given, or else after
// what time to look again (0: when records come).
func (d *delivery) finished(now time.Time) (wait time.Duration, finished bool) {
	for _, r := range d.session.requests {
		if r.ready && !r.fetch && !r.hasEnd {
			return 0, false // real time has no end
		}
	}
	d.feedsMu.Lock()
	defer d.feedsMu.Unlock()
	finished = true
	for _, r := range d.session.requests {
		if r.ready && r.hasEnd {
			if w := d.windowWait(r, now); w > 0 {
				finished = false
				if wait == 0 || w < wait {
					wait = w
				}
			}
		}
	}
	if !finished {
		return wait, false
	}
	for _, f := range d.feeds {
		if f.request.fetch && !f.done {
			return 0, false
		}
	}
	return 0, true
}

// windowWait returns how long a window must be waited for: until it has
// passed and each stream that came has reached its end, but not longer than
// Limits.Grace after it. One record with a wrong time neither ends a
// window early nor keeps it open.
func (d *delivery) windowWait(r *request, now time.Time) time.Duration {
	left := time.Duration(r.end - now.UnixNano())
	if left > 0 {
		return left
	}
	left += d.session.server.limits.Grace
	if left <= 0 {
		return 0
	}
	full := 0
	for _, f := range d.feeds {
		if f.request != r {
			continue
		}
		for _, st := range f.streams {
			if st.wanted && !st.full {
				return left
			}
			if st.full {
				full++
			}
		}
	}
	if full == 0 {
		return left
	}
	return 0
}
