package seedlink

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"houfeng/fdsn"
)

// Limits bounds what clients may use. A zero field stands for its default.
type Limits struct {
	Clients    int           // connections at a time; 500
	PerAddress int           // connections at a time of one IPv4 address or IPv6 /64; 50
	Commands   int           // commands before END; 20000
	Bad        int           // commands that earn ERROR before the connection is closed; 50
	Stations   int           // STATION commands of one connection; 10000
	Selectors  int           // selectors of one station; 64
	Idle       time.Duration // wait for a command while nothing was requested; 2 min
	Write      time.Duration // wait for a client to take any bytes; 30 s
	Grace      time.Duration // wait for late records after a time window has passed; 5 min
}

func (l Limits) withDefaults() Limits {
	set := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	set(&l.Clients, 500)
	set(&l.PerAddress, 50)
	set(&l.Commands, 20000)
	set(&l.Bad, 50)
	set(&l.Stations, 10000)
	set(&l.Selectors, 64)
	for _, d := range []struct {
		v   *time.Duration
		def time.Duration
	}{{&l.Idle, 2 * time.Minute}, {&l.Write, 30 * time.Second}, {&l.Grace, 5 * time.Minute}} {
		if *d.v <= 0 {
			*d.v = d.def
		}
	}
	return l
}

// Server gives the records of a Store to SeedLink clients. Set the fields
// before the first call of a method and leave them alone afterwards. One
// Server may serve several listeners, plain and TLS, at a time; the limits count
// all of them together.
type Server struct {
	Store        Store
	Software     string // what HELLO calls the program; "" means "Houfeng"
	Organization string // second line of HELLO

	// Allow says whether a client may see a stream; nil allows everything. A
	// stream not allowed behaves as absent, in data and in INFO. Answers are
	// kept for the length of a connection; see Disconnect.
	Allow func(remote netip.Addr, id fdsn.ID) bool

	// Trusted says who may ask for INFO CONNECTIONS; nil trusts the loopback.
	Trusted func(remote netip.Addr) bool

	// KnownOnly answers ERROR to STATION if no station held fits, as the
	// SeisComP server does. Without it stations that appear later are given.
	KnownOnly bool

	// DefaultStation ("NET.STA") is what a client receives that sends no STATION
	// command; "" gives every station.
	DefaultStation string

	Limits Limits
	Log    *slog.Logger // nil is silent

	once   sync.Once
	limits Limits
	begun  time.Time
	hub    hub
	stats  stats

	mu       sync.Mutex
	sessions map[*session]struct{}
	perAddr  map[netip.Prefix]int
}

// Stats counts what a Server did since its first connection.
type Stats struct {
	Connections int    // open now
	Accepted    uint64 // connections accepted
	Refused     uint64 // connections refused by a limit
	Packets     uint64 // records sent
	Bytes       uint64 // bytes of packets sent, with framing
	Skipped     uint64 // records not sent since version 3 cannot carry them
	Missed      uint64 // records that were trimmed before a slow client took them
	Slow        uint64 // connections closed because the client took nothing
	Bad         uint64 // commands answered with ERROR
	Info        uint64 // INFO documents sent
}

type stats struct {
	accepted, refused, packets, bytes, skipped, missed, slow, bad, info atomic.Uint64
}

// Connection describes an open connection.
type Connection struct {
	Remote  netip.AddrPort
	Since   time.Time
	Packets uint64 // records sent
	Bytes   uint64
	Skipped uint64 // see Stats
	Missed  uint64
	State   string // "handshake", "data", "end"
}

func (s *Server) init() {
	s.once.Do(func() {
		s.limits = s.Limits.withDefaults()
		s.begun = time.Now()
		s.sessions = make(map[*session]struct{})
		s.perAddr = make(map[netip.Prefix]int)
	})
}

func (s *Server) started() time.Time { return s.begun }

func (s *Server) hello() (first, second string) {
	software := s.Software
	if software == "" {
		software = "Houfeng"
	}
	return helloLines(software, s.Organization)
}

