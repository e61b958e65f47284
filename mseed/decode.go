package mseed

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// sampleSize returns the bytes of one sample of a fixed size encoding, else 0.
func sampleSize(e Encoding) int {
	switch e {
	case Text:
		return 1
	case Int16:
		return 2
	case Int24:
		return 3
	case Int32, Float32:
		return 4
	case Float64:
		return 8
	}
	return 0
}

// checkCapacity refuses a number of samples that the payload cannot hold.
// Encodings that are not known here pass.
func checkCapacity(version, offset int, e Encoding, count, payload int) error {
	most := math.MaxInt
	switch e {
	case Steim1:
		most = payload / 64 * 60
	case Steim2:
		most = payload / 64 * 105
	default:
		if s := sampleSize(e); s > 0 {
			most = payload / s
		} else if payload < 1<<40 {
			most = 8 * payload // no encoding in SEED has less than a bit for a sample
		}
	}
	if count > most {
		return badField(version, "number of samples", offset, count, fmt.Sprintf("at most %d in %d bytes of %v", most, payload, e))
	}
	return nil
}

// Ints appends the samples to dst[:0] and returns them: text as bytes, and
// int16, int24, int32, Steim-1 and Steim-2 as they are. Floats are not
// rounded: they give [ErrEncoding]. dst is reused if its capacity suffices.
//
// With [ErrIntegrity] all samples are returned; if the payload ends before the
// last sample or holds an invalid code, those before it are.
func (r *Record) Ints(dst []int32) ([]int32, error) {
	dst = slices.Grow(dst[:0], max(r.Count, 0))[:max(r.Count, 0)]
	n, err := r.ints(dst)
	return dst[:n], err
}

func (r *Record) ints(dst []int32) (int, error) {
	p := r.Payload
	if r.Encoding == Steim1 || r.Encoding == Steim2 {
		return decodeSteim(dst, p, r.Encoding, r.BigEndian)
	}
	size := sampleSize(r.Encoding)
	if size == 0 || r.Encoding == Float32 || r.Encoding == Float64 {
		return 0, fmt.Errorf("decode %v to int32: %w", r.Encoding, ErrEncoding)
	}
	n := min(len(dst), len(p)/size)
	d := dst[:n]
	switch {
	case r.Encoding == Text:
		for i := range d {
			d[i] = int32(p[i])
		}
	case r.Encoding == Int16 && r.BigEndian:
		for i := range d {
			d[i] = int32(int16(binary.BigEndian.Uint16(p[2*i:])))
		}
	case r.Encoding == Int16:
		for i := range d {
			d[i] = int32(int16(binary.LittleEndian.Uint16(p[2*i:])))
		}
	case r.Encoding == Int24 && r.BigEndian:
		for i := range d {
			q := p[3*i : 3*i+3]
			d[i] = int32(uint32(q[0])<<24|uint32(q[1])<<16|uint32(q[2])<<8) >> 8
		}
	case r.Encoding == Int24:
		for i := range d {
			q := p[3*i : 3*i+3]
			d[i] = int32(uint32(q[2])<<24|uint32(q[1])<<16|uint32(q[0])<<8) >> 8
		}
	case r.BigEndian:
		for i := range d {
			d[i] = int32(binary.BigEndian.Uint32(p[4*i:]))
		}
	default:
		for i := range d {
			d[i] = int32(binary.LittleEndian.Uint32(p[4*i:]))
		}
	}
	return n, r.missing(n, len(dst))
}

// Floats appends the samples to dst[:0] and returns them, in counts or in the
// unit of a float payload. Errors are as for [Record.Ints]; all encodings named
// in this package are decoded.
func (r *Record) Floats(dst []float64) ([]float64, error) {
	dst = slices.Grow(dst[:0], max(r.Count, 0))[:max(r.Count, 0)]
	n, err := r.floats(dst)
	return dst[:n], err
}

func (r *Record) floats(dst []float64) (int, error) {
	p := r.Payload
	switch r.Encoding {
	case Steim1, Steim2:
		return decodeSteim(dst, p, r.Encoding, r.BigEndian)
	case Float32:
		n := min(len(dst), len(p)/4)
		for i := range dst[:n] {
			u := binary.LittleEndian.Uint32(p[4*i:])
			if r.BigEndian {
				u = binary.BigEndian.Uint32(p[4*i:])
			}
			dst[i] = float64(math.Float32frombits(u))
		}
		return n, r.missing(n, len(dst))
	case Float64:
		n := min(len(dst), len(p)/8)
		for i := range dst[:n] {
			u := binary.LittleEndian.Uint64(p[8*i:])
			if r.BigEndian {
				u = binary.BigEndian.Uint64(p[8*i:])
			}
			dst[i] = math.Float64frombits(u)
		}
		return n, r.missing(n, len(dst))
	case Text, Int16, Int24, Int32:
		// In pieces on the stack, through the integer decoder.
		var piece [128]int32
		size, done := sampleSize(r.Encoding), 0
		for done < len(dst) {
			part := Record{Encoding: r.Encoding, BigEndian: r.BigEndian, Payload: p[min(done*size, len(p)):]}
			n, err := part.ints(piece[:min(len(piece), len(dst)-done)])
			for i, v := range piece[:n] {
				dst[done+i] = float64(v)
			}
			done += n
			if err != nil {
				return done, r.missing(done, len(dst))
			}
		}
		return done, nil
	}
	return 0, fmt.Errorf("decode %v to float64: %w", r.Encoding, ErrEncoding)
}

// missing is the error of a payload that ends before the last sample.
func (r *Record) missing(have, want int) error {
	if have == want {
		return nil
	}
	return fmt.Errorf("decode %v: %d samples in %d bytes, want %d", r.Encoding, have, len(r.Payload), want)
}
