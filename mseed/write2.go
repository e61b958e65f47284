package mseed

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"

	"houfeng/fdsn"
)

// header2 is what goes into the header of a version 2 record that is written
// here. See the field table in header2.go.
type header2 struct {
	sequence int
	quality  byte
	id       fdsn.ID
	ns       int64
	count    int
	rate     rate2
	encoding Encoding
	length   int
	timing   int // −1: no blockette 1001
	frames   int
	locked   bool
}

func (h header2) write(b []byte) {
	be := binary.BigEndian
	n := h.sequence
	for i := 5; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	b[6], b[7] = h.quality, ' '
	for i := 8; i < 20; i++ {
		b[i] = ' '
	}
	copy(b[8:13], h.id.Station)
	copy(b[13:15], h.id.Location)
	copy(b[15:18], h.id.Channel)
	copy(b[18:20], h.id.Network)

	unit := int64(1000) // round to microseconds, or to what fits without blockette 1001
	if h.timing < 0 {
		unit = 100_000
	}
	c := calendarOf(floorDiv(h.ns+unit/2, unit) * unit)
	be.PutUint16(b[20:], uint16(c.year))
	be.PutUint16(b[22:], uint16(c.day))
	b[24], b[25], b[26] = byte(c.hour), byte(c.minute), byte(c.second)
	be.PutUint16(b[28:], uint16(c.nano/100_000))
	be.PutUint16(b[30:], uint16(h.count))
	be.PutUint16(b[32:], uint16(h.rate.factor))
	be.PutUint16(b[34:], uint16(h.rate.multiplier))
	if h.locked {
		b[37] = 0x20
	}
	be.PutUint16(b[44:], uint16(h.rate.dataOffset()))

	at, from := 48, 46 // of the next blockette, and of the offset that names it
	begin := func(typ uint16, size int) []byte {
		be.PutUint16(b[from:], uint16(at))
		be.PutUint16(b[at:], typ)
		b[39]++
		body := b[at : at+size]
		at, from = at+size, at+2
		return body
	}
	body := begin(1000, 8)
	body[4], body[5], body[6] = byte(h.encoding), 1, byte(bits.Len(uint(h.length))-1)
	if h.timing >= 0 {
		body = begin(1001, 8)
		body[4], body[5], body[7] = byte(h.timing), byte(c.nano/1000%100), byte(h.frames)
	}
	if h.rate.actual > 0 {
		be.PutUint32(begin(100, 12)[4:], math.Float32bits(h.rate.actual))
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// TextRecord returns a version 2 record of the given length that holds text:
// encoding 0, no rate, one sample a byte, data from byte 64. Logs and the
// answers of a SeedLink server have this form. text may have at most
// length−64 bytes, length is a power of two from 128 to 65536.
func TextRecord(id fdsn.ID, startNS int64, text []byte, length, sequence int) ([]byte, error) {
	p := Packer{ID: id, Rate: 1, Encoding: Int32, RecordLength: length}
	if err := p.check(startNS, nil); err != nil {
		return nil, fmt.Errorf("write text record %v: %w", id, err)
	}
	room := rate2{}.dataOffset()
	if length = p.length(); len(text) > length-room {
		return nil, fmt.Errorf("write text record %v: %d bytes of text, want at most %d", id, len(text), length-room)
	}
	b := make([]byte, length)
	h := header2{
		sequence: max(sequence, 0) % 1_000_000, quality: 'D', id: id, ns: startNS, count: len(text),
		encoding: Text, length: length, timing: -1,
	}
	h.write(b)
	copy(b[room:], text)
	return b, nil
}
