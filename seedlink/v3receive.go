package seedlink

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// receive reads packets until the server ends or the connection fails.
func (l *link) receive(c *Client, handler func(Packet) error) error {
	heard := time.Now()
	asked := false // a keepalive is on its way
	for {
		wait := c.silence() - time.Since(heard)
		if wait <= 0 {
			return fmt.Errorf("%w: nothing within %s", ErrSilent, c.silence())
		}
		if k := c.keepAlive(); k > 0 && !asked {
			wait = min(wait, max(k-time.Since(heard), time.Millisecond))
		}
		// Wait for the first byte only, so that no packet is cut in two.
		l.conn.SetReadDeadline(time.Now().Add(wait))
		_, err := l.r.Peek(1)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			if k := c.keepAlive(); k > 0 && !asked && time.Since(heard) >= k {
				if err := l.send("INFO ID"); err != nil {
					return err
				}
				asked = true
			}
			continue
		}
		if err != nil {
			return endOfStream(err)
		}
		l.conn.SetReadDeadline(time.Now().Add(c.silence()))
		p, end, err := readV3Packet(l.r)
		if err != nil {
			return err
		}
		if end {
			return nil
		}
		heard, asked = time.Now(), false
		if err := l.deliver(c, p, handler); err != nil {
			return err
		}
	}
}

func endOfStream(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("server closed the connection: %w", io.ErrUnexpectedEOF)
	}
	return err
}

func (l *link) deliver(c *Client, p Packet, handler func(Packet) error) error {
	if p.Info {
		return handler(p)
	}
	key, start := p.Network+"."+p.Station, RecordStart(p.Raw)
	if last, ok := l.low[key]; ok {
		ahead := (p.Sequence - last.Sequence) & v3Sequence
		if (ahead == 0 || ahead > v3Sequence/2) && start <= last.Start {
			return nil // came before
		}
		delete(l.low, key)
	}
	if err := handler(p); err != nil {
		return err
	}
	if plainCode(p.Network) && plainCode(p.Station) {
		c.received(key, Position{Sequence: p.Sequence, Start: start})
	}
	return nil
}

// readV3Packet reads a packet or what a server sends in place of one.
func readV3Packet(r *bufio.Reader) (p Packet, end bool, err error) {
	head, err := r.Peek(3)
	if err != nil {
		return Packet{}, false, fmt.Errorf("read packet: %w", endOfStream(err))
	}
	switch {
	case string(head) == "END":
		return Packet{}, true, nil
	case string(head) == "ERR":
		return Packet{}, false, ErrServer
	}
	var b [v3Header]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return Packet{}, false, fmt.Errorf("read packet: %w", endOfStream(err))
	}
	seq, info, _, err := parseV3Header(b[:])
	if err != nil {
		return Packet{}, false, err
	}
	raw, err := readV2Record(r)
	if err != nil {
		return Packet{}, false, fmt.Errorf("read packet %s: %w", b[2:], err)
	}
	p = Packet{Sequence: seq, Raw: raw, Info: info}
	p.Network = code(raw[18:20])
	p.Station = code(raw[8:13])
	return p, false, nil
}

// readV2Record reads a record as long as its blockette 1000 says, at most
// 65536 bytes: some servers send records of other lengths than 512 bytes. What
// has no such blockette, or is no record at all, is taken to have 512 bytes and
// left to the receiver to judge: to stop here would mean to ask for it again
// for ever.
func readV2Record(r *bufio.Reader) ([]byte, error) {
	need := 64
	for {
		b, err := r.Peek(need)
		if err != nil {
			return nil, endOfStream(err)
		}
		h, more, err := walk(b)
		length := h.length
		if errors.Is(err, errNoB1000) && more > need {
			need = more
			continue
		}
		if err != nil {
			length = v3Record
		}
		raw := make([]byte, length)
		if _, err := io.ReadFull(r, raw); err != nil {
			return nil, endOfStream(err)
		}
		return raw, nil
	}
}

// code reads a code padded with blanks.
func code(b []byte) string { return strings.Trim(string(b), " \x00") }

// askInfo collects the document of a level.
func (l *link) askInfo(c *Client, level string) (string, error) {
	if !plainWord(level) {
		return "", fmt.Errorf("%q is no level", clip(level))
	}
	if err := l.greet(c); err != nil {
		return "", err
	}
	if err := l.send("INFO " + level); err != nil {
		return "", err
	}
	var b strings.Builder
	for {
		l.conn.SetReadDeadline(time.Now().Add(l.timeout))
		head, err := l.r.Peek(v3Header)
		if err != nil {
			return "", endOfStream(err)
		}
		if string(head[:5]) == "ERROR" {
			return "", ErrServer
		}
		_, info, last, err := parseV3Header(head)
		if err != nil {
			return "", err
		}
		p, _, err := readV3Packet(l.r)
		if err != nil {
			return "", err
		}
		if !info {
			continue
		}
		text, refused, err := InfoText(p.Raw)
		if err != nil {
			return "", err
		}
		b.WriteString(text)
		if b.Len() > 4*maxInfo {
			return "", fmt.Errorf("document is longer than %d bytes", 4*maxInfo)
		}
		if last {
			if refused {
				return "", &refusal{"INFO " + level, oneLine(b.String(), 200)}
			}
			return b.String(), nil
		}
	}
}
