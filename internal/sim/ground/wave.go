package ground

import (
	"math"
	"sync"
)

// Wave is what an earthquake adds to one channel.
type Wave struct {
	First  int64     // sample of Counts[0]
	Step   int       // samples of the channel from one element to the next; 0 and 1 are the same
	Counts []float32 // band-limited when Step > 1
}

// Last returns the sample after the last that the wave touches.
func (w *Wave) Last() int64 { return w.First + int64(len(w.Counts)*max(1, w.Step)) }

// Bytes returns the memory that the wave holds.
func (w *Wave) Bytes() int { return 4 * len(w.Counts) }

// Add adds samples from, from+1, … to dst. The sum for a sample does not
// depend on how a stretch is cut.
func (w *Wave) Add(dst []float64, from int64) {
	lo, hi := max(from, w.First), min(from+int64(len(dst)), w.Last())
	if lo >= hi {
		return
	}
	if w.Step <= 1 {
		src := w.Counts[lo-w.First : hi-w.First]
		out := dst[lo-from : hi-from]
		for i, v := range src {
			out[i] += float64(v)
		}
		return
	}
	kernels := interpolator(w.Step)
	for i := lo; i < hi; i++ {
		k := i - w.First
		at, phase := int(k)/w.Step, int(k)%w.Step
		var s float64
		for j, g := range kernels[phase] {
			if m := at + j - halfTaps + 1; m >= 0 && m < len(w.Counts) {
				s += g * float64(w.Counts[m])
			}
		}
		dst[i-from] += s
	}
}

const halfTaps = 8

var (
	interpolatorsMu sync.Mutex
	interpolators   = map[int][][2 * halfTaps]float64{}
)

// interpolator returns the windowed sines that put step−1 samples between two,
// one kernel for each phase.
func interpolator(step int) [][2 * halfTaps]float64 {
	interpolatorsMu.Lock()
	defer interpolatorsMu.Unlock()
	if k, ok := interpolators[step]; ok {
		return k
	}
	k := make([][2 * halfTaps]float64, step)
	for phase := range k {
		for j := range k[phase] {
			x := float64(phase)/float64(step) - float64(j-halfTaps+1)
			if x == 0 {
				k[phase][j] = 1
				continue
			}
			// A Hann window over the sixteen samples around.
			w := math.Cos(math.Pi * x / (2 * halfTaps))
			k[phase][j] = math.Sin(math.Pi*x) / (math.Pi * x) * w * w
		}
	}
	interpolators[step] = k
	return k
}
