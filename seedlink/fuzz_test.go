package seedlink

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"houfeng/fdsn"
)

// memConn is a connection whose peer sent everything at once and takes all;
// it fails a test in which more than limit bytes are written.
type memConn struct {
	in      *bytes.Reader
	written int
	limit   int
	t       *testing.T
}

func (c *memConn) Read(b []byte) (int, error) { return c.in.Read(b) }
func (c *memConn) Write(b []byte) (int, error) {
	if c.written += len(b); c.written > c.limit {
		c.t.Errorf("%d bytes written", c.written)
		return 0, io.ErrClosedPipe
	}
	return len(b), nil
}
func (c *memConn) Close() error                     { return nil }
func (c *memConn) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (c *memConn) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
func (c *memConn) SetDeadline(time.Time) error      { return nil }
func (c *memConn) SetReadDeadline(time.Time) error  { return nil }
func (c *memConn) SetWriteDeadline(time.Time) error { return nil }

// FuzzServer sends a server what a client may send.
func FuzzServer(f *testing.F) {
	for _, s := range []string{
		"HELLO\r\n", "BATCH\r\nSTATION ABC XX\r\nSELECT HHZ.D\r\nDATA 1\r\nEND\r\nINFO ID\r\nBYE\r\n",
		"STATION * *\rSELECT !00???\rTIME 2026,1,1,0,0,0 2026,1,3,0,0,0\rEND\r", "CAPABILITIES EXTREPLY\r\nSELECT\r\nCAT\r\nFETCH ALL\r\n",
		"INFO STREAMS\r\nINFO CONNECTIONS\r\nINFO GAPS\r\n", "SLPROTO 4.0\r\nGET / HTTP/1.0\r\n", "DATA 0x1000000 2026,1,2,3,0,0\r\n", "\r\n\x00\xff\r",
	} {
		f.Add([]byte(s))
	}
	m := scene()
	f.Fuzz(func(t *testing.T, in []byte) {
		s := &Server{Store: m, Limits: Limits{Commands: 200, Bad: 20}}
		conn := &memConn{in: bytes.NewReader(in), limit: 64<<20 + len(in)*4096, t: t}
		s.ServeConn(t.Context(), conn)
		if n := len(s.hub.joined); n != 0 {
			t.Errorf("%d sessions stay in the hub", n)
		}
	})
}

// FuzzClient sends a client what a server may send.
func FuzzClient(f *testing.F) {
	ok := helloSC + "OK\r\nOK\r\nOK\r\nOK\r\n"
	info := string(appendV3Info(nil, "<seedlink/>", "INF", epoch))
	for _, s := range []string{
		ok + packet(1, abcZ, epoch) + "END", ok + info + packet(0xFFFFFF, abcZ, epoch) + packet(0, abcZ, epoch) + "ERROR\r\n",
		helloOld + "ERROR\r\n", helloRing4 + "OK\r\nOK\r\n", "", "SeedLink\r\n\r\nOK\nOK\nSL", ok + "SL000001" + strings.Repeat("\x00", 600),
	} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, in []byte, multi bool) {
		c := &Client{Address: "fuzz", Dial: func(context.Context, string, string) (net.Conn, error) {
			return &memConn{in: bytes.NewReader(in), limit: 1 << 20, t: t}, nil
		}}
		if multi {
			c.Streams = []StreamRequest{{Network: "XX", Station: "ABC", Selectors: []string{"HHZ"}}}
			c.Resume = State{"XX.ABC": {Sequence: 5, Start: 1}}
		}
		total := 0
		c.Run(t.Context(), func(p Packet) error {
			if total += len(p.Raw); total > len(in) {
				t.Errorf("%d bytes of records out of %d", total, len(in))
			}
			InfoText(p.Raw)
			return nil
		})
		for key := range c.State() {
			network, station, ok := strings.Cut(key, ".")
			if !ok || !plainCode(network) || !plainCode(station) {
				t.Errorf("state has station %q", key)
			}
		}
		c.Info(t.Context(), "ID")
	})
}

// FuzzSelectors holds patterns to their printed form.
func FuzzSelectors(f *testing.F) {
	for _, s := range []string{"HHZ", "!00HHZ.D", "--???", "D", "!L", "?", ".D", "HH", "0-BHZ.T", "a\x00b"} {
		f.Add(s, "00", "HHZ", byte('D'))
	}
	f.Fuzz(func(t *testing.T, pattern, location, channel string, kind byte) {
		s, err := ParseSelector(pattern)
		if err != nil {
			return
		}
		again, err := ParseSelector(s.String())
		if err != nil || again != s {
			t.Errorf("%q is %+v, printed as %q, which is %+v, %v", pattern, s, s, again, err)
		}
		if !plainWord(s.String()) {
			t.Errorf("%q is printed as %q", pattern, s)
		}
		s.Match(fdsn.ID{Location: location, Channel: channel}, kind)
	})
}

// FuzzPacket reads one packet and what is in it.
func FuzzPacket(f *testing.F) {
	f.Add([]byte(packet(0x123456, abcZ, epoch)))
	f.Add(appendV3Info(nil, "<seedlink/>", "ERR", epoch))
	f.Add([]byte("END"))
	f.Add([]byte("ERROR\r\n"))
	f.Add([]byte("SLINFO *"))
	f.Fuzz(func(t *testing.T, in []byte) {
		p, end, err := readV3Packet(bufio.NewReaderSize(bytes.NewReader(in), 32<<10))
		if err != nil || end {
			return
		}
		if !bytes.HasPrefix(in[v3Header:], p.Raw) || len(p.Raw) < 128 {
			t.Errorf("record of %d bytes is not what was sent", len(p.Raw))
		}
		RecordStart(p.Raw)
		if p.Info {
			InfoText(p.Raw)
			return
		}
		if framed := appendV3Packet(nil, p.Sequence, p.Raw); !bytes.EqualFold(framed[:v3Header], in[:v3Header]) {
			t.Errorf("framed again: %q, was %q", framed[:v3Header], in[:v3Header])
		}
	})
}
