package quakeml

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrNotQuakeML is returned, wrapped, when the root element is another one:
// the document may be sound, but is of another kind.
var ErrNotQuakeML = errors.New("not a QuakeML document")

// Limits bound what Read accepts. A zero field takes the default.
type Limits struct {
	Bytes    int64 // of the document; default 512 MiB
	Depth    int   // of nested elements; default 64
	Elements int   // in all; default 20 million
	Objects  int   // events, origins, picks, arrivals and the like in all; default 1 million
	Text     int   // bytes of one run of text or attribute; default 1 MiB
}

// Read reads a document within the default [Limits].
func Read(r io.Reader) (*EventParameters, error) { return ReadLimited(r, Limits{}) }

// ReadLimited reads a document whose root is quakeml or eventParameters.
// Errors name the line and the element path.
func ReadLimited(r io.Reader, lim Limits) (*EventParameters, error) {
	g := newGuard(r, lim)
	ep, err := read(xml.NewTokenDecoder(g))
	if err != nil {
		return nil, fmt.Errorf("read QuakeML: %w", g.place(err))
	}
	return ep, nil
}

func read(d *xml.Decoder) (*EventParameters, error) {
	root := ""
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			if root == "" {
				return nil, fmt.Errorf("%w: no element at all", ErrNotQuakeML)
			}
			return nil, fmt.Errorf("%w: %s without eventParameters", ErrNotQuakeML, root)
		}
		if err != nil {
			return nil, err
		}
		e, ok := tok.(xml.StartElement)
		switch {
		case !ok:
		case e.Name.Local == "eventParameters":
			if strings.Contains(e.Name.Space, "/bed-rt/") || strings.Contains(e.Name.Space, "/quakeml-rt/") {
				return nil, fmt.Errorf("%w: QuakeML real-time; ask for plain QuakeML", ErrNotQuakeML)
			}
			ep := &EventParameters{}
			if err := d.DecodeElement(ep, &e); err != nil {
				return nil, err
			}
			return ep, tail(d)
		case root == "" && e.Name.Local == "quakeml":
			root = "quakeml"
		case root == "":
			return nil, fmt.Errorf("%w: root element is %q", ErrNotQuakeML, clip(e.Name.Local))
		default:
			if err := d.Skip(); err != nil {
				return nil, err
			}
		}
	}
}

// tail reads to the end, so that a document cut short is not taken for whole.
func tail(d *xml.Decoder) error {
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
