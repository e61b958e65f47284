package seedlink

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"time"

	"houfeng/fdsn"
)

// session is one connection of a client. Its own goroutine reads commands; once
// data is requested a second one, delivery, is the only one that writes.
type session struct {
	server *Server
	conn   net.Conn
	cancel context.CancelFunc
	lines  *lineReader
	peer   string
	remote netip.Addr
	port   netip.AddrPort
	block  netip.Prefix
	since  time.Time
	speaks *dialect // the version agreed on

	// Handshake, of the reading goroutine.
	requests []*request
	current  *request      // of the last STATION; nil after one that was refused
	multi    bool          // a STATION command was given
	batch    bool          // replies are not wanted
	extended bool          // ERROR may say why
	visible  []StationInfo // what KnownOnly looks at, once asked for
	commands int
	bad      int

	state                           atomic.Int32
	packets, bytes, skipped, missed atomic.Uint64
}

// dialect is what a version of the protocol decides; all else is common.
type dialect struct {
	// handshake carries out a command; begin says that data is to follow.
	handshake func(s *session, cmd command) (begin bool, err error)
	// info appends the answer to INFO.
	info func(s *session, cmd command, dst []byte) []byte
	// carries reports whether clients can be given a record, and its type.
	carries func(raw []byte) (kind byte, ok bool)
	// frame appends a packet of at most packet bytes.
	frame  func(dst []byte, it *Item) []byte
	packet int
}

const (
	inHandshake int32 = iota
	inData
	inEnd
)

var stateNames = [...]string{"handshake", "data", "end"}

// Reasons for the end of a session, for the log.
var (
	errBye     = errors.New("client said BYE")
	errIdle    = errors.New("no command within the time allowed")
	errBad     = errors.New("too many bad commands")
	errCommand = errors.New("too many commands before END")
	errStalled = errors.New("client takes no data")
)

func newSession(s *Server, conn net.Conn, cancel context.CancelFunc) *session {
	sess := &session{server: s, conn: conn, cancel: cancel, since: time.Now(), speaks: &v3}
	sess.lines = newLineReader(bufio.NewReaderSize(conn, 1024), maxLine)
	if addr := conn.RemoteAddr(); addr != nil {
		sess.peer = addr.String()
		if ap, err := netip.ParseAddrPort(sess.peer); err == nil {
			sess.port = netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
			sess.remote = sess.port.Addr()
			sess.block = addressBlock(sess.remote)
		}
	}
	return sess
}

func (s *session) describe() Connection {
	return Connection{
		Remote: s.port, Since: s.since,
		Packets: s.packets.Load(), Bytes: s.bytes.Load(),
		Skipped: s.skipped.Load(), Missed: s.missed.Load(),
		State: stateNames[s.state.Load()],
	}
}

func (s *session) allowed(id fdsn.ID) bool {
	return s.server.Allow == nil || s.server.Allow(s.remote, id)
}

// run speaks with the client until it leaves, and says why it ended.
func (s *session) run(ctx context.Context) error {
	for {
		cmd, err := s.command(s.server.limits.Idle)
		if err != nil {
			return err
		}
		begin, err := s.speaks.handshake(s, cmd)
		if err != nil {
			return err
		}
		if begin {
			return s.data(ctx)
		}
	}
}

// command reads the next command that is not empty, within idle. A line that
// is none comes back with an empty verb.
func (s *session) command(idle time.Duration) (command, error) {
	for {
		deadline := time.Time{}
		if idle > 0 {
			deadline = time.Now().Add(idle)
		}
		if err := s.conn.SetReadDeadline(deadline); err != nil {
			return command{}, err
		}
		line, err := s.lines.next()
		switch {
		case errors.Is(err, errLineLong), errors.Is(err, errLineBytes):
			return command{args: []string{err.Error()}}, nil
		case errors.Is(err, os.ErrDeadlineExceeded):
			return command{}, errIdle
		case err != nil:
			return command{}, fmt.Errorf("read command: %w", err)
		}
		if s.commands++; s.state.Load() == inHandshake && s.commands > s.server.limits.Commands {
			return command{}, errCommand
		}
		if cmd := parseCommand(line); cmd.verb != "" {
			return cmd, nil
		}
	}
}

// ok answers a command that was accepted.
func (s *session) ok() error {
	if s.batch {
		return nil
	}
	return s.write([]byte("OK\r\n"))
}

// refuse answers a command that was not. The reason goes to clients that asked
// for it (CAPABILITIES EXTREPLY); others compare the answer with "ERROR\r\n".
func (s *session) refuse(code, format string, args ...any) error {
	s.server.stats.bad.Add(1)
	if s.bad++; s.bad > s.server.limits.Bad {
		return errBad
	}
	switch {
	case s.batch:
		return nil
	case s.extended:
		return s.write([]byte("ERROR\r" + code + " " + oneLine(fmt.Sprintf(format, args...), 200) + "\r\n"))
	}
	return s.write([]byte("ERROR\r\n"))
}

// write sends b. A client may be slow, but within Limits.Write it must take
// something.
func (s *session) write(b []byte) error {
	for {
		if err := s.conn.SetWriteDeadline(time.Now().Add(s.server.limits.Write)); err != nil {
			return err
		}
		n, err := s.conn.Write(b)
		b = b[n:]
		switch {
		case err == nil:
			return nil
		case errors.Is(err, os.ErrDeadlineExceeded):
			if _, secure := s.conn.(*tls.Conn); n > 0 && !secure {
				continue // slow, but alive; TLS cannot go on after a timeout
			}
			s.server.stats.slow.Add(1)
			return errStalled
		default:
			return fmt.Errorf("write: %w", err)
		}
	}
}
