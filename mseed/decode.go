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

// capacity returns how many samples a payload can hold at most. Of encodings
// that are not known here it says one a bit: SEED has none that is denser.
func capacity(e Encoding, payload int) int {
	switch e {
	case Steim1:
		return payload / frameBytes * 60
	case Steim2:
		return payload / frameBytes * frameMost
	}
	if s := sampleSize(e); s > 0 {
		return payload / s
	}
	return 8 * payload
}

// checkCapacity refuses a number of samples that the payload cannot hold.
func checkCapacity(version, offset int, e Encoding, count, payload int) error {
	if most := capacity(e, payload); count > most {
		return badField(version, "number of samples", offset, count, fmt.Sprintf("at most %d in %d bytes of %v", most, payload, e))
	}
	return nil
}

// room returns dst with room for the samples. A count that Parse would have
// refused gives an error.
func room[T any](r *Record, dst []T) ([]T, error) {
	if r.Count < 0 || r.Count > capacity(r.Encoding, len(r.Payload)) {
		return dst[:0], fmt.Errorf("decode %v: %d samples do not fit in %d bytes", r.Encoding, r.Count, len(r.Payload))
	}
	return slices.Grow(dst[:0], r.Count)[:r.Count], nil
}

// Ints appends the samples to dst[:0] and returns them: text as bytes, and
// int16, int24, int32, Steim-1 and Steim-2 as they are. Floats are not
// rounded: they give [ErrEncoding]. dst is reused if its capacity suffices.
//
// With [ErrIntegrity] all samples are returned; if Steim frames end before the
// last sample or hold an invalid code, those before it are.
func (r *Record) Ints(dst []int32) ([]int32, error) {
	switch r.Encoding {
	case Text, Int16, Int24, Int32, Steim1, Steim2:
	default:
		return dst[:0], fmt.Errorf("decode %v to int32: %w", r.Encoding, ErrEncoding)
	}
	dst, err := room(r, dst)
	if err != nil {
		return dst, err
	}
	n, err := r.ints(dst)
	return dst[:n], err
}

func (r *Record) ints(dst []int32) (int, error) {
	p := r.Payload
	if r.Encoding == Steim1 || r.Encoding == Steim2 {
		return decodeSteim(dst, p, r.Encoding, r.BigEndian)
	}
	d := dst
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
	return len(dst), nil
}

// Floats appends the samples to dst[:0] and returns them, in counts or in the
// unit of a float payload. Errors are as for [Record.Ints]; all encodings named
// in this package are decoded.
func (r *Record) Floats(dst []float64) ([]float64, error) {
	switch r.Encoding {
	case Text, Int16, Int24, Int32, Float32, Float64, Steim1, Steim2:
	default:
		return dst[:0], fmt.Errorf("decode %v to float64: %w", r.Encoding, ErrEncoding)
	}
	dst, err := room(r, dst)
	if err != nil {
		return dst, err
	}
	n, err := r.floats(dst)
	return dst[:n], err
}

func (r *Record) floats(dst []float64) (int, error) {
	p := r.Payload
	switch {
	case r.Encoding == Steim1 || r.Encoding == Steim2:
		return decodeSteim(dst, p, r.Encoding, r.BigEndian)
	case r.Encoding == Float32 && r.BigEndian:
		for i := range dst {
			dst[i] = float64(math.Float32frombits(binary.BigEndian.Uint32(p[4*i:])))
		}
	case r.Encoding == Float32:
		for i := range dst {
			dst[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(p[4*i:])))
		}
	case r.Encoding == Float64 && r.BigEndian:
		for i := range dst {
			dst[i] = math.Float64frombits(binary.BigEndian.Uint64(p[8*i:]))
		}
	case r.Encoding == Float64:
		for i := range dst {
			dst[i] = math.Float64frombits(binary.LittleEndian.Uint64(p[8*i:]))
		}
	default: // integers, in pieces on the stack
		var piece [128]int32
		size := sampleSize(r.Encoding)
		for done := 0; done < len(dst); {
			part := Record{Encoding: r.Encoding, BigEndian: r.BigEndian, Payload: p[done*size:]}
			n, err := part.ints(piece[:min(len(piece), len(dst)-done)])
			if err != nil {
				return done, err
			}
			for i, v := range piece[:n] {
				dst[done+i] = float64(v)
			}
			done += n
		}
	}
	return len(dst), nil
}
