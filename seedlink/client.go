package seedlink

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"strings"
	"sync"
	"time"
)

// NoSequence is the Sequence of a packet that has none (INFO).
const NoSequence = math.MaxUint64

// Packet is what a server sent.
type Packet struct {
	Sequence         uint64 // of the station; 24 bits in version 3; NoSequence for INFO
	Network, Station string // from the record's header, as found there
	Raw              []byte // the record as received; the receiver's to keep
	Info             bool   // an INFO record, an answer to a keepalive: see InfoText
}

// StreamRequest asks for streams of a station. '*' and '?' in the codes stand
// for any letters, if the server knows wildcards.
type StreamRequest struct {
	Network, Station string
	Selectors        []string // patterns of SELECT, such as "HH?" or "00BHZ.D"; none means all
}

// Position is how far a station was received.
type Position struct {
	Sequence uint64 // of the last packet
	Start    int64  // of its first sample, nanoseconds since 1970 UTC; 0 if not known
}

// State holds the positions of stations by "NET.STA".
type State map[string]Position

// Client collects records from a server. Set the fields before the first call
// of a method and leave them alone afterwards.
type Client struct {
	Address string          // "host:port"; port 18000, with TLS 18500, if missing
	Streams []StreamRequest // none: uni-station mode, whatever the server gives

	Resume State       // where to begin; nil begins with the next packets
	Dialup bool        // take what is held (from Resume on), then end
	Begin  time.Time   // of a time window; zero: none. Takes precedence over Resume
	End    time.Time   // of the window; zero: open
	TLS    *tls.Config // not nil: speak TLS. An empty ServerName is filled in

	KeepAlive time.Duration // ask INFO ID after so much silence; 0 means 30 s, < 0 never
	Timeout   time.Duration // for connecting and each answer; 0 means 30 s
	Silence   time.Duration // give up after so long without a byte; 0 means 2 min

	// Connected (may be nil) is told of each connection once the streams were
	// asked for, before the first packet.
	Connected func(Hello)
	// Dial opens the connection; nil uses net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	Log  *slog.Logger // nil is silent

	mu    sync.Mutex
	state State
	hello Hello
}

// Errors of a connection that a caller can act on.
var (
	// ErrRejected: the server accepted none of the streams. Asking again is
	// of use only if the server's stations change.
	ErrRejected = errors.New("server accepted none of the streams")
	// ErrServer: the server sent ERROR in place of data.
	ErrServer = errors.New("server sent ERROR")
	// ErrSilent: no byte came within Client.Silence.
	ErrSilent = errors.New("server is silent")
)

// State returns a copy of how far each station was received and handled:
// Resume, brought forward by each packet for which the handler returned nil.
func (c *Client) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begin()
	out := make(State, len(c.state))
	for k, v := range c.state {
		out[k] = v
	}
	return out
}

// begin copies Resume once; c.mu is held.
func (c *Client) begin() {
	if c.state == nil {
		c.state = make(State, len(c.Resume))
		for k, v := range c.Resume {
			c.state[k] = v
		}
	}
}

// maxState bounds the stations remembered; a server cannot make it grow further.
const maxState = 20000

// received brings a station's position forward.
func (c *Client) received(key string, p Position) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begin()
	if _, ok := c.state[key]; ok || len(c.state) < maxState {
		c.state[key] = p
	}
}

// Hello returns the server's answer to HELLO on the last connection.
func (c *Client) Hello() Hello {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hello
}

// Protocol is the version of the protocol that the client speaks: "3.1".
func (c *Client) Protocol() string { return "3.1" }

// Run connects once and calls handler with each packet, in the order received,
// until the server says that all was sent (nil), the connection fails, the
// handler returns an error (which comes back wrapped), or ctx ends (its
// error). While the handler runs nothing is read.
func (c *Client) Run(ctx context.Context, handler func(Packet) error) error {
	l, err := c.connect(ctx)
	if err != nil {
		return fmt.Errorf("seedlink %s: %w", c.Address, err)
	}
	defer l.close()
	if err = l.negotiate(c); err == nil {
		if c.Connected != nil {
			c.Connected(l.hello)
		}
		err = l.receive(c, handler)
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("seedlink %s: %w", c.Address, err)
	}
	return nil
}

// Info asks a server for the document of an INFO level ("ID", "STATIONS",
// "STREAMS", …) on a connection of its own.
func (c *Client) Info(ctx context.Context, level string) (string, error) {
	l, err := c.connect(ctx)
	if err != nil {
		return "", fmt.Errorf("seedlink %s: %w", c.Address, err)
	}
	defer l.close()
	text, err := l.askInfo(c, level)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return "", fmt.Errorf("seedlink %s: INFO %s: %w", c.Address, clip(level), err)
	}
	return text, nil
}

// address fills in the port.
func (c *Client) address() string {
	if _, _, err := net.SplitHostPort(c.Address); err == nil {
		return c.Address
	}
	port := DefaultPort
	if c.TLS != nil {
		port = DefaultTLSPort
	}
	return net.JoinHostPort(strings.Trim(c.Address, "[]"), port)
}

func (c *Client) connect(ctx context.Context) (*link, error) {
	dialCtx, cancel := context.WithTimeout(ctx, c.timeout())
	defer cancel()
	dial := c.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	address := c.address()
	conn, err := dial(dialCtx, "tcp", address)
	if err != nil {
		return nil, err
	}
	tuneConn(conn)
	if c.TLS != nil {
		config := c.TLS.Clone()
		if config.ServerName == "" {
			config.ServerName, _, _ = net.SplitHostPort(address)
		}
		secure := tls.Client(conn, config)
		if err := secure.HandshakeContext(dialCtx); err != nil {
			conn.Close()
			return nil, fmt.Errorf("tls: %w", err)
		}
		conn = secure
	}
	l := &link{conn: conn, r: bufio.NewReaderSize(conn, 32<<10), timeout: c.timeout()}
	l.stop = context.AfterFunc(ctx, func() { conn.Close() })
	return l, nil
}

func (c *Client) timeout() time.Duration {
	if c.Timeout > 0 {
		return c.Timeout
	}
	return 30 * time.Second
}

func (c *Client) keepAlive() time.Duration {
	if c.KeepAlive == 0 {
		return 30 * time.Second
	}
	return c.KeepAlive
}

func (c *Client) silence() time.Duration {
	if c.Silence > 0 {
		return c.Silence
	}
	return 2 * time.Minute
}

func (c *Client) log(msg string, args ...any) {
	if c.Log != nil {
		c.Log.Info("seedlink: "+msg, append([]any{"server", c.Address}, args...)...)
	}
}
