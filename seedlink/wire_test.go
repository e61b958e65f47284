package seedlink

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// wire is a client made of bytes, within a synctest bubble: it sends what a
// test says and shows what came back, once the server has nothing more to do.
type wire struct {
	t    *testing.T
	conn net.Conn
	done chan struct{}

	mu     sync.Mutex
	got    []byte
	writes int // of the server
	closed bool
}

// addrConn is a pipe with an address.
type addrConn struct {
	net.Conn
	remote string
}

func (c addrConn) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(c.remote))
}

// dialWire connects to s from an address that is not trusted.
func dialWire(ctx context.Context, t *testing.T, s *Server) *wire {
	return dialWireFrom(ctx, t, s, "192.0.2.99:999")
}

func dialWireFrom(ctx context.Context, t *testing.T, s *Server, remote string) *wire {
	a, pipe := net.Pipe()
	b := addrConn{pipe, remote}
	w := &wire{t: t, conn: a, done: make(chan struct{})}
	go s.ServeConn(ctx, b)
	go func() {
		defer close(w.done)
		buf := make([]byte, 1<<20)
		for {
			n, err := a.Read(buf)
			w.mu.Lock()
			w.got = append(w.got, buf[:n]...)
			if n > 0 {
				w.writes++
			}
			w.closed = w.closed || err != nil
			w.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return w
}

func (w *wire) close() {
	w.conn.Close()
	<-w.done
	synctest.Wait()
}

// send writes bytes and returns what they caused.
func (w *wire) send(s string) string {
	if s != "" {
		if _, err := w.conn.Write([]byte(s)); err != nil {
			return "closed"
		}
	}
	return w.take()
}

// take returns what came since it was last called.
func (w *wire) take() string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	out := show(w.got)
	if w.closed {
		out = strings.TrimSpace(out + " closed")
	}
	w.got, w.writes = nil, 0
	return out
}

// show spells out what a server sent: lines as they are, CR inside a line as
// '|', packets as CHANNEL#SEQUENCE with the station before it, INFO documents
// as info{…} or refused{…}.
func show(b []byte) string {
	var out []string
	info := ""
	for len(b) > 0 {
		switch {
		case len(b) >= 520 && strings.HasPrefix(string(b), "SL"):
			head, raw := b[:8], b[8:520]
			if string(head[2:6]) == "INFO" {
				text, refused, err := InfoText(raw)
				if err != nil {
					return fmt.Sprint("broken INFO: ", err)
				}
				info += text
				if head[7] == '*' {
					break
				}
				word := "info"
				if refused {
					word = "refused"
				}
				out = append(out, word+"{"+info+"}")
				info = ""
				break
			}
			out = append(out, fmt.Sprintf("%s.%s%s#%s", code(raw[8:13]), code(raw[13:15]), code(raw[15:18]), head[2:8]))
		case strings.HasPrefix(string(b), "END"):
			out = append(out, "END")
			b = b[3:]
			continue
		default:
			line, _, ok := strings.Cut(string(b), "\n")
			if !ok {
				return strings.Join(append(out, fmt.Sprintf("rest %q", b)), " ")
			}
			b = b[len(line)+1:]
			if !strings.HasSuffix(line, "\r") {
				line += "<no CR>"
			}
			out = append(out, strings.ReplaceAll(strings.TrimSuffix(line, "\r"), "\r", "|"))
			continue
		}
		b = b[520:]
	}
	return strings.Join(out, " ")
}
