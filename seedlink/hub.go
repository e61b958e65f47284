package seedlink

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"houfeng/fdsn"
)

// hub tells sessions which of their stations have new records. The Store's
// writer passes through it, so it only marks and signals.
type hub struct {
	mu     sync.RWMutex
	users  int
	stop   func()
	topics map[stationKey][]*feed // who listens to a station
	joined map[*outlet]struct{}
}

// outlet is where a session hears of its stations.
type outlet struct {
	wanted func(key stationKey, fresh bool) *feed // makes the feed of a station, or nil; fresh: it came after join
	signal chan struct{}                          // has one element when feeds are ready

	mu    sync.Mutex
	ready []*feed
}

// feed is one station of one outlet. The fields below ready belong to the
// session's delivery.
type feed struct {
	out   *outlet
	key   stationKey
	ready atomic.Bool // is in out.ready

	request *request
	after   uint64 // sequence of the last record looked at
	until   uint64 // FETCH: sequence of the last record to give; 0 if there is no end
	begun   bool   // a record was looked at
	whole   bool   // no window is to be applied
	done    bool   // nothing more is to be given
	streams []stream
}

// stream is what the delivery knows of a stream of a feed.
type stream struct {
	id      fdsn.ID
	allowed bool
	wanted  bool // a record passed the selectors
	full    bool // has a record that reaches the end of the window
}

// attach begins to watch the store, unless that has been done.
func (h *hub) attach(store Store) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.users++; h.users > 1 {
		return
	}
	h.topics = make(map[stationKey][]*feed)
	h.joined = make(map[*outlet]struct{})
	h.stop = store.Watch(h.wake)
}

func (h *hub) detach() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.users--; h.users == 0 {
		h.stop()
	}
}

// wake marks the feeds of a station.
func (h *hub) wake(network, station string) {
	key := stationKey{network, station}
	h.mu.RLock()
	feeds, known := h.topics[key]
	h.mu.RUnlock()
	if !known {
		feeds = h.open(key)
	}
	for _, f := range feeds {
		f.mark()
	}
}

// open makes the topic of a station that was not heard of before.
func (h *hub) open(key stationKey) []*feed {
	h.mu.Lock()
	defer h.mu.Unlock()
	if feeds, known := h.topics[key]; known {
		return feeds
	}
	var feeds []*feed
	for out := range h.joined {
		if f := out.wanted(key, true); f != nil {
			feeds = append(feeds, f)
		}
	}
	h.topics[key] = feeds
	return feeds
}

// join adds an outlet to every station held and to those that will come, and
// marks its feeds. The lock is held for one station at a time, so that the
// Store's writer does not wait for all of them.
func (h *hub) join(out *outlet, held []StationInfo) {
	h.mu.Lock()
	h.joined[out] = struct{}{} // from here on open makes feeds of stations that come
	for _, st := range held {
		if key := (stationKey{st.Network, st.Station}); h.topics[key] == nil {
			h.topics[key] = []*feed{}
		}
	}
	keys := slices.Collect(maps.Keys(h.topics))
	h.mu.Unlock()
	slices.SortFunc(keys, stationKey.compare)
	for _, key := range keys {
		f := out.wanted(key, false)
		if f == nil {
			continue
		}
		h.mu.Lock()
		// A new slice, since wake walks the old one without the lock.
		feeds := h.topics[key]
		h.topics[key] = append(feeds[:len(feeds):len(feeds)], f)
		h.mu.Unlock()
		f.mark()
	}
}

func (k stationKey) compare(l stationKey) int {
	return cmp.Or(strings.Compare(k.network, l.network), strings.Compare(k.station, l.station))
}

// leave removes an outlet; feeds returns those that it has when no more come.
func (h *hub) leave(out *outlet, feeds func() []*feed) {
	h.mu.Lock()
	delete(h.joined, out)
	h.mu.Unlock()
	for _, f := range feeds() {
		h.mu.Lock()
		old := h.topics[f.key]
		rest := make([]*feed, 0, len(old))
		for _, other := range old {
			if other != f {
				rest = append(rest, other)
			}
		}
		h.topics[f.key] = rest
		h.mu.Unlock()
	}
}

// mark puts the feed in its outlet's list and signals, without waiting.
func (f *feed) mark() {
	if !f.ready.CompareAndSwap(false, true) {
		return
	}
	f.out.mu.Lock()
	f.out.ready = append(f.out.ready, f)
	f.out.mu.Unlock()
	select {
	case f.out.signal <- struct{}{}:
	default:
	}
}

// next takes the feed that has been ready longest, or nil. What is appended
// to the station from now on marks it again.
func (o *outlet) next() *feed {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.ready) == 0 {
		return nil
	}
	f := o.ready[0]
	o.ready[0] = nil
	o.ready = o.ready[1:]
	f.ready.Store(false)
	return f
}
