package seedlink

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// link is one connection of a client.
type link struct {
	conn    net.Conn
	r       *bufio.Reader
	timeout time.Duration
	stop    func() bool
	hello   Hello
	batch   bool

	// common and low are for a server with one sequence for all stations,
	// which begins them all at one place: see plan.
	common *Position
	low    State
}

// maxReply bounds a line of a server's reply.
const maxReply = 1024

func (l *link) close() {
	l.stop()
	l.conn.Close()
}

func (l *link) send(command string) error {
	if err := l.conn.SetWriteDeadline(time.Now().Add(l.timeout)); err != nil {
		return err
	}
	if _, err := io.WriteString(l.conn, command+"\r\n"); err != nil {
		return fmt.Errorf("send %s: %w", command, err)
	}
	return nil
}

// line reads a line up to LF.
func (l *link) line() (string, error) {
	var b []byte
	for {
		c, err := l.r.ReadByte()
		if err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return "", err
		}
		if c == '\n' {
			return strings.TrimRight(string(b), "\r"), nil
		}
		if b = append(b, c); len(b) > maxReply {
			return "", fmt.Errorf("line is longer than %d bytes", maxReply)
		}
	}
}

// ask sends a command and reads its reply. A refusal is an error of type
// *refusal.
func (l *link) ask(command string) error {
	if err := l.send(command); err != nil {
		return err
	}
	if l.batch {
		return nil
	}
	if err := l.conn.SetReadDeadline(time.Now().Add(l.timeout)); err != nil {
		return err
	}
	reply, err := l.line()
	if err != nil {
		return fmt.Errorf("answer to %s: %w", command, err)
	}
	word, reason, _ := strings.Cut(reply, "\r")
	switch strings.TrimSpace(word) {
	case "OK":
		return nil
	case "ERROR":
		return &refusal{command, oneLine(reason, 200)}
	}
	if rest, ok := strings.CutPrefix(word, "ERROR "); ok {
		return &refusal{command, oneLine(rest, 200)}
	}
	return fmt.Errorf("answer to %s: %q, want OK or ERROR", command, clip(reply))
}

type refusal struct{ command, reason string }

func (r *refusal) Error() string {
	if r.reason == "" {
		return "server refused " + r.command
	}
	return "server refused " + r.command + ": " + r.reason
}

func (l *link) greet(c *Client) error {
	if err := l.send("HELLO"); err != nil {
		return err
	}
	if err := l.conn.SetReadDeadline(time.Now().Add(l.timeout)); err != nil {
		return err
	}
	first, err := l.line()
	if err != nil {
		return fmt.Errorf("answer to HELLO: %w", err)
	}
	second, err := l.line()
	if err != nil {
		return fmt.Errorf("answer to HELLO: second line: %w", err)
	}
	if !strings.HasPrefix(strings.ToUpper(first), "SEEDLINK") {
		return fmt.Errorf("answer to HELLO: %q is no SeedLink server", clip(first))
	}
	l.hello = parseHello(oneLine(first, maxReply), oneLine(second, maxReply))
	c.mu.Lock()
	c.hello = l.hello
	c.mu.Unlock()
	return nil
}

// negotiate says hello and asks for the streams.
func (l *link) negotiate(c *Client) error {
	if err := checkRequests(c.Streams); err != nil {
		return err
	}
	if err := l.greet(c); err != nil {
		return err
	}
	if l.hello.Has("CAP") {
		var r *refusal
		if err := l.ask("CAPABILITIES EXTREPLY"); err != nil && !errors.As(err, &r) {
			return err
		}
	}
	state := c.State()
	if len(c.Streams) == 0 {
		// Uni-station mode: no reply, data begins.
		return l.send(l.dataCommand(c, state, StreamRequest{}))
	}
	if len(c.Streams) > 1 {
		var r *refusal
		switch err := l.ask("BATCH"); {
		case err == nil:
			l.batch = true
		case !errors.As(err, &r):
			return err
		}
	}
	list := plan(c.Streams, state)
	if l.hello.ringserver() && c.Begin.IsZero() {
		l.common, l.low = oldest(list, state)
	}
	accepted := 0
	var refused *refusal
	for _, req := range list {
		err := l.request(c, state, req)
		switch {
		case err == nil:
			accepted++
		case errors.As(err, &refused):
			c.log("stream refused", "network", req.Network, "station", req.Station, "reason", refused)
		default:
			return err
		}
	}
	if accepted == 0 {
		return fmt.Errorf("%w: %w", ErrRejected, refused)
	}
	return l.send("END")
}

// request asks for the streams of one entry. It fails with a *refusal if
// nothing of it was accepted.
func (l *link) request(c *Client, state State, req StreamRequest) error {
	if err := l.ask("STATION " + req.Station + " " + req.Network); err != nil {
		return err
	}
	accepted := 0
	var refused *refusal
	for _, sel := range req.Selectors {
		switch err := l.ask("SELECT " + sel); {
		case err == nil:
			accepted++
		case errors.As(err, &refused):
			c.log("selector refused", "network", req.Network, "station", req.Station, "selector", sel, "reason", refused)
		default:
			return err
		}
	}
	if len(req.Selectors) > 0 && accepted == 0 {
		return refused // without DATA the server gives nothing
	}
	return l.ask(l.dataCommand(c, state, req))
}

// dataCommand is the command that asks for records of an entry.
func (l *link) dataCommand(c *Client, state State, req StreamRequest) string {
	if !c.Begin.IsZero() {
		cmd := "TIME " + formatV3Time(c.Begin.UnixNano())
		if !c.End.IsZero() {
			cmd += " " + formatV3Time(c.End.UnixNano())
		}
		return cmd
	}
	verb := "DATA"
	if c.Dialup {
		verb = "FETCH"
	}
	pos, ok := state[req.Network+"."+req.Station]
	if len(c.Streams) == 0 && len(state) == 1 {
		for _, pos = range state {
			ok = true
		}
	}
	switch {
	case l.common != nil:
		return fmt.Sprintf("%s %06X", verb, (l.common.Sequence+1)&v3Sequence)
	case !ok:
		return verb
	case pos.Start == 0 || !l.hello.atLeast(2.93):
		return fmt.Sprintf("%s %06X", verb, (pos.Sequence+1)&v3Sequence)
	}
	return fmt.Sprintf("%s %06X %s", verb, (pos.Sequence+1)&v3Sequence, formatV3Time(pos.Start))
}

// checkRequests keeps what a configuration says from becoming other commands.
func checkRequests(list []StreamRequest) error {
	for _, r := range list {
		if !codePattern(r.Network) || !codePattern(r.Station) {
			return fmt.Errorf("stream request %q %q: want codes of 1 to 8 letters, digits, '*' and '?'", clip(r.Network), clip(r.Station))
		}
		for _, sel := range r.Selectors {
			if !plainWord(sel) {
				return fmt.Errorf("stream request %s.%s: selector %q is not a word of printable letters", r.Network, r.Station, clip(sel))
			}
		}
	}
	return nil
}

func plainWord(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return s != "" && len(s) <= 64
}
