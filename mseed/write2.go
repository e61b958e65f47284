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
	sequence           int
	quality            byte
	id                 fdsn.ID
	ns                 int64
	count              int
	factor, multiplier int16
	encoding           Encoding
	length, data       int
	timing             int // −1: no blockette 1001
	frames             int
	locked             bool
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
	be.PutUint16(b[32:], uint16(h.factor))
	be.PutUint16(b[34:], uint16(h.multiplier))
	if h.locked {
		b[37] = 0x20
	}
	b[39] = 1
	be.PutUint16(b[44:], uint16(h.data))
	be.PutUint16(b[46:], 48)

	be.PutUint16(b[48:], 1000)
	b[52], b[53], b[54] = byte(h.encoding), 1, byte(bits.Len(uint(h.length))-1)
	if h.timing >= 0 {
		b[39] = 2
		be.PutUint16(b[50:], 56)
		be.PutUint16(b[56:], 1001)
		b[60], b[61], b[63] = byte(h.timing), byte(c.nano/1000%100), byte(h.frames)
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// rateFields returns the sample rate factor and multiplier whose rate is
// nearest to rate: exact for whole rates and periods, and never off by more
// than a millionth.
func rateFields(rate float64) (factor, multiplier int16, err error) {
	if !(rate > 0) || math.IsInf(rate, 0) {
		return 0, 0, fmt.Errorf("rate %v per second, want more than 0", rate)
	}
	best := math.Inf(1)
	try := func(f, m int) {
		if f == 0 || m == 0 || f > math.MaxInt16 || f < math.MinInt16 || m > math.MaxInt16 || m < math.MinInt16 {
			return
		}
		if e := math.Abs(nominalRate(int16(f), int16(m)) - rate); e < best {
			best, factor, multiplier = e, int16(f), int16(m)
		}
	}
	const top = math.MaxInt16
	if rate > 1/float64(top) && rate <= top {
		p, q := fraction(rate, top)
		if q == 1 {
			try(p, 1)
		} else if p == 1 {
			try(-q, 1)
		}
		try(p, -q)
	}
	if best > 0 && rate > top { // a product of two numbers
		for m := 1; m <= top && best > 0 && float64(m)*top <= rate*1e3+top; m++ {
			try(int(math.Round(rate/float64(m))), m)
		}
	}
	if best > 0 && rate < 1 { // a period that is a product
		period := 1 / rate
		for m := 1; m <= top && best > 0 && float64(m) <= period; m++ {
			try(-int(math.Round(min(period/float64(m), 1e6))), -m)
		}
	}
	if !(best <= rate*1e-6) {
		return 0, 0, fmt.Errorf("rate %v per second cannot be written as factor and multiplier of miniSEED 2", rate)
	}
	return factor, multiplier, nil
}

// fraction returns the best approximation p/q of x with 1 ≤ p, q ≤ most, by
// continued fractions with semiconvergents (Khinchin, Continued Fractions, §6).
func fraction(x float64, most int) (p, q int) {
	p0, q0, p1, q1 := 0, 1, 1, 0
	best, bp, bq := math.Inf(1), 1, 1
	try := func(p, q int) {
		if p < 1 || q < 1 || p > most || q > most {
			return
		}
		if e := math.Abs(float64(p)/float64(q) - x); e < best {
			best, bp, bq = e, p, q
		}
	}
	for r, i := x, 0; i < 64; i++ {
		a := math.Floor(r)
		if a > float64(most) {
			a = float64(most)
		}
		k := int(a)
		for k > 0 && (k*p1+p0 > most || k*q1+q0 > most) {
			if p1 > 0 {
				k = min(k-1, (most-p0)/p1)
			} else {
				k--
			}
			if q1 > 0 {
				k = min(k, (most-q0)/q1)
			}
		}
		p2, q2 := k*p1+p0, k*q1+q0
		try(p2, q2)
		if k < int(a) || best == 0 {
			break
		}
		p0, q0, p1, q1 = p1, q1, p2, q2
		if r -= a; r < 1e-12 {
			break
		}
		r = 1 / r
	}
	return bp, bq
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
	if length = p.length(); len(text) > length-dataOffset {
		return nil, fmt.Errorf("write text record %v: %d bytes of text, want at most %d", id, len(text), length-dataOffset)
	}
	b := make([]byte, length)
	h := header2{
		sequence: max(sequence, 0) % 1_000_000, quality: 'D', id: id, ns: startNS, count: len(text),
		encoding: Text, length: length, data: dataOffset, timing: -1,
	}
	h.write(b)
	copy(b[dataOffset:], text)
	return b, nil
}
