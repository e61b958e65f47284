package httpd

import (
	"encoding/binary"
	"math"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

// A binary message of /traces is a header and segments, one after another, all
// little endian; a segment starts at a multiple of four bytes.
//
//	header    0  1  version, 1
//	          1  1  kind, 1: waveforms
//	          2  2  number of segments
//	          4  4  segments dropped for this client since the message before,
//	                because it did not keep up
//	segment   0  8  start: int64, time of the first value, nanoseconds since 1970 UTC
//	          8  8  rate: float64, values (form 1, 2) or bins (form 3, 4) per second
//	         16  4  number of values n
//	         20  1  form: 1 int32 samples, 2 float32 samples,
//	                3 int32 bins, 4 float32 bins (smallest, largest, smallest, …)
//	         21  1  flags: bit 0 set: recent data sent because of a new subscription
//	         22  2  length m of the stream's name
//	         24  m  name, NET.STA.LOC.CHA, padded with zeros to a multiple of 4
//	          …  4n values, counts
//
// A bin begins where the one before ends, at start + i/rate; the last bin of a
// segment may cover less than 1/rate.
const (
	frameVersion   = 1
	frameWaveforms = 1

	formInt32       = 1
	formFloat32     = 2
	formInt32Bins   = 3
	formFloat32Bins = 4

	flagRecent = 1

	frameHeaderBytes   = 8
	segmentHeaderBytes = 24
)

func appendFrameHeader(b []byte, segments int, dropped uint32) []byte {
	b = append(b, frameVersion, frameWaveforms)
	b = binary.LittleEndian.AppendUint16(b, uint16(segments))
	return binary.LittleEndian.AppendUint32(b, dropped)
}

// appendSegment appends the samples of a record. When there are more than
// maxRate per second, and maxRate is not 0, bins with the smallest and largest
// value are written instead, so that a drawn trace keeps its peaks.
func appendSegment(b []byte, id fdsn.ID, start seis.Time, rate float64, samples []float64, maxRate float64, flags byte) []byte {
	values, form := samples, byte(formInt32)
	if maxRate > 0 && rate > maxRate {
		factor := int(math.Ceil(rate/maxRate - 1e-9))
		values, form = bins(samples, factor), formInt32Bins
		rate /= float64(factor)
	}
	whole := allInt32(values)
	if !whole {
		form++
	}
	name := id.String()
	b = binary.LittleEndian.AppendUint64(b, uint64(start.Nanos()))
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(values)))
	b = append(b, form, flags)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(name)))
	b = append(b, name...)
	for n := len(name); n%4 != 0; n++ {
		b = append(b, 0)
	}
	for _, v := range values {
		if whole {
			b = binary.LittleEndian.AppendUint32(b, uint32(int32(v)))
		} else {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
		}
	}
	return b
}

// bins returns the smallest and largest of every factor samples.
func bins(samples []float64, factor int) []float64 {
	out := make([]float64, 0, 2*(len(samples)/factor+1))
	for len(samples) > 0 {
		n := min(factor, len(samples))
		low, high := samples[0], samples[0]
		for _, v := range samples[1:n] {
			low, high = min(low, v), max(high, v)
		}
		out = append(out, low, high)
		samples = samples[n:]
	}
	return out
}

func allInt32(v []float64) bool {
	for _, x := range v {
		if x != math.Trunc(x) || x < math.MinInt32 || x > math.MaxInt32 {
			return false // NaN too
		}
	}
	return true
}