func (s *Server) trusted(remote netip.Addr) bool {
	if s.Trusted != nil {
		return s.Trusted(remote)
	}
	return remote.IsLoopback()
}

// Stats returns the counts up to now.
func (s *Server) Stats() Stats {
	s.init()
	s.mu.Lock()
	open := len(s.sessions)
	s.mu.Unlock()
	return Stats{
		Connections: open,
		Accepted:    s.stats.accepted.Load(),
		Refused:     s.stats.refused.Load(),
		Packets:     s.stats.packets.Load(),
		Bytes:       s.stats.bytes.Load(),
		Skipped:     s.stats.skipped.Load(),
		Missed:      s.stats.missed.Load(),
		Slow:        s.stats.slow.Load(),
		Bad:         s.stats.bad.Load(),
		Info:        s.stats.info.Load(),
	}
}

// Serve accepts connections until ctx ends, then closes the listener and every
// connection, waits for them, and returns nil. It returns an error if the
// listener fails. For TLS give a listener of crypto/tls.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	s.init()
	ctx, cancel := context.WithCancel(ctx)
	var sessions sync.WaitGroup
	defer sessions.Wait()
	defer cancel()
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	defer l.Close()
	s.hub.attach(s.Store)
	defer s.hub.detach()

	var delay time.Duration
	for {
		conn, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			if errors.Is(err, net.ErrClosed) {
				return fmt.Errorf("serve seedlink on %s: %w", l.Addr(), err)
			}
			// Out of file descriptors, or the peer is gone already: go on.
			delay = min(max(2*delay, 5*time.Millisecond), time.Second)
			s.log("accept failed", "listener", l.Addr().String(), "error", err)
			select {
			case <-time.After(delay):
			case <-ctx.Done():
				return nil
			}
			continue
		}
		delay = 0
		sessions.Go(func() { s.ServeConn(ctx, conn) })
	}
}

// ServeConn serves one connection until the client leaves or ctx ends, and
// closes it.
func (s *Server) ServeConn(ctx context.Context, conn net.Conn) {
	s.init()
	defer conn.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	s.hub.attach(s.Store)
	defer s.hub.detach()

	sess := newSession(s, conn, cancel)
	if err := s.admit(sess); err != nil {
		s.stats.refused.Add(1)
		s.log("connection refused", "peer", sess.peer, "reason", err)
		return
	}
	defer s.leave(sess)
	s.stats.accepted.Add(1)
	tuneConn(conn)
	err := sess.run(ctx)
	s.log("connection closed", "peer", sess.peer, "packets", sess.packets.Load(),
		"skipped", sess.skipped.Load(), "missed", sess.missed.Load(), "reason", err)
}

var (
	errTooMany    = errors.New("too many connections")
	errTooManyOne = errors.New("too many connections from this address")
)

func (s *Server) admit(sess *session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sessions) >= s.limits.Clients {
		return errTooMany
	}
	if sess.block.IsValid() {
		if s.perAddr[sess.block] >= s.limits.PerAddress {
			return errTooManyOne
		}
		s.perAddr[sess.block]++
	}
	s.sessions[sess] = struct{}{}
	return nil
}

func (s *Server) leave(sess *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, sess)
	if sess.block.IsValid() {
		if s.perAddr[sess.block]--; s.perAddr[sess.block] == 0 {
			delete(s.perAddr, sess.block)
		}
	}
}

// addressBlock is what PerAddress counts: an IPv4 address or an IPv6 /64.
func addressBlock(a netip.Addr) netip.Prefix {
	if !a.IsValid() {
		return netip.Prefix{}
	}
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, _ := a.WithZone("").Prefix(bits)
	return p
}

// tuneConn sends small packets at once and finds out about dead peers.
func tuneConn(conn net.Conn) {
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok { // crypto/tls
		conn = t.NetConn()
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetNoDelay(true)
		tcp.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: time.Minute, Interval: 30 * time.Second, Count: 4})
	}
}

func (s *Server) log(msg string, args ...any) {
	if s.Log != nil {
		s.Log.Info("seedlink: "+msg, args...)
	}
}
