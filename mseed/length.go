package mseed

import "encoding/binary"

// length2 finds the length of a version 2 record without blockette 1000: the
// next header at a power of two, else the end of the input, else the smallest
// power of two that holds the samples. header is the end of what precedes the
// data. At least 128 bytes, at most 65536, the sizes that were in use.
func length2(b []byte, data, count, header int, atEnd bool) (int, error) {
	const least, most = 128, 1 << 16
	need := header
	if data != 0 && count > 0 {
		need = max(need, data+steimBytes(b[min(data, len(b)):min(len(b), most+frameBytes)], count))
	}
	fits := 0 // smallest power of two that holds the samples
	for n := least; n <= most; n *= 2 {
		if n < need {
			continue
		}
		if fits == 0 {
			fits = n
		}
		if n == len(b) && atEnd {
			return n, nil
		}
		if n+header2Length > len(b) && !(atEnd && n+8 <= len(b)) {
			break
		}
		if startsHeader(b[n:]) {
			return n, nil
		}
	}
	if !atEnd && len(b) < most+header2Length {
		return 0, short("miniSEED 2 record without blockette 1000", len(b), most+header2Length)
	}
	if fits == 0 {
		return 0, badField(2, "number of samples", 30, count, "samples that fit in 65536 bytes")
	}
	if len(b) < fits {
		return 0, short("miniSEED 2 record without blockette 1000", len(b), fits)
	}
	return fits, nil
}

// steimBytes returns how many bytes of 64-byte Steim-1 frames at the start of
// b hold count samples; len(b) rounded up to frames if they do not.
func steimBytes(b []byte, count int) int {
	n := 0
	for f := 0; ; f += 64 {
		if f+64 > len(b) {
			return f + 64
		}
		ctl := binary.BigEndian.Uint32(b[f:])
		for w := 1; w < 16; w++ {
			switch ctl >> (30 - 2*w) & 3 {
			case 1:
				n += 4
			case 2:
				n += 2
			case 3:
				n++
			}
		}
		if n >= count {
			return f + 64
		}
	}
}

// startsHeader reports whether b begins like a data record of either version
// or a control header of a SEED volume.
func startsHeader(b []byte) bool {
	k := kind(b)
	if k == kind2 && len(b) >= header2Length {
		h := b[:header2Length]
		c := calendar{hour: int(h[24]), minute: int(h[25]), second: int(h[26])}
		return c.hour < 24 && c.minute < 60 && c.second <= 60
	}
	return k == kind2 || k == kind3 || startsControl(b)
}

// startsControl reports whether b begins with a control header of a SEED
// volume (SEED chapter 2): six digits, V, A, S or T, and a space or, where it
// continues, an asterisk.
func startsControl(b []byte) bool {
	if len(b) < 8 {
		return false
	}
	switch b[6] {
	case 'V', 'A', 'S', 'T':
	default:
		return false
	}
	for _, c := range b[:6] {
		if c < '0' || c > '9' {
			return false
		}
	}
	return b[7] == ' ' || b[7] == '*'
}
