package seglog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// errBroken says that no whole frame begins where one should.
var errBroken = errors.New("")

func broken(format string, args ...any) error {
	return fmt.Errorf("%w"+format, append([]any{errBroken}, args...)...)
}

// scanner takes frames out of the bytes [off, end) of a segment.
type scanner struct {
	r        io.ReaderAt
	salt     uint64
	off, end int64
	chunk    int  // bytes to read at a time
	keep     bool // payloads stay valid: read into new memory each time

	buf  []byte
	base int64 // offset of buf[0]
}

// bytes returns n bytes at s.off, which the caller knows to lie before s.end.
func (s *scanner) bytes(n int) ([]byte, error) {
	at := s.off - s.base
	if at >= 0 && at+int64(n) <= int64(len(s.buf)) {
		return s.buf[at : at+int64(n) : at+int64(n)], nil
	}
	size := int(min(int64(max(n, s.chunk)), s.end-s.off))
	if s.keep || cap(s.buf) < size {
		s.buf = make([]byte, size)
	}
	s.buf, s.base = s.buf[:size], s.off
	if k, err := s.r.ReadAt(s.buf, s.off); k < size {
		s.buf = s.buf[:0]
		if err == io.EOF {
			return nil, broken("the file ends at %d, want %d", s.off+int64(k), s.off+int64(size))
		}
		return nil, err
	}
	return s.buf[:n:n], nil
}

// head returns the head of the frame at s.off. The frame lies before s.end.
func (s *scanner) head() (frameHead, error) {
	if s.end-s.off < frameSize {
		return frameHead{}, broken("%d bytes, a frame's head has %d", s.end-s.off, frameSize)
	}
	b, err := s.bytes(frameSize)
	if err != nil {
		return frameHead{}, err
	}
	h, err := decodeHead(s.salt, b)
	if err != nil {
		return frameHead{}, broken("%v", err)
	}
	if left := s.end - s.off - frameSize; int64(h.length) > left {
		return frameHead{}, broken("payload of %d bytes, %d left", h.length, left)
	}
	return h, nil
}

// body returns the payload of the frame at s.off, whose head is h, and goes
// behind it.
func (s *scanner) body(h frameHead) ([]byte, error) {
	b, err := s.bytes(frameSize + h.length)
	if err != nil {
		return nil, err
	}
	payload := b[frameSize:]
	if got := checksum(payload); got != h.crc {
		return nil, broken("number %d: crc %#08x, want %#08x", h.number, got, h.crc)
	}
	s.off += int64(len(b))
	return payload, nil
}

// next returns the frame at s.off and goes behind it. At s.end it returns
// io.EOF; where no whole frame is, an error that is errBroken, and stays.
func (s *scanner) next() (frameHead, []byte, error) {
	if s.off >= s.end {
		return frameHead{}, nil, io.EOF
	}
	h, err := s.head()
	if err != nil {
		return frameHead{}, nil, err
	}
	payload, err := s.body(h)
	return h, payload, err
}

// skip goes behind the frame h at s.off without looking at its payload.
func (s *scanner) skip(h frameHead) { s.off += frameSize + int64(h.length) }

// resync goes from a place where no whole frame is to the next frame's head, or
// to s.end, and returns how many bytes lie between.
func (s *scanner) resync() (int64, error) {
	from := s.off
	if h, err := s.head(); err == nil {
		s.skip(h)
		return s.off - from, nil
	}
	for s.off++; s.off < s.end; s.off++ {
		if s.end-s.off < frameSize {
			s.off = s.end
			break
		}
		b, err := s.bytes(frameSize)
		if errors.Is(err, errBroken) {
			s.off = s.end // the file is shorter than it was
			break
		}
		if err != nil {
			return 0, err
		}
		if b[25] > 1 || b[26] != 0 || b[27] != 0 || int64(binary.LittleEndian.Uint32(b)) > s.end-s.off-frameSize {
			continue // cannot be a head
		}
		if _, err := decodeHead(s.salt, b); err == nil {
			break
		}
	}
	return s.off - from, nil
}
