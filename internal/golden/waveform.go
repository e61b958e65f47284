package golden

import (
	"math"
	"math/rand/v2"
)

// Waveform returns n samples of a station in counts, at 100 samples per second:
// microseism of a 5 s period, noise that is red below 10 Hz, and every 60 s the
// beginning of a small earthquake that decays. The same seed gives the same
// samples.
func Waveform(seed uint64, n int) []int32 {
	r := rand.New(rand.NewPCG(seed, 1))
	out := make([]int32, n)
	noise := 0.0
	for i := range out {
		noise = 0.8*noise + 40*(r.Float64()+r.Float64()+r.Float64()-1.5)
		t := float64(i) / 100
		x := noise + 300*math.Sin(2*math.Pi*t/5)
		if e := math.Mod(t, 60) - 30; e > 0 {
			x += 60000 * math.Exp(-e/3) * math.Sin(2*math.Pi*4*e) * (r.Float64() + 0.5)
		}
		out[i] = int32(math.Round(x)) - 1200
	}
	return out
}
