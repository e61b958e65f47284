package response

import (
	"math"
	"math/bits"
)

// fft transforms x in place, X[k] = Σ x[j]·e^(−2πi·jk/n); len(x) is a power of
// two.
func fft(x []complex128) { transform(x, -1) }

// ifft is the inverse of fft.
func ifft(x []complex128) {
	transform(x, 1)
	s := complex(1/float64(len(x)), 0)
	for i := range x {
		x[i] *= s
	}
}

func transform(x []complex128, sign float64) {
	n := len(x)
	shift := 64 - uint(bits.Len(uint(n))-1)
	for i := 1; i < n; i++ {
		if j := int(bits.Reverse64(uint64(i)) >> shift); j > i {
			x[i], x[j] = x[j], x[i]
		}
	}
	w := make([]complex128, n/2)
	for k := range w {
		s, c := math.Sincos(sign * 2 * math.Pi * float64(k) / float64(n))
		w[k] = complex(c, s)
	}
	for size := 2; size <= n; size *= 2 {
		half, step := size/2, n/size
		for at := 0; at < n; at += size {
			for k := 0; k < half; k++ {
				a, b := x[at+k], x[at+k+half]*w[k*step]
				x[at+k], x[at+k+half] = a+b, a-b
			}
		}
	}
}
