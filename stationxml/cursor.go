package stationxml

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// cursor walks an XML document element by element and knows where it is.
type cursor struct {
	d    *xml.Decoder
	lim  Limits
	path []string
}

func newCursor(r io.Reader, lim Limits) *cursor {
	d := xml.NewDecoder(&boundedReader{r: r, left: lim.Bytes, max: lim.Bytes})
	d.CharsetReader = charset
	return &cursor{d: d, lim: lim}
}

// errorf makes an error that names line and element path.
func (c *cursor) errorf(format string, args ...any) error {
	line, _ := c.d.InputPos()
	at := strings.Join(c.path, "/")
	if at != "" {
		at += ": "
	}
	return fmt.Errorf("line %d: %s%w", line, at, fmt.Errorf(format, args...))
}

// wrap adds the place to an error of the XML decoder.
func (c *cursor) wrap(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	var se *xml.SyntaxError
	if errors.As(err, &se) {
		return c.errorf("%s", se.Msg) // its own line number is the same
	}
	return c.errorf("%w", err)
}

// children calls f for each child element of the element just entered, until
// its end. f consumes the child: with children, text, number or skip. label
// names the element in error paths.
func (c *cursor) children(label string, f func(xml.StartElement) error) error {
	if len(c.path) >= c.lim.Depth {
		return c.errorf("elements nested deeper than %d", c.lim.Depth)
	}
	c.path = append(c.path, label)
	for {
		tok, err := c.d.Token()
		if err != nil {
			return c.wrap(err)
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if t.Name.Space != Namespace && t.Name.Space != "" {
				if err := c.skip(); err != nil {
					return err
				}
				continue
			}
			if err := f(t); err != nil {
				return err
			}
		case xml.EndElement:
			c.path = c.path[:len(c.path)-1]
			return nil
		}
	}
}

// skip consumes the element just entered.
func (c *cursor) skip() error {
	depth := 1
	for depth > 0 {
		tok, err := c.d.Token()
		if err != nil {
			return c.wrap(err)
		}
		switch tok.(type) {
		case xml.StartElement:
			if depth++; depth+len(c.path) > c.lim.Depth {
				return c.errorf("elements nested deeper than %d", c.lim.Depth)
			}
		case xml.EndElement:
			depth--
		}
	}
	return nil
}

// text returns the trimmed text of the element just entered and consumes it.
func (c *cursor) text(e xml.StartElement) (string, error) {
	var b strings.Builder
	c.path = append(c.path, e.Name.Local)
	for {
		tok, err := c.d.Token()
		if err != nil {
			return "", c.wrap(err)
		}
		switch t := tok.(type) {
		case xml.CharData:
			if b.Len()+len(t) > c.lim.Text {
				return "", c.errorf("text longer than %d bytes", c.lim.Text)
			}
			b.Write(t)
		case xml.StartElement:
			if err := c.skip(); err != nil {
				return "", err
			}
		case xml.EndElement:
			c.path = c.path[:len(c.path)-1]
			return strings.TrimSpace(b.String()), nil
		}
	}
}

// str stores the text of e.
func (c *cursor) str(e xml.StartElement, v *string) error {
	s, err := c.text(e)
	*v = s
	return err
}

// number stores the text of e as a finite number.
func (c *cursor) number(e xml.StartElement, v *float64) error {
	s, err := c.text(e)
	if err != nil {
		return err
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
		c.path = append(c.path, e.Name.Local)
		return c.errorf("%q is not a number", clip(s))
	}
	*v = x
	return nil
}

// within is number with bounds, both inclusive.
func (c *cursor) within(e xml.StartElement, v *float64, lo, hi float64) error {
	if err := c.number(e, v); err != nil {
		return err
	}
	if *v < lo || *v > hi {
		c.path = append(c.path, e.Name.Local)
		return c.errorf("%v is outside %v…%v", *v, lo, hi)
	}
	return nil
}

// optional is number into a pointer.
func (c *cursor) optional(e xml.StartElement, v **float64) error {
	var x float64
	if err := c.number(e, &x); err != nil {
		return err
	}
	*v = &x
	return nil
}

// integer stores the text of e as an integer; "4.0" is accepted, as some
// writers produce it.
func (c *cursor) integer(e xml.StartElement, v *int) error {
	var x float64
	if err := c.number(e, &x); err != nil {
		return err
	}
	if x != math.Trunc(x) || math.Abs(x) > 1<<31 {
		c.path = append(c.path, e.Name.Local)
		return c.errorf("%v is not an integer", x)
	}
	*v = int(x)
	return nil
}

// time stores the text of e as an xs:dateTime.
func (c *cursor) time(e xml.StartElement, v *time.Time) error {
	s, err := c.text(e)
	if err != nil {
		return err
	}
	t, err := parseTime(s)
	if err != nil {
		c.path = append(c.path, e.Name.Local)
		return c.errorf("%w", err)
	}
	*v = t
	return nil
}

func (c *cursor) attr(e xml.StartElement, name string) (string, error) {
	for _, a := range e.Attr {
		if a.Name.Local == name && (a.Name.Space == "" || a.Name.Space == Namespace) {
			if len(a.Value) > c.lim.Text {
				return "", c.errorf("attribute %s longer than %d bytes", name, c.lim.Text)
			}
			return strings.TrimSpace(a.Value), nil
		}
	}
	return "", nil
}

// boundedReader fails after max bytes instead of ending quietly.
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

// charset reads the single-byte encodings that older documents declare.
func charset(label string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "utf-8", "utf8", "us-ascii", "ascii":
		return in, nil
	case "iso-8859-1", "iso8859-1", "latin1", "latin-1":
		return &latin1{r: in}, nil
	}
	return nil, fmt.Errorf("character encoding %q is not supported: save the document as UTF-8", clip(label))
}

// latin1 turns ISO 8859-1 into UTF-8, in which it is the first 256 code points.
type latin1 struct {
	r    io.Reader
	half byte // second byte of a character that did not fit; 0 if none
}

func (l *latin1) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if l.half != 0 {
		p[0], l.half = l.half, 0
		return 1, nil
	}
	buf := make([]byte, (len(p)+1)/2)
	n, err := l.r.Read(buf)
	out := 0
	for _, b := range buf[:n] {
		if b < utf8.RuneSelf {
			p[out] = b
			out++
			continue
		}
		p[out] = 0xc0 | b>>6
		out++
		if out == len(p) {
			l.half = 0x80 | b&0x3f
			continue
		}
		p[out] = 0x80 | b&0x3f
		out++
	}
	return out, err
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
