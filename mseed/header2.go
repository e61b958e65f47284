package mseed

import (
	"encoding/binary"
	"math"
	"strconv"
)

// Fixed section of data header (SEED chapter 8). All numbers are in the
// header's byte order, which is found from the year and day.
//
//	 0  6  sequence number, digits          30 2  number of samples
//	 6  1  quality D R Q M                  32 2  sample rate factor
//	 7  1  reserved, space                  34 2  sample rate multiplier
//	 8  5  station                          36 1  activity flags (bit 1: time correction applied)
//	13  2  location                         37 1  I/O and clock flags (bit 5: clock locked)
//	15  3  channel                          38 1  data quality flags (bit 1: clipped)
//	18  2  network                          39 1  number of blockettes (not believed)
//	20  2  year                             40 4  time correction, 0.1 ms
//	22  2  day of year                      44 2  offset of data, 0 if none
//	24  1  hour                             46 2  offset of first blockette, 0 if none
//	25  1  minute
//	26  1  second, 60 in a leap second
//	27  1  unused
//	28  2  0.1 ms
//
// Blockettes are a chain: type, offset of the next (0 ends it), body.
//
//	 100 sample rate      4 4 actual rate, float32
//	1000 data only SEED   4 1 encoding   5 1 payload byte order, 1 big   6 1 length, power of two
//	1001 data extension   4 1 timing quality, %   5 1 microseconds, signed   7 1 frames
const header2Length = 48

// layout2 is what the blockettes of a record say.
type layout2 struct {
	has1000    bool
	length     int // of the record; 0 unless has1000
	encoding   Encoding
	order      byte // payload byte order as found
	rate       float32
	has100     bool
	timing     int
	micro      int64
	blockettes int // end of the last blockette
}

func (r *Record) parse2(b []byte, atEnd bool) error {
	if len(b) < header2Length {
		return short("header", len(b), header2Length)
	}
	h := b[:header2Length:header2Length]
	big := bigEndianHeader(h)
	u16 := func(o int) int {
		if big {
			return int(binary.BigEndian.Uint16(h[o:]))
		}
		return int(binary.LittleEndian.Uint16(h[o:]))
	}
	c := calendar{year: u16(20), day: u16(22), hour: int(h[24]), minute: int(h[25]), second: int(h[26]), nano: int64(u16(28)) * 100_000}
	if err := c.check(2, [5]int{20, 22, 24, 25, 26}); err != nil {
		return err
	}
	if c.nano > secondNS { // loggers that round write 10000 for the next second
		return badField(2, "fraction of second", 28, c.nano/100_000, "0 to 10000")
	}
	id, err := id2((*[12]byte)(h[8:20]))
	if err != nil {
		return err
	}
	factor, multiplier := int16(u16(32)), int16(u16(34))
	corr := int64(int32(uint32(u16(40))<<16 | uint32(u16(42))))
	if !big {
		corr = int64(int32(uint32(u16(42))<<16 | uint32(u16(40))))
	}

	l, err := walk2(b, u16(46), big)
	if err != nil {
		return err
	}
	data, count := u16(44), u16(30)
	if data != 0 && data < header2Length {
		return badField(2, "data offset", 44, data, "0 or at least 48")
	}
	if l.has1000 {
		if len(b) < l.length {
			return short("miniSEED 2 record", len(b), l.length)
		}
	} else {
		l.encoding, l.order = Steim1, 1
		if l.length, err = length2(b, data, count, max(data, l.blockettes), atEnd); err != nil {
			return err
		}
	}
	if data > l.length {
		return badField(2, "data offset", 44, data, "at most the record length "+strconv.Itoa(l.length))
	}
	payload := b[l.length:l.length:l.length]
	if data != 0 {
		payload = b[data:l.length:l.length]
	}
	if err := checkCapacity(2, 30, l.encoding, count, len(payload)); err != nil {
		return err
	}

	r.Raw = b[:l.length:l.length]
	r.Version = 2
	r.ID = id
	r.StartNS, r.Leap = c.nanos()
	d := l.micro * 1000
	if h[36]&2 == 0 {
		d += corr * 100_000
	}
	if d != 0 {
		r.StartNS, r.Leap = correct(r.StartNS, r.Leap, d)
	}
	r.Rate = nominalRate(factor, multiplier)
	if l.has100 && l.rate > 0 {
		r.Rate = float64(l.rate)
	}
	r.Count = count
	r.Encoding = l.encoding
	r.BigEndian = l.order != 0
	r.Quality = h[6]
	r.Publication = 0
	r.TimingQuality = l.timing
	r.Activity, r.IOFlags, r.DataQuality, r.Flags = h[36], h[37], h[38], 0
	r.Extra = nil
	r.Payload = payload
	return nil
}

