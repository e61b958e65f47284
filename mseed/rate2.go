package mseed

import (
	"fmt"
	"math"
)

// rate2 is a sample rate as a version 2 record states it.
type rate2 struct {
	factor, multiplier int16
	actual             float32 // of blockette 100; 0: not needed
}

// dataOffset is where the data begins: behind the header, blockettes 1000 and
// 1001 and, if there is one, blockette 100; a multiple of 64 for Steim frames.
func (r rate2) dataOffset() int {
	if r.actual > 0 {
		return 128
	}
	return 64
}

// rateFields returns the factor and multiplier whose rate is nearest to rate:
// exact for whole rates and periods, and for fractions of numbers up to 32767.
// Where they are off by more than a millionth, blockette 100 states the rate.
func rateFields(rate float64) (r rate2, err error) {
	if !(rate > 0) || math.IsInf(rate, 0) {
		return r, fmt.Errorf("rate %v per second, want more than 0", rate)
	}
	best := math.Inf(1)
	try := func(f, m int) {
		if f == 0 || m == 0 || f > math.MaxInt16 || f < math.MinInt16 || m > math.MaxInt16 || m < math.MinInt16 {
			return
		}
		if e := math.Abs(nominalRate(int16(f), int16(m)) - rate); e < best {
			best, r.factor, r.multiplier = e, int16(f), int16(m)
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
		for m := 1; m <= top && best > 0; m++ {
			try(int(math.Round(min(rate/float64(m), 1e6))), m)
		}
	}
	if best > 0 && rate < 1 { // a period that is a product
		period := 1 / rate
		for m := 1; m <= top && best > 0; m++ {
			try(-int(math.Round(min(period/float64(m), 1e6))), -m)
		}
	}
	switch {
	case best <= rate*1e-6:
	case best <= rate*1e-2:
		r.actual = float32(rate)
	default:
		return rate2{}, fmt.Errorf("rate %v per second cannot be written as factor and multiplier of miniSEED 2", rate)
	}
	return r, nil
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
		whole := math.Floor(min(r, float64(most)))
		k := int(whole) // as far towards the next convergent as most allows
		if p1 > 0 {
			k = min(k, (most-p0)/p1)
		}
		if q1 > 0 {
			k = min(k, (most-q0)/q1)
		}
		p0, q0, p1, q1 = p1, q1, k*p1+p0, k*q1+q0
		try(p1, q1)
		if float64(k) < whole || r-whole < 1e-12 {
			break
		}
		r = 1 / (r - whole)
	}
	return bp, bq
}
