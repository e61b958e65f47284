package magnitude

import (
	"fmt"
	"math"
)

// clipLevel is the largest count that is believed: 0.8 of the range of a
// 24-bit digitizer, as in the Virtual Seismologist.
const clipLevel = 0.8 * (1 << 23)

// flatRun is how many equal samples in a row at the extreme are a flat top, and
// flatStep how large the step into it must be, as a fraction of the extreme. A
// slow wave may rest at its crest for some samples, but does not jump there.
// Records of less than flatRange counts are too coarse to tell.
const (
	flatRun   = 4
	flatStep  = 0.02
	flatRange = 1000
)

// clipped says how a record shows that its instrument or digitizer was at the
// end of its range; "" if it does not.
func clipped(x []float64) string {
	hi, lo := math.Inf(-1), math.Inf(1)
	for _, v := range x {
		hi, lo = math.Max(hi, v), math.Min(lo, v)
	}
	if top := math.Max(math.Abs(hi), math.Abs(lo)); top > clipLevel {
		return fmt.Sprintf("clipped: %.0f counts are more than 0.8 of 24 bits", top)
	}
	if hi-lo < flatRange {
		return ""
	}
	for _, end := range [...]float64{hi, lo} {
		for i := 0; i < len(x); {
			if x[i] != end {
				i++
				continue
			}
			j := i
			for j < len(x) && x[j] == end {
				j++
			}
			if j-i >= flatRun && i > 0 && math.Abs(end-x[i-1]) > flatStep*(hi-lo) {
				return fmt.Sprintf("clipped: %d equal samples at the extreme", j-i)
			}
			i = j
		}
	}
	return ""
}

// broken says what is wrong with samples that no instrument gives; "" if nothing.
func broken(x []float64) string {
	moves := false
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return "samples that are no numbers"
		}
		moves = moves || v != x[0]
	}
	if !moves {
		return "dead: the trace does not move"
	}
	return ""
}
