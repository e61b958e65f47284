package mseed

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"strconv"
)

// Header of a version 3 record (miniSEED 3, "Record layout"); little endian.
//
//	 0 2  "MS"                  24 4  number of samples
//	 2 1  version, 3            28 4  CRC-32C of the record with this field 0
//	 3 1  flags                 32 1  publication version
//	 4 4  nanosecond            33 1  length of source identifier
//	 8 2  year                  34 2  length of extra headers
//	10 2  day of year           36 4  length of payload
//	12 1  hour                  40    source identifier, extra headers, payload
//	13 1  minute
//	14 1  second
//	15 1  encoding
//	16 8  rate, float64; negative: period in seconds
const header3Length = 40

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (r *Record) parse3(b []byte) error {
	if len(b) < header3Length {
		return short("header", len(b), header3Length)
	}
	le := binary.LittleEndian
	h := b[:header3Length:header3Length]
	sid, extra, data := int(h[33]), int(le.Uint16(h[34:])), uint64(le.Uint32(h[36:]))
	total := uint64(header3Length+sid+extra) + data
	if total > MaxRecordLength {
		return badField(3, "length of payload", 36, data, "a record of at most "+strconv.Itoa(MaxRecordLength)+" bytes")
	}
	c := calendar{year: int(le.Uint16(h[8:])), day: int(le.Uint16(h[10:])), hour: int(h[12]), minute: int(h[13]), second: int(h[14]), nano: int64(le.Uint32(h[4:]))}
	if err := c.check(3, [5]int{8, 10, 12, 13, 14}); err != nil {
		return err
	}
	if c.nano >= secondNS {
		return badField(3, "nanosecond", 4, c.nano, "0 to 999999999")
	}
	rate := math.Float64frombits(le.Uint64(h[16:]))
	if math.IsNaN(rate) || math.IsInf(rate, 0) {
		return badField(3, "sample rate", 16, rate, "a finite number")
	}
	if rate < 0 {
		rate = -1 / rate
		if math.IsInf(rate, 0) {
			return badField(3, "sample period", 16, -1/rate, "a period whose rate is finite")
		}
	}
	count, encoding := le.Uint32(h[24:]), Encoding(h[15])
	if uint64(len(b)) < total {
		return short("miniSEED 3 record", len(b), int(total))
	}
	n := int(total)
	raw := b[:n:n]
	crc := crc32.Update(0, castagnoli, raw[:28])
	crc = crc32.Update(crc, castagnoli, zero4[:])
	crc = crc32.Update(crc, castagnoli, raw[32:])
	if want := le.Uint32(h[28:]); crc != want {
		return fmt.Errorf("parse miniSEED 3: crc at 28: %#08x, want %#08x of the bytes", want, crc)
	}
	payload := raw[n-int(data):]
	if err := checkCapacity(3, 24, encoding, int(count), len(payload)); err != nil {
		return err
	}
	id, err := id3(raw[header3Length : header3Length+sid])
	if err != nil {
		return err
	}

	*r = Record{
		Raw: raw, Version: 3, ID: id, Rate: rate, Count: int(count),
		Encoding: encoding, BigEndian: encoding == Steim1 || encoding == Steim2,
		Publication: h[32], TimingQuality: -1, Flags: h[3], Payload: payload,
	}
	r.StartNS, r.Leap = c.nanos()
	if extra > 0 {
		r.Extra = raw[header3Length+sid : header3Length+sid+extra : header3Length+sid+extra]
		if q, ok := timeQuality(r.Extra); ok {
			r.TimingQuality = q
		}
	}
	return nil
}

var zero4 [4]byte
