package sim

import (
	"fmt"
	"math"
	"sort"
	"time"

	"houfeng/internal/sim/ground"
	"houfeng/internal/sim/scene"
)

// generator computes the samples of one station. It may be asked for any
// stretch in any order and gives the same samples; going forwards is cheap. It
// is not safe for concurrent use.
type generator struct {
	n      *Network
	st     *station
	noise  []*ground.Noise
	bursts []*ground.Bursts
	local  map[int]*arrived // by index in Scene.Quakes
	far    map[int]*arrived // by index in Scene.Teleseisms
	buf    []float64
}

// arrived is what one earthquake does at the station.
type arrived struct {
	waves      [][3]ground.Wave // per instrument; nil when there are none now
	fromS, toS float64          // of a local one, seconds after the scene's start
}

func newGenerator(n *Network, st *station) *generator {
	g := &generator{n: n, st: st, local: map[int]*arrived{}, far: map[int]*arrived{}}
	sc := n.scene
	bench := ground.NewBench()
	unix := float64(sc.Start.Nanos()) / 1e9
	for _, ch := range st.channels {
		site := ground.Site{Level: st.Noise.Level, Microseism: st.Noise.Microseism, PeakS: st.Noise.PeakS,
			CultureDB: st.Noise.CultureDB, Horizontal: ch.component > 0}
		rec := st.recorders[ch.instrument]
		groundKey := sc.Key(fmt.Sprintf("ground/%s/%d", st.ID(), ch.component))
		selfKey := sc.Key("self/" + ch.ID.String())
		g.noise = append(g.noise, ground.NewNoise(bench, site, rec, groundKey, selfKey, unix, st.Longitude))
		g.bursts = append(g.bursts, ground.NewBursts(sc.Key("bursts/"+st.ID()), st.Noise.BurstsPerHour, site, rec, ch.component, unix, st.Longitude))
	}
	return g
}

// lookBack is the longest time from an origin to the end of its waves: slowest
// S, longest coda, and some.
const lookBack = (slowestS + 600) * time.Second

// fill computes samples from, from+1, … of channel c, counted from the scene's
// start at the channel's rate.
func (g *generator) fill(c int, from int64, dst []int32) {
	if cap(g.buf) < len(dst) {
		g.buf = make([]float64, len(dst))
	}
	x := g.buf[:len(dst)]
	ch := g.st.channels[c]
	for i := range x {
		x[i] = ch.offset
	}
	g.noise[c].Add(x, from)
	g.bursts[c].Add(x, from)
	rate := ch.Instrument.RateHz
	t0, t1 := float64(from)/rate, float64(from+int64(len(dst)))/rate
	g.visit(t0, t1, func(a *arrived) {
		a.waves[ch.instrument][ch.component].Add(x, from)
	})
	top, bottom := ch.Instrument.FullScale-1, -ch.Instrument.FullScale
	for i, v := range x {
		dst[i] = int32(math.Max(bottom, math.Min(top, math.RoundToEven(v))))
	}
}

// visit calls f with every earthquake whose waves touch [t0, t1), in the
// scene's order, and forgets those that ended before.
func (g *generator) visit(t0, t1 float64, f func(*arrived)) {
	sc := g.n.scene
	begin := time.Duration(t0*1e9) - lookBack
	for i, a := range g.local {
		if a.toS < t0 {
			a.waves = nil
		}
		if sc.Quakes[i].At < begin {
			delete(g.local, i)
		}
	}
	i := sort.Search(len(sc.Quakes), func(i int) bool { return sc.Quakes[i].At >= begin })
	for ; i < len(sc.Quakes) && sc.Quakes[i].At.Seconds() < t1; i++ {
		if a := g.localWaves(i, t0, t1); a.waves != nil && a.fromS < t1 && a.toS > t0 {
			f(a)
		}
	}
	for i := range sc.Teleseisms {
		var before, after float64
		for _, rec := range g.st.recorders {
			b, a := ground.DistantSpan(rec.RateHz)
			before, after = max(before, b), max(after, a)
		}
		at := sc.Teleseisms[i].At.Seconds()
		if at-before >= t1 || at+after <= t0 {
			delete(g.far, i)
			continue
		}
		f(g.farWaves(i))
	}
}

// localWaves returns what earthquake i does here; the waves are computed when
// they touch [t0, t1).
func (g *generator) localWaves(i int, t0, t1 float64) *arrived {
	a := g.local[i]
	if a != nil && (a.waves != nil || a.fromS >= t1 || a.toS <= t0) {
		return a
	}
	sc, st := g.n.scene, g.st
	q := &sc.Quakes[i]
	pa, ok := g.n.path(q, st)
	if !ok {
		a = &arrived{fromS: math.Inf(1), toS: math.Inf(-1)} // nothing comes
		g.local[i] = a
		return a
	}
	e := &ground.LocalEvent{
		Key:     scene.Mix(sc.Key(fmt.Sprintf("quake/%d/%g/%g/%g", q.At, q.Latitude, q.Longitude, q.Magnitude)) ^ st.key),
		OriginS: q.At.Seconds(), Magnitude: q.Magnitude, StressDropPa: q.StressDropMPa * 1e6,
		StrikeDeg: q.StrikeDeg, DipDeg: q.DipDeg, RakeDeg: q.RakeDeg,
		HypocentralKm: pa.hypocentralKm, AzimuthDeg: pa.travelDeg, P: pa.p, S: pa.s, SiteFactor: st.siteFactor,
	}
	a = &arrived{}
	a.fromS, a.toS = e.Span()
	if a.fromS < t1 && a.toS > t0 {
		a.waves = e.Waves(st.recorders)
	}
	g.local[i] = a
	return a
}

func (g *generator) farWaves(i int) *arrived {
	if a, ok := g.far[i]; ok {
		return a
	}
	sc, st := g.n.scene, g.st
	d := &g.n.distant[i]
	deg, travel := g.n.far(d.quake, st)
	a := &arrived{}
	for _, rec := range st.recorders {
		a.waves = append(a.waves, d.event(sc, i, rec.RateHz).Waves(rec, st.key, deg, travel, st.siteFactor))
	}
	g.far[i] = a
	return a
}
