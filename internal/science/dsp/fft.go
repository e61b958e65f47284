package dsp

import (
	"fmt"
	"math"
	"math/bits"
	"sync"
)

// MaxFFT is the longest transform, 2²⁴ points.
const MaxFFT = 1 << 24

// NextPow2 returns the smallest power of two that is at least n, and 1 for
// n < 1.
func NextPow2(n int) int {
	if n <= 1 {
		return 1
	}
	return 1 << bits.Len(uint(n-1))
}

// twiddles[k] holds e^(−2πi j/2^k) for j < 2^(k−1), made when first needed.
var twiddles [25]struct {
	once sync.Once
	w    []complex128
}

func twiddle(logN int) []complex128 {
	t := &twiddles[logN]
	t.once.Do(func() {
		n := 1 << logN
		w := make([]complex128, max(1, n/2))
		for j := range w {
			// The first octant keeps the symmetries exact.
			s, c := math.Sincos(2 * math.Pi * float64(j) / float64(n))
			w[j] = complex(c, -s)
		}
		t.w = w
	})
	return t.w
}

func checkFFT(n int) {
	if n < 1 || n&(n-1) != 0 || n > MaxFFT {
		panic(fmt.Sprintf("dsp: length %d of a transform is not a power of two up to %d", n, MaxFFT))
	}
}

// FFT transforms x in place, X[k] = Σ x[j] e^(−2πijk/n), as NumPy does. The
// length must be a power of two up to [MaxFFT]; another length is a programming
// error and panics. Safe for concurrent use on different slices.
func FFT(x []complex128) {
	checkFFT(len(x))
	n := len(x)
	logN := bits.TrailingZeros(uint(n))
	if n == 1 {
		return
	}
	shift := 64 - logN
	for i := range x {
		if j := int(bits.Reverse64(uint64(i)) >> shift); j > i {
			x[i], x[j] = x[j], x[i]
		}
	}
	w := twiddle(logN)
	if logN&1 == 1 {
		for i := 0; i < n; i += 2 {
			x[i], x[i+1] = x[i]+x[i+1], x[i]-x[i+1]
		}
	}
	for size := 4 << (logN & 1); size <= n; size <<= 2 {
		radix4(x, w, size)
	}
}

// radix4 joins four transforms of size/4 into one of size, everywhere in x.
func radix4(x, w []complex128, size int) {
	n, q := len(x), size/4
	step := n / size
	for i := 0; i < n; i += size {
		// After bit reversal the quarters hold the indices 0, 2, 1, 3 mod 4.
		x0, x2, x1, x3 := x[i:i+q], x[i+q:i+2*q], x[i+2*q:i+3*q], x[i+3*q:i+4*q]
		for k := range q {
			w1 := w[k*step]
			w2 := w[2*k*step]
			a0 := x0[k]
			a1 := mul(x1[k], w1)
			a2 := mul(x2[k], w2)
			a3 := mul(x3[k], mul(w1, w2))
			s, d := a0+a2, a0-a2
			t, e := a1+a3, a1-a3
			ie := complex(imag(e), -real(e)) // −i·e
			x0[k], x2[k], x1[k], x3[k] = s+t, d+ie, s-t, d-ie
		}
	}
}

// mul is a product without the special cases for infinities.
func mul(a, b complex128) complex128 {
	ar, ai, br, bi := real(a), imag(a), real(b), imag(b)
	return complex(float64(ar*br)-float64(ai*bi), float64(ar*bi)+float64(ai*br))
}

// IFFT is the inverse of [FFT], in place, divided by the length.
func IFFT(x []complex128) {
	for i, v := range x {
		x[i] = complex(real(v), -imag(v))
	}
	FFT(x)
	k := 1 / float64(len(x))
	for i, v := range x {
		x[i] = complex(real(v)*k, -imag(v)*k)
	}
}

// RFFT transforms n = len(x) real samples, a power of two of at least 2, into
// the n/2+1 coefficients from 0 to the Nyquist frequency, as numpy.fft.rfft
// does. dst must have that length; x is not changed. Nothing is allocated.
func RFFT(dst []complex128, x []float64) {
	checkFFT(len(x))
	h := len(x) / 2
	if h < 1 || len(dst) != h+1 {
		panic(fmt.Sprintf("dsp: real transform of %d samples into %d coefficients", len(x), len(dst)))
	}
	z := dst[:h]
	for i := range z {
		z[i] = complex(x[2*i], x[2*i+1])
	}
	FFT(z)
	w := twiddle(bits.TrailingZeros(uint(len(x))))
	z0 := z[0]
	dst[0], dst[h] = complex(real(z0)+imag(z0), 0), complex(real(z0)-imag(z0), 0)
	for k := 1; k <= h/2; k++ {
		a, b := z[k], z[h-k]
		b = complex(real(b), -imag(b))
		even := (a + b) * 0.5
		odd := mul(mul(a-b, complex(0, -0.5)), w[k])
		c := even - odd
		dst[k], dst[h-k] = even+odd, complex(real(c), -imag(c))
	}
}

// IRFFT is the inverse of [RFFT]: len(dst) real samples from len(dst)/2+1
// coefficients, which it uses as scratch.
func IRFFT(dst []float64, x []complex128) {
	checkFFT(len(dst))
	h := len(dst) / 2
	if h < 1 || len(x) != h+1 {
		panic(fmt.Sprintf("dsp: real inverse transform of %d coefficients into %d samples", len(x), len(dst)))
	}
	w := twiddle(bits.TrailingZeros(uint(len(dst))))
	a, b := real(x[0]), real(x[h])
	x[0] = complex((a+b)/2, (a-b)/2)
	for k := 1; k <= h/2; k++ {
		a, b := x[k], x[h-k]
		b = complex(real(b), -imag(b))
		even := (a + b) * 0.5
		wk := complex(real(w[k]), -imag(w[k]))
		odd := mul(mul(a-b, complex(0, 0.5)), wk)
		c := even - odd
		x[k], x[h-k] = even+odd, complex(real(c), -imag(c))
	}
	z := x[:h]
	IFFT(z)
	for i, v := range z {
		dst[2*i], dst[2*i+1] = real(v), imag(v)
	}
}
