package acquire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"sync"
	"time"

	"houfeng/fdsn"
	"houfeng/internal/engine/clock"
	"houfeng/internal/seis"
	"houfeng/seedlink"
)

// UpstreamConfig is a server that records come from.
type UpstreamConfig struct {
	Name     string      // unique; goes into every receipt as its source
	URL      string      // "seedlink://host:port", or "seedlinks://host:port" for TLS
	Streams  []string    // "NET.STA" or "NET.STA.LOC.CHA", with wildcards; none asks for all stations, "*.*"
	Identity string      // goes into every receipt as the peer's identity
	TLS      *tls.Config // for seedlinks; nil trusts the system's authorities
}

// Arrival is what came from an upstream, before anybody judged it.
type Arrival struct {
	Raw      []byte    // as received; the receiver's to keep
	Time     seis.Time // of the clock, at arrival
	Peer     string    // remote address "host:port"
	Source   string    // name of the upstream
	Identity string    // of the upstream's configuration
	Protocol string    // "seedlink/3.1"
	Seq      int64     // sequence at the source
	Station  string    // "NET.STA" as the record's header has it: see Acknowledge
	Unasked  bool      // the station is none of those asked for
}

// UpstreamOptions are for all upstreams together. The zero value of a field
// gives its default.
type UpstreamOptions struct {
	StateFile string        // where positions are kept; "" keeps none
	SaveEvery time.Duration // between writes of the file, if something changed; 0 is 5 s
	Backoff   seedlink.Backoff
	KeepAlive time.Duration // see seedlink.Client
	Silence   time.Duration // see seedlink.Client
	Log       *slog.Logger  // nil is silent
}

// Upstreams keeps connections to the servers that records come from: see
// [Upstreams.Run].
type Upstreams struct {
	clock clock.Clock
	opts  UpstreamOptions
	list  []*upstream
	names map[string]*upstream
	file  stateFile
	fresh chan struct{} // a station has its first position
}

type upstream struct {
	config UpstreamConfig
	client *seedlink.Client
	asked  []seedlink.StreamRequest

	mu      sync.Mutex
	peer    string
	status  UpstreamStatus
	durable seedlink.State // acknowledged
	pending map[string][]pendingPosition
	waiting int // elements of pending
	changed bool
}

// NewUpstreams checks the configuration and reads the state file. A state
// file that is damaged is set aside (".damaged" is added to its name) and
// logged; its stations then begin with their next packets.
func NewUpstreams(c clock.Clock, configs []UpstreamConfig, opts UpstreamOptions) (*Upstreams, error) {
	if opts.SaveEvery <= 0 {
		opts.SaveEvery = 5 * time.Second
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	u := &Upstreams{clock: c, opts: opts, names: make(map[string]*upstream), file: stateFile{path: opts.StateFile}, fresh: make(chan struct{}, 1)}
	for _, config := range configs {
		if !plainName(config.Name) {
			return nil, fmt.Errorf("upstream %q: want a name of printable characters, at most %d bytes", config.Name, maxName)
		}
		if u.names[config.Name] != nil {
			return nil, fmt.Errorf("upstream %s: the name is used twice", config.Name)
		}
		up, err := newUpstream(config, opts)
		if err != nil {
			return nil, fmt.Errorf("upstream %s: %w", config.Name, err)
		}
		u.names[config.Name] = up
		u.list = append(u.list, up)
	}
	saved, err := u.file.load()
	if err != nil && !errors.Is(err, errDamaged) {
		return nil, err
	}
	if err != nil {
		aside, asideErr := u.file.setAside()
		if asideErr != nil {
			return nil, errors.Join(err, asideErr)
		}
		opts.Log.Error("upstream positions are lost; stations begin with their next packets",
			"error", err, "kept as", aside)
	}
	for name, state := range saved {
		if up := u.names[name]; up != nil {
			up.durable = state
			up.client.Resume = maps.Clone(state)
		} else {
			u.file.other(name, state)
		}
	}
	return u, nil
}

func newUpstream(config UpstreamConfig, opts UpstreamOptions) (*upstream, error) {
	address, secure, err := parseUpstreamURL(config.URL)
	if err != nil {
		return nil, err
	}
	asked, err := parseStreams(config.Streams)
	if err != nil {
		return nil, err
	}
	up := &upstream{
		config: config, asked: asked,
		durable: make(seedlink.State),
		pending: make(map[string][]pendingPosition),
		status:  UpstreamStatus{Name: config.Name, URL: config.URL, Identity: config.Identity},
	}
	up.client = &seedlink.Client{
		Address: address, Streams: asked, Dial: up.dial,
		KeepAlive: opts.KeepAlive, Silence: opts.Silence,
		Log: opts.Log.With("upstream", config.Name),
	}
	if secure {
		up.client.TLS = config.TLS
		if up.client.TLS == nil {
			up.client.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
		}
	}
	return up, nil
}

func (up *upstream) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err == nil {
		up.mu.Lock()
		up.peer = conn.RemoteAddr().String()
		up.mu.Unlock()
	}
	return conn, err
}

