package seglog

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// WriteFrame makes a file of one frame: a segment of format f that is written
// whole and durably, or not at all.
func WriteFrame(path string, f Format, fr Frame) error {
	h := header{first: fr.Number}
	return WriteDurably(path, appendFrame(h.encode(f), h.salt, fr))
}

// ReadFrame reads a file made by WriteFrame.
func ReadFrame(path string, f Format) (Frame, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Frame{}, err
	}
	h, err := decodeHeader(f, b)
	if err != nil {
		return Frame{}, fmt.Errorf("%s: %w", path, err)
	}
	sc := scanner{r: byteReader(b), salt: h.salt, off: headerSize, end: int64(len(b)), chunk: len(b)}
	head, payload, err := sc.next()
	if err == nil && sc.off != sc.end {
		err = errors.New("more than one frame")
	}
	if err != nil {
		return Frame{}, fmt.Errorf("%s at %d: %w", path, headerSize, err)
	}
	return Frame{head.number, head.time, head.kind, payload}, nil
}

type byteReader []byte

func (b byteReader) ReadAt(p []byte, at int64) (int, error) {
	if at >= int64(len(b)) {
		return 0, io.EOF
	}
	n := copy(p, b[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}
