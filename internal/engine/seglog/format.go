package seglog

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"

	"houfeng/internal/seis"
)

// A segment file is a header and frames (docs/formats/segments.md). Numbers are
// little-endian, checksums CRC-32C (Castagnoli).
//
// Header, 64 bytes:
//
//	 0  24  text: name, space, version, newline, zeros: "HOUFENG-RING 1\n"
//	24   8  u64  number of the first frame
//	32   8  u64  number of the last frame before this segment, 0 if none
//	40   8  i64  time of that frame, nanoseconds
//	48   8  u64  salt
//	56   1  u8   1 if that time lies in a leap second
//	57   3       zero
//	60   4  u32  checksum of bytes 0–59
//
// Frame, 32 bytes and the payload:
//
//	 0   4  u32  length of the payload
//	 4   4  u32  checksum of the payload
//	 8   8  u64  number
//	16   8  i64  time, nanoseconds
//	24   1  u8   kind; 0 is a sync mark
//	25   1  u8   1 if the time lies in a leap second
//	26   2       zero
//	28   4  u32  checksum of the salt's 8 bytes and bytes 0–27
//	32           payload
//
// A sync mark has no payload and no time; its number says that every frame up
// to that number was durable when the mark was written.
const (
	magicSize  = 24
	headerSize = 64
	frameSize  = 32
	markKind   = 0
)

// MaxPayload is the largest payload a frame can have, in bytes.
const MaxPayload = 256 << 20

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// Format names a kind of file and the version of it that is written and read.
type Format struct {
	Name    string // "HOUFENG-RING"
	Version int
}

// ErrForeign is returned for a file of another kind, or of a version that this
// program does not know. Nothing of the file was changed.
var ErrForeign = errors.New("not a file this program can read")

func (f Format) magic() []byte {
	return []byte(f.Name + " " + strconv.Itoa(f.Version) + "\n")
}

// CheckMagic tells whether b begins as a file of format f does. The error wraps
// ErrForeign and says what was found and what was wanted.
func (f Format) CheckMagic(b []byte) error {
	if bytes.HasPrefix(b, f.magic()) {
		return nil
	}
	line, _, whole := bytes.Cut(b[:min(len(b), 64)], []byte("\n"))
	if v, ok := bytes.CutPrefix(line, []byte(f.Name+" ")); ok && whole {
		if n, err := strconv.Atoi(string(v)); err == nil {
			return fmt.Errorf("%w: found %s version %d, want version %d", ErrForeign, f.Name, n, f.Version)
		}
	}
	return fmt.Errorf("%w: begins with %q, want %q", ErrForeign, b[:min(len(b), 24)], f.magic())
}

// header is the beginning of a segment.
type header struct {
	first    uint64
	prev     uint64
	prevTime seis.Time
	salt     uint64
}

func (h header) encode(f Format) []byte {
	b := make([]byte, headerSize)
	copy(b[:magicSize], f.magic())
	binary.LittleEndian.PutUint64(b[24:], h.first)
	binary.LittleEndian.PutUint64(b[32:], h.prev)
	binary.LittleEndian.PutUint64(b[40:], uint64(h.prevTime.Nanos()))
	binary.LittleEndian.PutUint64(b[48:], h.salt)
	b[56] = flag(h.prevTime.Leap())
	binary.LittleEndian.PutUint32(b[60:], checksum(b[:60]))
	return b
}

// errShort says that a file ends within its header, as after a crash.
var errShort = errors.New("the file ends within its header")

func decodeHeader(f Format, b []byte) (header, error) {
	if len(b) < headerSize || len(bytes.Trim(b[:headerSize], "\x00")) == 0 {
		return header{}, errShort
	}
	if err := f.CheckMagic(b); err != nil {
		return header{}, err
	}
	if got, want := checksum(b[:60]), binary.LittleEndian.Uint32(b[60:]); got != want {
		return header{}, fmt.Errorf("header: crc %#08x, want %#08x", got, want)
	}
	return header{
		first:    binary.LittleEndian.Uint64(b[24:]),
		prev:     binary.LittleEndian.Uint64(b[32:]),
		prevTime: seis.TimeOf(int64(binary.LittleEndian.Uint64(b[40:])), b[56] == 1),
		salt:     binary.LittleEndian.Uint64(b[48:]),
	}, nil
}

// Frame is one thing in the log.
type Frame struct {
	Number  uint64
	Time    seis.Time
	Kind    uint8 // not 0
	Payload []byte
}

// frameHead is the fixed part of a frame.
type frameHead struct {
	length int
	crc    uint32
	number uint64
	time   seis.Time
	kind   uint8
}

func appendFrame(b []byte, salt uint64, f Frame) []byte {
	at := len(b)
	b = append(b, make([]byte, frameSize)...)
	h := b[at:]
	binary.LittleEndian.PutUint32(h[0:], uint32(len(f.Payload)))
	binary.LittleEndian.PutUint32(h[4:], checksum(f.Payload))
	binary.LittleEndian.PutUint64(h[8:], f.Number)
	binary.LittleEndian.PutUint64(h[16:], uint64(f.Time.Nanos()))
	h[24], h[25] = f.Kind, flag(f.Time.Leap())
	binary.LittleEndian.PutUint32(h[28:], headSum(salt, h))
	return append(b, f.Payload...)
}

// headSum is the checksum of a frame's head. The salt is known to nobody
// outside, so that no payload can contain what looks like a frame to a reader
// that seeks the next one after damage.
func headSum(salt uint64, h []byte) uint32 {
	var b [8 + 28]byte
	binary.LittleEndian.PutUint64(b[:], salt)
	copy(b[8:], h[:28])
	return checksum(b[:])
}

// decodeHead reads the fixed part of a frame from b (at least frameSize bytes).
func decodeHead(salt uint64, b []byte) (frameHead, error) {
	if got, want := headSum(salt, b), binary.LittleEndian.Uint32(b[28:]); got != want {
		return frameHead{}, fmt.Errorf("head crc %#08x, want %#08x", got, want)
	}
	h := frameHead{
		length: int(binary.LittleEndian.Uint32(b[0:])),
		crc:    binary.LittleEndian.Uint32(b[4:]),
		number: binary.LittleEndian.Uint64(b[8:]),
		time:   seis.TimeOf(int64(binary.LittleEndian.Uint64(b[16:])), b[25] == 1),
		kind:   b[24],
	}
	if h.length > MaxPayload {
		return frameHead{}, fmt.Errorf("payload of %d bytes, at most %d", h.length, MaxPayload)
	}
	return h, nil
}

func flag(set bool) byte {
	if set {
		return 1
	}
	return 0
}
