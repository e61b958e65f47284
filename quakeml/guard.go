package quakeml

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// guard hands XML tokens on, keeps them within the limits and remembers where
// it is, so that errors of the decoder behind it can name the place.
type guard struct {
	d       *xml.Decoder
	lim     Limits
	path    []string
	last    string // name of the child of path that ended last, "" if another has begun
	count   int
	objects int
}

// objects that take much more memory than text when empty.
var objects = map[string]bool{
	"event": true, "origin": true, "pick": true, "arrival": true, "magnitude": true, "stationMagnitude": true, "amplitude": true,
	"comment": true, "description": true, "stationMagnitudeContribution": true,
}

func newGuard(r io.Reader, lim Limits) *guard {
	if lim.Bytes <= 0 {
		lim.Bytes = 512 << 20
	}
	for _, d := range []struct {
		v   *int
		def int
	}{{&lim.Depth, 64}, {&lim.Elements, 20_000_000}, {&lim.Objects, 1_000_000}, {&lim.Text, 1 << 20}} {
		if *d.v <= 0 {
			*d.v = d.def
		}
	}
	d := xml.NewDecoder(&boundedReader{r: r, left: lim.Bytes, max: lim.Bytes})
	d.CharsetReader = charset
	return &guard{d: d, lim: lim}
}

// Token implements xml.TokenReader.
func (g *guard) Token() (xml.Token, error) {
	tok, err := g.d.RawToken()
	if err != nil {
		return nil, err
	}
	switch t := tok.(type) {
	case xml.StartElement:
		g.path, g.last = append(g.path, t.Name.Local), ""
		if g.count++; g.count > g.lim.Elements {
			return nil, fmt.Errorf("more than %d elements", g.lim.Elements)
		}
		if len(g.path) > g.lim.Depth {
			return nil, fmt.Errorf("elements nested deeper than %d", g.lim.Depth)
		}
		if objects[t.Name.Local] {
			if g.objects++; g.objects > g.lim.Objects {
				return nil, fmt.Errorf("more than %d objects", g.lim.Objects)
			}
		}
		for _, a := range t.Attr {
			if len(a.Value) > g.lim.Text {
				return nil, fmt.Errorf("attribute longer than %d bytes", g.lim.Text)
			}
		}
	case xml.EndElement:
		if n := len(g.path); n > 0 {
			g.path, g.last = g.path[:n-1], g.path[n-1]
		}
	case xml.CharData:
		if len(t) > g.lim.Text {
			return nil, fmt.Errorf("text longer than %d bytes", g.lim.Text)
		}
	}
	return tok, nil
}

// place adds line and element path to an error.
func (g *guard) place(err error) error {
	if errors.Is(err, ErrNotQuakeML) {
		return err
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	var se *xml.SyntaxError
	if errors.As(err, &se) {
		err = errors.New(se.Msg)
	}
	line, _ := g.d.InputPos()
	path := g.path
	if g.last != "" { // a value is looked at once its element has ended
		path = append(path, g.last)
	}
	at := strings.Join(path, "/")
	if at != "" {
		at += ": "
	}
	return fmt.Errorf("line %d: %s%w", line, at, err)
}

// boundedReader fails after max bytes instead of ending quietly. Package
// stationxml has its like: neither package needs the other.
type boundedReader struct {
	r         io.Reader
	left, max int64
}

func (b *boundedReader) Read(p []byte) (int, error) {
	if b.left <= 0 {
		var one [1]byte
		if n, err := b.r.Read(one[:]); n == 0 {
			return 0, err
		}
		return 0, fmt.Errorf("document larger than %d bytes", b.max)
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	return n, err
}

// charset reads the encodings that documents declare besides UTF-8.
func charset(label string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "utf-8", "utf8", "us-ascii", "ascii":
		return in, nil
	case "iso-8859-1", "iso8859-1", "latin1", "latin-1":
		return &latin1{in: in}, nil
	}
	return nil, fmt.Errorf("character encoding %q is not supported: save the document as UTF-8", clip(label))
}

// latin1 turns ISO 8859-1 into UTF-8 byte by byte.
type latin1 struct {
	in   io.Reader
	rest []byte
}

func (l *latin1) Read(p []byte) (int, error) {
	if len(l.rest) == 0 {
		var buf [2048]byte
		n, err := l.in.Read(buf[:])
		if n == 0 {
			return 0, err
		}
		l.rest = l.rest[:0]
		for _, b := range buf[:n] {
			l.rest = utf8.AppendRune(l.rest, rune(b))
		}
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}
