package ground

import (
	"math"
	"math/rand/v2"

	"houfeng/internal/science/dsp"
	"houfeng/internal/science/response"
)

// Site describes the noise of a site; see scene.Noise.
type Site struct {
	Level, Microseism float64 // 0: low noise model, 1: high noise model
	PeakS             float64 // period of the secondary microseism, seconds
	CultureDB         float64 // at noon above night, 1.5 to 25 Hz
	Horizontal        bool    // tilt adds noise at long periods
}

// blockLen is the length of a noise block in samples; blocks overlap by half.
const blockLen = 2 * hop

// hop is the number of samples by which one block follows the other.
const (
	hopBits = 13
	hop     = 1 << hopBits
)

// PSD returns the acceleration spectrum of the site's noise at night, in
// (m/s²)²/Hz, at f > 0.
func (s *Site) PSD(f float64) float64 {
	lt := math.Log10(1 / f)
	// The microseism's band has a level of its own, with flanks.
	m := smooth(lt, math.Log10(1.6), math.Log10(2.5)) * (1 - smooth(lt, math.Log10(20), math.Log10(32)))
	level := s.Level + (s.Microseism-s.Level)*m
	t := math.Pow(10, lt+m*math.Log10(5/s.PeakS))
	db := LowNoise(t) + level*(HighNoise(t)-LowNoise(t))
	if s.Horizontal {
		// Tilt by the wind and the day's warmth: some 12 dB from 30 s on
		// (Wilson et al. 2002, Bull. Seismol. Soc. Am. 92, 3341–3351).
		db += 12 * smooth(lt, 1, 1.7)
	}
	return math.Pow(10, db/10)
}

// culture returns the share of the spectrum at f that people raise, 0 to 1.
func culture(f float64) float64 {
	lf := math.Log10(f)
	return smooth(lf, math.Log10(1), math.Log10(3)) * (1 - smooth(lf, math.Log10(15), math.Log10(35)))
}

// smooth rises from 0 at lo to 1 at hi as a cubic.
func smooth(x, lo, hi float64) float64 {
	u := math.Max(0, math.Min(1, (x-lo)/(hi-lo)))
	return u * u * (3 - 2*u)
}

// Day returns how loud people are at a time, 0 (night) to 1 (noon), from
// seconds since 1970 UTC and the longitude: local solar time.
func Day(unixS, longitude float64) float64 {
	h := math.Mod(unixS/3600+longitude/15, 24)
	if h < 0 {
		h += 24
	}
	// Up from 5 to 9 h, down from 17 to 22 h.
	return smooth(h, 5, 9) * (1 - smooth(h, 17, 22))
}

// Recorder is what turns ground motion into counts.
type Recorder struct {
	Response       *response.Response
	RateHz         float64
	SelfNoiseDB    float64 // flat acceleration spectrum, dB
	DigitizerNoise float64 // counts rms
}

// Noise is the noise of one component of a site on one recorder. It is not
// safe for concurrent use.
type Noise struct {
	groundKey, selfKey uint64
	longitude          float64
	startUnixS         float64
	rate               float64
	cultureGain        float64 // power at noon over power at night, less one
	phase              int64   // of the blocks, so that stations do not compute all at once

	amp     []complex64 // counts: √(PSD·rate·n/4)·H, per bin
	self    []float32   // counts, per bin
	people  *[hop + 1]float32
	bench   *Bench
	tail    []float32 // second half of the block before the current hop
	current []float32 // the current hop
	at      int64     // index of the current hop
	have    bool
}

// Bench is the space in which noise is computed; the noises of a station share
// one.
type Bench struct {
	spec   []complex128
	block  []float64
	people map[float64]*[hop + 1]float32 // by rate: share that people raise, per bin
}

// NewBench returns space for noises that are used one at a time.
func NewBench() *Bench {
	return &Bench{make([]complex128, hop+1), make([]float64, blockLen), map[float64]*[hop + 1]float32{}}
}

// window is the square root of a Hann window: the squares of two that overlap
// by half add up to one, which keeps the noise's power.
var window = func() (w [blockLen]float64) {
	for i := range w {
		w[i] = math.Sin(math.Pi * (float64(i) + 0.5) / blockLen)
	}
	return w
}()

