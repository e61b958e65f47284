package seedlink

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// A version 3 packet is
//
//	offset  length  field
//	0       2       "SL"
//	2       6       sequence, hexadecimal, upper case; or "INFO *" (more to come), "INFO  " (last)
//	8       512     miniSEED 2 record
//
// In place of a packet a server may send "END" (all was sent) or "ERROR\r\n".
const (
	v3Header   = 8
	v3Record   = 512
	v3Packet   = v3Header + v3Record
	v3Sequence = 0xFFFFFF // bits of a sequence that version 3 shows
)

const hexDigits = "0123456789ABCDEF"

// appendV3Packet frames a record.
func appendV3Packet(dst []byte, seq uint64, raw []byte) []byte {
	dst = append(dst, 'S', 'L')
	for shift := 20; shift >= 0; shift -= 4 {
		dst = append(dst, hexDigits[seq>>shift&0xF])
	}
	return append(dst, raw...)
}

// v3Carries reports whether version 3 can carry a record: its clients read
// exactly 512 bytes and trust blockette 1000.
func v3Carries(raw []byte) (kind byte, ok bool) {
	h, err := peek(raw)
	return h.kind, err == nil && len(raw) == v3Record && h.length == v3Record
}

// parseV3Header reads the eight bytes before a record.
func parseV3Header(b []byte) (seq uint64, info, last bool, err error) {
	if len(b) != v3Header || b[0] != 'S' || b[1] != 'L' {
		return 0, false, false, fmt.Errorf("read packet: header %q, want SL and a sequence", clip(string(b)))
	}
	if string(b[2:6]) == "INFO" {
		return NoSequence, true, b[7] != '*', nil
	}
	seq, err = strconv.ParseUint(string(b[2:8]), 16, 24)
	if err != nil {
		return 0, false, false, fmt.Errorf("read packet: sequence %q is not six hexadecimal digits", string(b[2:8]))
	}
	return seq, false, false, nil
}

// header is what SeedLink needs to know of a miniSEED 2 record.
type header struct {
	order  binary.ByteOrder
	length int  // of the record, from blockette 1000
	kind   byte // packet type: D E C T O L
}

var errNoB1000 = errors.New("no blockette 1000")

// peek looks at the fixed header and walks the blockettes of a whole record.
func peek(b []byte) (h header, err error) {
	h, _, err = walk(b)
	return h, err
}

// walk looks at the fixed header and follows the chain of blockettes (SEED 2.4,
// chapter 8). b may be the beginning of a record: if blockette 1000 lies beyond
// it, the error is errNoB1000 and need, when not 0, says how many bytes are wanted.
func walk(b []byte) (h header, need int, err error) {
	if len(b) < 48 {
		return h, 48, fmt.Errorf("%d bytes, want 48 of fixed header: %w", len(b), errNoB1000)
	}
	for i := range 6 {
		if c := b[i]; (c < '0' || c > '9') && c != ' ' && c != 0 {
			return h, 0, fmt.Errorf("byte %#02x at %d, want a sequence number", c, i)
		}
	}
	if q := b[6]; q != 'D' && q != 'R' && q != 'Q' && q != 'M' {
		return h, 0, fmt.Errorf("quality %#02x at 6, want D, R, Q or M", q)
	}
	// The byte order shows in the day of the year, 1 to 366 (SEED 2.4 names
	// big endian; little endian records exist).
	h.order = binary.BigEndian
	if year, day := h.order.Uint16(b[20:]), h.order.Uint16(b[22:]); year < 1900 || year > 2300 || day == 0 || day > 366 {
		h.order = binary.LittleEndian
		if year, day := h.order.Uint16(b[20:]), h.order.Uint16(b[22:]); year < 1900 || year > 2300 || day == 0 || day > 366 {
			return h, 0, fmt.Errorf("year and day % x at 20 are none in either byte order", b[20:24])
		}
	}
	h.kind = 'D'
	samples, factor := h.order.Uint16(b[30:]), h.order.Uint16(b[32:])
	at, text := int(h.order.Uint16(b[46:])), false
	for at != 0 {
		if h.length != 0 && at+8 > min(len(b), v3Record) {
			break // what is asked for is known
		}
		if at < 48 || at > v3Record-8 {
			return h, 0, fmt.Errorf("blockette at %d, want it within the first %d bytes", at, v3Record)
		}
		if at+8 > len(b) {
			return h, at + 8, fmt.Errorf("blockette at %d of %d bytes: %w", at, len(b), errNoB1000)
		}
		next := int(h.order.Uint16(b[at+2:]))
		switch kind := h.order.Uint16(b[at:]); {
		case kind == 1000:
			exp := b[at+6]
			if exp < 7 || exp > 16 {
				return h, 0, fmt.Errorf("record length 2^%d in blockette 1000, want 2^7 to 2^16", exp)
			}
			h.length, text = 1<<exp, b[at+4] == 0
		case kind >= 200 && kind < 300:
			h.kind = 'E'
		case kind >= 300 && kind < 400:
			h.kind = 'C'
		case kind == 500 && samples == 0:
			h.kind = 'T'
		case kind == 2000 && samples == 0:
			h.kind = 'O'
		}
		if next != 0 && next <= at {
			return h, 0, fmt.Errorf("blockette at %d points back to %d", at, next)
		}
		at = next
	}
	if text && factor == 0 && samples != 0 {
		h.kind = 'L'
	}
	if h.length == 0 {
		return h, 0, errNoB1000
	}
	return h, 0, nil
}

// RecordStart reads the start of a miniSEED 2 record (SEED 2.4, BTIME) in
// nanoseconds since 1970 UTC; 0 if there is none to be read.
func RecordStart(raw []byte) int64 {
	h, _, err := walk(raw)
	if h.order == nil || err != nil && !errors.Is(err, errNoB1000) {
		return 0
	}
	year, day := int(h.order.Uint16(raw[20:])), int(h.order.Uint16(raw[22:]))
	if year > 2200 {
		return 0
	}
	ns := int(h.order.Uint16(raw[28:])) * 100000
	return time.Date(year, 1, day, int(raw[24]), int(raw[25]), int(raw[26]), ns, time.UTC).UnixNano()
}

// formatOf tells the miniSEED version of a record by its first bytes.
func formatOf(raw []byte) byte {
	if len(raw) >= 3 && raw[0] == 'M' && raw[1] == 'S' && raw[2] == 3 {
		return '3'
	}
	return '2'
}

func clip(s string) string {
	if len(s) > 64 {
		return s[:64] + "…"
	}
	return s
}
