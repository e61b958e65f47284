package mseed

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Steim compression (SEED appendix B, "Steim-1" and "Steim-2"): frames of 64
// bytes, 16 words of 32 bits. Word 0 holds a two-bit code for each word; words
// 1 and 2 of the first frame are the first sample and the last (forward and
// reverse integration constants). All other words hold differences:
//
//	code  Steim-1        Steim-2, by the word's two highest bits
//	0     none           none
//	1     4 of 8 bits    4 of 8 bits
//	2     2 of 16 bits   1: 1 of 30   2: 2 of 15   3: 3 of 10 bits
//	3     1 of 32 bits   0: 5 of 6    1: 6 of 5    2: 7 of 4 bits
//
// SEED wants big endian. In little endian records each byte, 16-bit number or
// word of bit fields is swapped by itself, as libmseed writes them.
const (
	frameBytes = 64
	frameMost  = 15 * 7 // differences in a frame
)

// decodeSteim fills dst with the samples of the frames in p and returns how
// many there were. It wraps around like the int32 arithmetic of the encoders.
func decodeSteim[T int32 | float64](dst []T, p []byte, e Encoding, big bool) (int, error) {
	if len(dst) == 0 {
		return 0, nil
	}
	if len(p) < frameBytes {
		return 0, fmt.Errorf("decode %v: payload of %d bytes, want frames of 64", e, len(p))
	}
	var diffs [frameMost + 8]int32
	var first, last, sample int32
	n, start := 0, true
	for at := 0; at+frameBytes <= len(p) && n < len(dst); at += frameBytes {
		frame := (*[frameBytes]byte)(p[at : at+frameBytes])
		var words [16]uint32
		for i := range words {
			if big {
				words[i] = binary.BigEndian.Uint32(frame[4*i:])
			} else {
				words[i] = binary.LittleEndian.Uint32(frame[4*i:])
			}
		}
		if !big {
			orderFields(&words, e)
		}
		ctl := words[0] << 2
		w := 1
		if at == 0 {
			first, last = int32(words[1]), int32(words[2])
			ctl <<= 4
			w = 3
		}
		var k int
		if e == Steim1 {
			k = unpack1(&diffs, &words, ctl, w)
		} else {
			k = unpack2(&diffs, &words, ctl, w)
		}
		if k < 0 {
			return n, fmt.Errorf("decode %v: frame at %d, word %d: %#08x has no such code", e, at, -k, words[-k])
		}
		d := diffs[:k]
		if start && k > 0 {
			// The first difference leads from the record before; the first
			// sample is given.
			start, sample = false, first
			dst[0] = T(sample)
			n, d = 1, d[1:]
		}
		d = d[:min(len(d), len(dst)-n)]
		out := dst[n : n+len(d)]
		for i, v := range d {
			sample += v
			out[i] = T(sample)
		}
		n += len(d)
	}
	if n < len(dst) {
		return n, fmt.Errorf("decode %v: %d samples in %d frames, want %d", e, n, len(p)/frameBytes, len(dst))
	}
	if sample != last {
		return n, fmt.Errorf("decode %v: last sample %d, stated %d: %w", e, sample, last, ErrIntegrity)
	}
	return n, nil
}

// orderFields mends the words of a little endian frame that are made of bytes
// or 16-bit numbers: those keep their order, and only each is swapped.
func orderFields(words *[16]uint32, e Encoding) {
	for w := 1; w < 16; w++ {
		switch code := words[0] >> (30 - 2*w) & 3; {
		case code == 1:
			words[w] = bits.ReverseBytes32(words[w])
		case code == 2 && e == Steim1:
			words[w] = bits.RotateLeft32(words[w], 16)
		}
	}
}

// unpack1 writes the differences of words[from:] and returns how many.
func unpack1(d *[frameMost + 8]int32, words *[16]uint32, ctl uint32, from int) int {
	n := 0
	for _, x := range words[from:] {
		o := (*[4]int32)(d[n:])
		switch ctl >> 30 {
		case 1:
			o[0], o[1], o[2], o[3] = int32(x)>>24, int32(x<<8)>>24, int32(x<<16)>>24, int32(x<<24)>>24
			n += 4
		case 2:
			o[0], o[1] = int32(x)>>16, int32(x<<16)>>16
			n += 2
		case 3:
			o[0] = int32(x)
			n++
		}
		ctl <<= 2
	}
	return n
}

// unpack2 is unpack1 for Steim-2; a negative result is minus the word whose
// code does not exist.
func unpack2(d *[frameMost + 8]int32, words *[16]uint32, ctl uint32, from int) int {
	n := 0
	for w := from; w < 16; w++ {
		x := words[w]
		o := (*[7]int32)(d[n:])
		switch ctl>>28&0xc>>0 | x>>30 {
		case 0, 1, 2, 3:
		case 4, 5, 6, 7:
			o[0], o[1], o[2], o[3] = int32(x)>>24, int32(x<<8)>>24, int32(x<<16)>>24, int32(x<<24)>>24
			n += 4
		case 9:
			o[0] = int32(x<<2) >> 2
			n++
		case 10:
			o[0], o[1] = int32(x<<2)>>17, int32(x<<17)>>17
			n += 2
		case 11:
			o[0], o[1], o[2] = int32(x<<2)>>22, int32(x<<12)>>22, int32(x<<22)>>22
			n += 3
		case 12:
			o[0], o[1], o[2], o[3], o[4] = int32(x<<2)>>26, int32(x<<8)>>26, int32(x<<14)>>26, int32(x<<20)>>26, int32(x<<26)>>26
			n += 5
		case 13:
			o[0], o[1], o[2], o[3], o[4], o[5] = int32(x<<2)>>27, int32(x<<7)>>27, int32(x<<12)>>27, int32(x<<17)>>27, int32(x<<22)>>27, int32(x<<27)>>27
			n += 6
		case 14:
			o[0], o[1], o[2], o[3], o[4], o[5], o[6] = int32(x<<4)>>28, int32(x<<8)>>28, int32(x<<12)>>28, int32(x<<16)>>28, int32(x<<20)>>28, int32(x<<24)>>28, int32(x<<28)>>28
			n += 7
		default:
			return -w
		}
		ctl <<= 2
	}
	return n
}
