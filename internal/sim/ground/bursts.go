package ground

import (
	"math"
	"math/cmplx"
	"math/rand/v2"

	"houfeng/internal/science/response"
)

// burstSlot is the length in seconds of the slots for which disturbances are
// drawn together; none lasts longer than burstLongest.
const (
	burstSlot    = 300.0
	burstLongest = 20.0
	burstTones   = 12
)

// Bursts are the short disturbances near a site: steps, vehicles, doors. They
// start emergent, hold frequencies of 4 to 20 Hz, and reach a few to some
// thirty times the noise of that band. It is not safe for concurrent use.
type Bursts struct {
	key        uint64
	perHour    float64
	rms        float64 // of the ground's velocity from 2 to 20 Hz, m/s
	rate       float64
	startUnixS float64
	longitude  float64
	component  int
	response   *response.Response
	slots      map[int64][]burst
}

type burst struct {
	from, peak, fall float64 // seconds after sample 0, seconds, seconds
	tones            [burstTones]tone
}

type tone struct{ amp, omega, phase float64 }

// NewBursts prepares the disturbances of one component (0 up, 1 north, 2 east)
// of a site; key is that of the site.
func NewBursts(key uint64, perHour float64, site Site, rec Recorder, component int, startUnixS, longitude float64) *Bursts {
	b := &Bursts{key: key, perHour: perHour, rate: rec.RateHz, startUnixS: startUnixS, longitude: longitude,
		component: component, response: rec.Response, slots: map[int64][]burst{}}
	var power float64
	for f := 2.0; f < 20; f++ {
		w := 2 * math.Pi * (f + 0.5)
		power += site.PSD(f+0.5) / (w * w)
	}
	b.rms = math.Sqrt(power)
	return b
}

func (b *Bursts) slot(s int64) []burst {
	if list, ok := b.slots[s]; ok {
		return list
	}
	if len(b.slots) > 8 {
		clear(b.slots)
	}
	r := rand.New(rand.NewPCG(b.key, mix(uint64(s))))
	middle := (float64(s) + 0.5) * burstSlot
	mean := b.perHour * burstSlot / 3600 * (0.25 + 0.75*Day(b.startUnixS+middle, b.longitude))
	var list []burst
	// A Poisson process: exponential waits.
	for at := r.ExpFloat64() / mean; at < 1; at += r.ExpFloat64() / mean {
		x := burst{from: (float64(s) + at) * burstSlot, peak: 0.1 + 1.5*r.Float64(), fall: 0.2 + 1.8*r.Float64()}
		amp := b.rms * math.Pow(10, 0.5+r.Float64()) / math.Sqrt(burstTones)
		center := 4 * math.Pow(4, r.Float64())
		gain := [3]float64{0.6 + 0.4*r.Float64(), 0.4 + 0.6*r.Float64(), 0.4 + 0.6*r.Float64()}[b.component]
		// All three components draw the same numbers; phases differ by component.
		for i := range x.tones {
			f := center * (0.6 + 0.8*r.Float64())
			h := b.response.AtUnit(math.Min(f, 0.4*b.rate), response.Velocity)
			x.tones[i] = tone{amp * gain * cmplx.Abs(h), 2 * math.Pi * math.Min(f, 0.4*b.rate), 2*math.Pi*r.Float64() + float64(b.component)*1.7*float64(i)}
		}
		list = append(list, x)
	}
	b.slots[s] = list
	return list
}

// Add adds samples from, from+1, … to dst, in counts.
func (b *Bursts) Add(dst []float64, from int64) {
	if b.perHour <= 0 || len(dst) == 0 {
		return
	}
	t0, t1 := float64(from)/b.rate, float64(from+int64(len(dst)))/b.rate
	for s := int64(math.Floor((t0 - burstLongest) / burstSlot)); float64(s)*burstSlot < t1; s++ {
		for _, x := range b.slot(s) {
			if x.from >= t1 || x.from+burstLongest <= t0 {
				continue
			}
			lo := max(0, int64(math.Ceil(x.from*b.rate))-from)
			hi := min(int64(len(dst)), int64((x.from+burstLongest)*b.rate)-from)
			for i := lo; i < hi; i++ {
				t := float64(from+i)/b.rate - x.from
				env := math.Min(1, t/x.peak)
				if t > x.peak {
					env = math.Exp(-(t - x.peak) / x.fall)
				}
				if env < 1e-4 {
					continue
				}
				var v float64
				for _, o := range x.tones {
					v += o.amp * math.Cos(o.omega*t+o.phase)
				}
				dst[i] += v * env
			}
		}
	}
}