// Run keeps connected to every upstream and gives each packet to arrive, until
// ctx ends; it then waits for all of them, saves the positions and returns nil,
// or the error of that last save.
//
// arrive is called by one goroutine per upstream, in the order in which the
// packets came from it. While it runs nothing more is read from that upstream,
// so that a centre that cannot keep up is heard at the source. A connection that
// breaks is taken up again after the last packet given to arrive; the next life
// of the program begins after the last one acknowledged.
func (u *Upstreams) Run(ctx context.Context, arrive func(Arrival)) error {
	var running sync.WaitGroup
	for _, up := range u.list {
		running.Go(func() { u.follow(ctx, up, arrive) })
	}
	saved := make(chan struct{})
	go func() {
		defer close(saved)
		u.keepSaving(ctx)
	}()
	running.Wait()
	<-ctx.Done()
	<-saved
	return u.Save()
}

func (u *Upstreams) follow(ctx context.Context, up *upstream, arrive func(Arrival)) {
	up.client.Connected = func(h seedlink.Hello) {
		up.connected(u.clock.Now(), h)
		u.opts.Log.Info("upstream connected", "upstream", up.config.Name, "server", h.Line)
	}
	lost := func(err error) {
		up.lost(u.clock.Now(), err)
		u.opts.Log.Warn("upstream lost", "upstream", up.config.Name, "error", err)
	}
	// Follow returns only when ctx ends: no handler fails, nothing is dial-up.
	err := up.client.Follow(ctx, u.opts.Backoff, lost, func(p seedlink.Packet) error {
		if a, ok := up.arrived(u.clock.Now(), p); ok {
			arrive(a)
		}
		return nil
	})
	up.lost(u.clock.Now(), err)
}

// arrived turns a packet into an arrival; keepalives are none.
func (up *upstream) arrived(now seis.Time, p seedlink.Packet) (Arrival, bool) {
	up.mu.Lock()
	defer up.mu.Unlock()
	up.status.LastPacket = now
	if p.Info {
		return Arrival{}, false
	}
	up.status.Packets++
	up.status.Bytes += uint64(len(p.Raw))
	a := Arrival{
		Raw: p.Raw, Time: now, Peer: up.peer,
		Source: up.config.Name, Identity: up.config.Identity,
		Protocol: "seedlink/" + up.client.Protocol(), Seq: int64(p.Sequence),
		Station: p.Network + "." + p.Station,
		Unasked: !up.asks(p.Network, p.Station),
	}
	if a.Unasked {
		up.status.Unasked++
	} else {
		up.expect(a.Station, p)
	}
	return a, true
}

// asks reports whether a station is one of those asked for.
func (up *upstream) asks(network, station string) bool {
	for _, r := range up.asked {
		if fdsn.Match(r.Network, network) && fdsn.Match(r.Station, station) {
			return true
		}
	}
	return false
}