// NewNoise prepares the noise of one component. groundKey seeds what the ground
// does, which all instruments of the site feel alike, and selfKey what this
// channel adds. startUnixS is the time of sample 0.
func NewNoise(b *Bench, site Site, rec Recorder, groundKey, selfKey uint64, startUnixS, longitude float64) *Noise {
	n := &Noise{
		groundKey: groundKey, selfKey: selfKey,
		longitude: longitude, startUnixS: startUnixS, rate: rec.RateHz,
		cultureGain: math.Pow(10, site.CultureDB/10) - 1,
		phase:       int64(groundKey>>8) & (hop - 1) &^ 255,
		amp:         make([]complex64, hop+1),
		self:        make([]float32, hop+1),
		bench:       b,
		tail:        make([]float32, hop),
		current:     make([]float32, hop),
	}
	n.people = b.people[rec.RateHz]
	if n.people == nil {
		n.people = new([hop + 1]float32)
		for k := 1; k < hop; k++ {
			n.people[k] = float32(culture(float64(k) * rec.RateHz / blockLen))
		}
		b.people[rec.RateHz] = n.people
	}
	selfPSD := math.Pow(10, rec.SelfNoiseDB/10)
	digitPSD := rec.DigitizerNoise * rec.DigitizerNoise * 2 / rec.RateHz
	c := rec.RateHz * blockLen / 4
	for k := 1; k < hop; k++ {
		f := float64(k) * rec.RateHz / blockLen
		h := rec.Response.AtUnit(f, response.Acceleration)
		h2 := real(h)*real(h) + imag(h)*imag(h)
		n.amp[k] = complex64(h * complex(math.Sqrt(site.PSD(f)*c), 0))
		// Electronics grow noisier with the period below 20 mHz.
		n.self[k] = float32(math.Sqrt((selfPSD*(1+0.02/f)*h2 + digitPSD) * c))
	}
	return n
}

// make computes block b, which covers samples [b·hop, b·hop+blockLen) − phase.
func (n *Noise) make(b int64) {
	g := rand.New(rand.NewPCG(n.groundKey, mix(uint64(b))))
	s := rand.New(rand.NewPCG(n.selfKey, mix(uint64(b))))
	middle := float64(b*hop-n.phase+hop) / n.rate
	day := n.cultureGain * Day(n.startUnixS+middle, n.longitude)
	spec := n.bench.spec
	spec[0], spec[hop] = 0, 0
	for k := 1; k < hop; k++ {
		loud := 1.0
		if p := n.people[k]; p > 0 && day > 0 {
			loud = math.Sqrt(1 + float64(p)*day)
		}
		gr, gi := g.NormFloat64()*loud, g.NormFloat64()*loud
		ar, ai, own := float64(real(n.amp[k])), float64(imag(n.amp[k])), float64(n.self[k])
		// The conversions keep products from being fused with sums, so that
		// every processor gives the same samples.
		spec[k] = complex(
			float64(ar*gr)-float64(ai*gi)+float64(own*s.NormFloat64()),
			float64(ar*gi)+float64(ai*gr)+float64(own*s.NormFloat64()))
	}
	dsp.IRFFT(n.bench.block, spec)
}

// seek makes hop h the current one.
func (n *Noise) seek(h int64) {
	if n.have && n.at == h {
		return
	}
	if !n.have || n.at != h-1 {
		n.make(h - 1)
		n.keepTail()
	}
	n.make(h)
	for i := range n.current {
		n.current[i] = n.tail[i] + float32(n.bench.block[i]*window[i])
	}
	n.keepTail()
	n.at, n.have = h, true
}

func (n *Noise) keepTail() {
	for i := range n.tail {
		n.tail[i] = float32(n.bench.block[hop+i] * window[hop+i])
	}
}

// Add adds samples from, from+1, … to dst, in counts.
func (n *Noise) Add(dst []float64, from int64) {
	for i := 0; i < len(dst); {
		j := from + int64(i) + n.phase
		h := j >> hopBits // floor, for negative j too
		n.seek(h)
		src := n.current[j-h*hop:]
		m := min(len(src), len(dst)-i)
		for k, v := range src[:m] {
			dst[i+k] += float64(v)
		}
		i += m
	}
}

// mix scrambles x (finaliser of SplitMix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