// bigEndianHeader tells the byte order of a fixed header from its year and
// day; where both orders make sense (only in 2056), from its offsets.
func bigEndianHeader(h []byte) bool {
	plausible := func(o binary.ByteOrder) bool {
		y, d := o.Uint16(h[20:]), o.Uint16(h[22:])
		return y >= minYear && y <= maxYear && d >= 1 && d <= 366
	}
	be, le := plausible(binary.BigEndian), plausible(binary.LittleEndian)
	if be && le {
		// Offsets are small: of two readings the smaller is right.
		return binary.BigEndian.Uint32(h[44:]) <= uint32(binary.LittleEndian.Uint16(h[44:]))<<16|uint32(binary.LittleEndian.Uint16(h[46:]))
	}
	if !be && !le {
		// Neither: the year alone decides which complaint is made.
		y := binary.LittleEndian.Uint16(h[20:])
		return y < minYear || y > maxYear
	}
	return be
}

// walk2 follows the chain of blockettes. Offsets must rise, so it ends.
func walk2(b []byte, at int, big bool) (layout2, error) {
	l := layout2{timing: -1, blockettes: header2Length}
	var order binary.ByteOrder = binary.BigEndian
	if !big {
		order = binary.LittleEndian
	}
	from := 46 // where the offset was read
	for at != 0 {
		if at < l.blockettes {
			return l, badField(2, "blockette offset", from, at, "0 or at least "+strconv.Itoa(l.blockettes))
		}
		if l.has1000 && at+4 > l.length {
			return l, badField(2, "blockette offset", from, at, "within the record of "+strconv.Itoa(l.length)+" bytes")
		}
		if at+4 > len(b) {
			return l, short("miniSEED 2 blockette", len(b), at+4)
		}
		typ, next := int(order.Uint16(b[at:])), int(order.Uint16(b[at+2:]))
		size := 4
		switch typ {
		case 100:
			size = 12
		case 1000, 1001:
			size = 8
		}
		if l.has1000 && at+size > l.length {
			return l, badField(2, "blockette offset", from, at, "blockette "+strconv.Itoa(typ)+" within the record of "+strconv.Itoa(l.length)+" bytes")
		}
		if at+size > len(b) {
			return l, short("miniSEED 2 blockette", len(b), at+size)
		}
		switch body := b[at : at+size]; typ {
		case 100:
			l.rate = math.Float32frombits(order.Uint32(body[4:]))
			if f := float64(l.rate); math.IsNaN(f) || math.IsInf(f, 0) || f < 0 {
				return l, badField(2, "actual sample rate (blockette 100)", at+4, l.rate, "a rate")
			}
			l.has100 = true
		case 1000:
			if body[6] < 7 || body[6] > 18 {
				return l, badField(2, "record length (blockette 1000)", at+6, body[6], "a power of two, 7 to 18")
			}
			if l.has1000 {
				break // the first one counts
			}
			l.has1000 = true
			l.encoding, l.order, l.length = Encoding(body[4]), body[5], 1<<body[6]
			if at+size > l.length {
				return l, badField(2, "record length (blockette 1000)", at+6, l.length, "room for the blockettes")
			}
		case 1001:
			l.timing = min(int(body[4]), 100)
			l.micro = int64(int8(body[5]))
		}
		l.blockettes = at + size
		from, at = at+2, next
	}
	return l, nil
}

// nominalRate is SEED chapter 8, fields 10 and 11: a positive factor is a rate
// and a negative one a period; a positive multiplier multiplies and a negative
// one divides.
func nominalRate(factor, multiplier int16) float64 {
	f, m := float64(factor), float64(multiplier)
	switch {
	case factor == 0 || multiplier == 0:
		return 0
	case factor > 0 && multiplier > 0:
		return f * m
	case factor > 0:
		return -f / m
	case multiplier > 0:
		return -m / f
	}
	return 1 / (f * m)
}
