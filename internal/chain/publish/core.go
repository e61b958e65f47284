package publish

import (
	"cmp"
	"slices"

	"houfeng/internal/seis"
)

// Core gathers what is said of events and, at each tick, returns the revisions
// that are due. It keeps no time of its own and is not safe for concurrent use.
type Core struct {
	opts   Options
	open   map[string]*event
	closed map[string]*event
	order  []string // ids of closed, in the order closed; the first is forgotten first
	now    seis.Time
}

// event is what is known of one event, and what was last said of it.
type event struct {
	id          string
	origin      seis.Origin
	located     bool // origin is set
	magnitude   *seis.Magnitude
	intensities []seis.Shaking
	withdrawn   string // why, until it has been said
	dirty       bool   // something was heard since the last look
	confirmed   bool   // once, and until withdrawn
	said        seis.Event
	first       seis.Time // tick before the first word since it was opened
}

// NewCore makes a core that follows no event.
func NewCore(opts Options) *Core {
	return &Core{opts: opts.withDefaults(), open: map[string]*event{}, closed: map[string]*event{}}
}

// Origin takes a new or better origin, or the withdrawal of an event. An
// origin without event id is not yet an event and is ignored.
func (c *Core) Origin(o seis.Origin) {
	if o.EventID == "" {
		return
	}
	if o.Withdrawn != "" {
		if e := c.known(o.EventID); e != nil {
			e.withdrawn, e.dirty = o.Withdrawn, true
		}
		return
	}
	e := c.event(o.EventID)
	e.origin, e.located, e.withdrawn, e.dirty = o, true, "", true
}

// Magnitude takes the network magnitude of event id.
func (c *Core) Magnitude(id string, m seis.Magnitude) {
	e := c.event(id)
	e.magnitude, e.dirty = &m, true
}

// Intensities takes the station intensities of event id, all of them, sorted
// by station. The slice is kept and must not be changed.
func (c *Core) Intensities(id string, stations []seis.Shaking) {
	e := c.event(id)
	e.intensities, e.dirty = stations, true
}

// Tick returns the revisions due at time now, sorted by event id, at most one
// of each event, and closes what has been quiet for long enough.
func (c *Core) Tick(now seis.Time) []seis.Event {
	c.now = now
	var due []seis.Event
	for _, e := range c.byID() {
		rev, done := c.look(e, now)
		if rev != nil {
			e.said = *rev
			due = append(due, *rev)
		}
		if done {
			c.close(e)
		}
	}
	for len(c.open) > c.opts.MaxOpen {
		c.close(c.oldest())
	}
	return due
}

// look decides about one event: the revision due, if any, and whether the
// event is closed with it.
func (c *Core) look(e *event, now seis.Time) (rev *seis.Event, done bool) {
	born := e.said.Revision > 0
	if e.withdrawn != "" {
		reason := e.withdrawn
		// Only another origin can make the event stand again.
		e.withdrawn, e.dirty, e.confirmed, e.located = "", false, false, false
		if !born || e.said.Status == seis.Rejected {
			return nil, true
		}
		return e.revise(now, seis.Rejected, "withdrawn: "+reason), true
	}
	if !e.located { // a magnitude of an event not heard of, or of a rejected one
		return nil, now.Sub(e.first) >= c.opts.CloseAfter
	}
	if !born && !c.ripe(e) {
		return nil, now.Sub(e.first) >= c.opts.CloseAfter
	}
	quiet := born && now.Sub(latest(e.origin.Time, e.said.Made)) >= c.opts.CloseAfter
	if !e.dirty {
		return nil, quiet
	}
	status := c.status(e)
	changes := e.changes(&c.opts, status)
	switch {
	case len(changes) > 0 && now.Sub(e.said.Made) >= c.opts.interval(e.said.Revision):
		e.dirty = false
		return e.revise(now, status, join(changes)), false
	case len(changes) == 0 && !quiet && e.same():
		e.dirty = false
	case quiet:
		e.dirty = false
		if !e.same() {
			return e.revise(now, seis.Final, "closed: small changes since revision "+itoa(e.said.Revision)), true
		}
	}
	return nil, quiet
}

// ripe reports whether an event may be said for the first time. One that could
// be sized but has no magnitude did not rise above the noise at two stations:
// it needs many stations to be believed.
func (c *Core) ripe(e *event) bool {
	return e.magnitude != nil || c.opts.Sizable == nil || !c.opts.Sizable(e.origin) || e.origin.Stations >= c.opts.UnsizedStations
}

// status returns preliminary or confirmed. A confirmed event stays confirmed
// until it is withdrawn: the public is not told yes, no, yes.
func (c *Core) status(e *event) seis.Status {
	o := &e.origin
	seen := o.Expected == 0 || float64(o.Seen) >= c.opts.ConfirmSeen*float64(o.Expected)
	if o.Stations >= c.opts.ConfirmStations && seen {
		e.confirmed = true
	}
	if e.confirmed {
		return seis.Confirmed
	}
	return seis.Preliminary
}

// revise makes the next revision.
func (e *event) revise(now seis.Time, status seis.Status, reason string) *seis.Event {
	return &seis.Event{
		ID: e.id, Revision: e.said.Revision + 1, Status: status, Type: "earthquake",
		Origin: e.origin, Magnitude: e.magnitude, Intensities: e.intensities,
		Region: region(&e.origin), Reason: reason, Made: now,
	}
}

// event returns the event to write on, which may be new or one that had been
// closed and is opened again.
func (c *Core) event(id string) *event {
	if e := c.known(id); e != nil {
		return e
	}
	e := &event{id: id, first: c.now}
	c.open[id] = e
	return e
}

func (c *Core) known(id string) *event {
	if e := c.open[id]; e != nil {
		return e
	}
	e := c.closed[id]
	if e == nil {
		return nil
	}
	delete(c.closed, id)
	c.order = slices.DeleteFunc(c.order, func(s string) bool { return s == id })
	c.open[id] = e
	e.first = c.now
	return e
}

func (c *Core) close(e *event) {
	delete(c.open, e.id)
	if e.said.Revision == 0 {
		return
	}
	c.closed[e.id] = e
	c.order = append(c.order, e.id)
	for len(c.order) > c.opts.MaxClosed {
		delete(c.closed, c.order[0])
		c.order = c.order[1:]
	}
}

func (c *Core) byID() []*event {
	es := make([]*event, 0, len(c.open))
	for _, e := range c.open {
		es = append(es, e)
	}
	slices.SortFunc(es, func(a, b *event) int { return cmp.Compare(a.id, b.id) })
	return es
}

// oldest returns the open event to give up first: the one that has said
// nothing for the longest time, ties by id.
func (c *Core) oldest() *event {
	return slices.MinFunc(c.byID(), func(a, b *event) int {
		return cmp.Or(latest(a.said.Made, a.first).Compare(latest(b.said.Made, b.first)), cmp.Compare(a.id, b.id))
	})
}

func latest(a, b seis.Time) seis.Time {
	if a.Before(b) {
		return b
	}
	return a
}
