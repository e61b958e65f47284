package intensity

import (
	"math"

	"houfeng/fdsn"
	"houfeng/internal/chain"
	"houfeng/internal/science/dsp"
	"houfeng/internal/seis"
)

const (
	warmS  = 10  // after a start or a gap nothing is said for so long
	lagS   = 5   // a component that is later than the others by so much and 1½ records is not waited for
	deadS  = 60  // an instrument silent for so long gives way to another
	meanS  = 30  // time constant of the mean removed from unfiltered peaks
	maxLag = 300 // s of samples kept at most for components to meet
)

// Station computes the running intensity of one station: it emits a
// seis.Shaking for every whole second of data, with the peaks within that
// second.
//
// Filters are causal and recursive, as in [Measure] but for JMA's, which is
// recursive here; a0 is what is exceeded for 0.3 s within the second. The
// largest running value of an earthquake therefore comes close to, and for JMA
// seldom exceeds, the intensity that the stage measures of the whole.
type Station struct {
	id      string
	inv     *seis.Inventory
	ids     []fdsn.ID             // streams seen, in order of appearance
	last    map[fdsn.ID]seis.Time // newest data of each
	current *sensor
	comp    [3]*running
	rate    float64
	begun   bool    // the instrument in use has sent samples,
	since   int64   // the first of which has this number
	expects [3]bool // components that the inventory says the instrument has
	next    int64   // next second to say, seconds since 1970
	longest float64 // s in the longest record seen
	scratch [3][]float64
}

// running is one component: its filters, and what they gave and was not said.
type running struct {
	id        fdsn.ID
	k         float64 // gal (or cm/s) per count
	bp, hp, j *dsp.Filter
	integral  *dsp.Integrator
	mean      float64
	x1        float64
	n         int   // samples since the start
	first     int64 // number of out[…][0], counted from 1970
	acc, vel  []float64
	raw, jma  []float64
	clip      []bool
	velocity  bool
	decay     float64
}

// NewStation returns the processor of one station ("NET.STA"). None of the
// options concerns it so far.
func NewStation(station string, inv *seis.Inventory, _ Options) *Station {
	return &Station{id: station, inv: inv, last: map[fdsn.ID]seis.Time{}}
}

// Packet takes samples of one of the station's streams.
func (s *Station) Packet(p *chain.Packet, emit chain.Emit) {
	id := p.Record.ID
	if len(p.Samples) == 0 || !(p.Rate > minRateHz) {
		return
	}
	if _, seen := s.last[id]; !seen {
		s.ids = append(s.ids, id)
		s.choose(p.Start)
	}
	end := p.Start.AddSeconds(float64(len(p.Samples)) / p.Rate)
	s.last[id] = end
	s.longest = math.Max(s.longest, end.SecondsSince(p.Start))
	if s.current == nil || s.silent(end) {
		s.choose(end)
	}
	c := s.component(id)
	if c < 0 {
		return
	}
	if !s.take(c, p) {
		return
	}
	s.say(p.Record.Arrived, emit)
}

// Tick is not needed: seconds are said when their data is there.
func (s *Station) Tick(seis.Time, chain.Emit) {}

// choose takes the best instrument among those that have sent data lately.
func (s *Station) choose(at seis.Time) {
	var alive []fdsn.ID
	for _, id := range s.ids {
		if t, ok := s.last[id]; !ok || t.IsZero() || at.SecondsSince(t) < deadS {
			alive = append(alive, id)
		}
	}
	all := sensors(s.inv, alive, at)
	if len(all) == 0 {
		return
	}
	if s.current != nil && s.current.key == all[0].key && s.current.components() == all[0].components() {
		return
	}
	if s.current == nil || s.current.key != all[0].key {
		s.restart(0)
	}
	s.current = all[0]
	s.expects = [3]bool{}
	id := s.current.station().ID
	for _, letter := range []string{"Z", "N", "E", "1", "2", "3", "X", "Y"} {
		if ch, ok := s.inv.Channel(id.WithComponent(letter), at); ok && ch.HasResponse() {
			s.expects[role(letter)] = true
		}
	}
}

// restart forgets the components.
func (s *Station) restart(rate float64) {
	s.comp, s.rate, s.begun = [3]*running{}, rate, false
}

// silent reports whether the instrument in use has sent nothing for long.
func (s *Station) silent(now seis.Time) bool {
	for i := range s.current.ch {
		if s.current.has[i] && now.SecondsSince(s.last[s.current.ch[i].ID]) < deadS {
			return false
		}
	}
	return true
}

func (s *Station) component(id fdsn.ID) int {
	if s.current == nil {
		return -1
	}
	for i := range s.current.ch {
		if s.current.has[i] && s.current.ch[i].ID == id {
			return i
		}
	}
	return -1
}

// take filters a packet into its component.
func (s *Station) take(c int, p *chain.Packet) bool {
	if s.rate == 0 {
		s.rate = p.Rate
	}
	if math.Abs(p.Rate/s.rate-1) > 1e-3 {
		if s.comp[c] == nil {
			return false // another rate than the instrument's first component
		}
		s.restart(p.Rate)
	}
	r := s.comp[c]
	number := sampleNumber(p.Start, s.rate)
	if !s.begun {
		s.begun, s.since = true, number
	}
	if r == nil || p.Gap || r.first+int64(len(r.acc)) != number {
		ch, ok := s.inv.Channel(p.Record.ID, p.Start)
		if !ok || !ch.HasResponse() {
			s.comp[c] = nil
			return false
		}
		// A clock that drifts by a sample is no gap for the filters.
		if r != nil && !p.Gap && abs64(r.first+int64(len(r.acc))-number) <= 1 {
			r.first = number - int64(len(r.acc))
		} else if r = newRunning(p.Record.ID, &ch, s.current.velocity, s.rate, p.Samples[0]); r == nil {
			return false
		} else {
			r.first = number
			s.comp[c] = r
		}
	}
	r.run(p.Samples)
	if n := len(r.acc) - int(maxLag*s.rate); n > 0 {
		r.drop(n)
	}
	return true
}

func abs64(x int64) int64 {
	if x < 0 {
		return -x
	}
	return x
}

// sampleNumber counts samples from 1970, so that components can be aligned.
func sampleNumber(t seis.Time, rate float64) int64 {
	sec := t.Nanos() / 1e9
	return int64(math.Round(float64(sec)*rate)) + int64(math.Round(float64(t.Nanos()-sec*1e9)/1e9*rate))
}

func newRunning(id fdsn.ID, ch *seis.Channel, velocity bool, rate, x0 float64) *running {
	bp, hp, err := filters(rate)
	if err != nil {
		return nil
	}
	j, err := realtimeJMA(rate)
	if err != nil {
		return nil
	}
	r := &running{
		id: id, k: galPerCount(ch), bp: bp, hp: hp, j: dsp.NewFilter(j), integral: dsp.NewIntegrator(rate),
		velocity: velocity, decay: 1 / (meanS * rate),
	}
	r.x1 = x0 * r.k
	a := r.x1
	if velocity {
		a = 0
	}
	bp.Reset(a)
	r.j.Reset(a)
	r.mean = a
	return r
}

// run filters counts into the component's buffers.
func (r *running) run(x []float64) {
	rate := 1 / (r.decay * meanS)
	for _, v := range x {
		a := v * r.k
		if r.velocity {
			a, r.x1 = (a-r.x1)*rate, a
		}
		r.n++
		// The plain mean at first, then one that forgets.
		r.mean += float64((a - r.mean) * math.Max(r.decay, 1/float64(r.n)))
		b := r.bp.Next(a)
		r.acc = append(r.acc, b)
		r.vel = append(r.vel, r.hp.Next(r.integral.Next(b)))
		r.raw = append(r.raw, a-r.mean)
		r.jma = append(r.jma, r.j.Next(a))
		r.clip = append(r.clip, math.Abs(v) >= clipCounts)
	}
}

// drop forgets the first n samples of the buffers.
func (r *running) drop(n int) {
	n = min(n, len(r.acc))
	r.first += int64(n)
	r.acc, r.vel, r.raw, r.jma = shift(r.acc, n), shift(r.vel, n), shift(r.raw, n), shift(r.jma, n)
	r.clip = append(r.clip[:0], r.clip[n:]...)
}

func shift(x []float64, n int) []float64 { return append(x[:0], x[n:]...) }

func (r *running) end() int64 { return r.first + int64(len(r.acc)) }

// say emits the seconds that are complete.
func (s *Station) say(made seis.Time, emit chain.Emit) {
	newest := int64(math.MinInt64)
	for _, r := range s.comp {
		if r != nil {
			newest = max(newest, r.end())
		}
	}
	number := func(sec int64) int64 { return int64(math.Round(float64(sec) * s.rate)) }
	lag := math.Min(lagS+1.5*s.longest, maxLag-1) * s.rate
	newestS := int64(math.Floor(float64(newest) / s.rate))
	if s.next < newestS-maxLag || s.next > newestS+1 {
		s.next = max(newestS-maxLag, int64(math.Floor(float64(s.since)/s.rate)))
	}
	for ; s.next < newestS; s.next++ {
		from, to := number(s.next), number(s.next+1)
		late := false
		var have [3]*running
		for c, r := range s.comp {
			switch {
			case r == nil:
				late = late || s.expects[c] && float64(newest-s.since) < lag
			case r.end() >= to:
				if r.first <= from {
					have[c] = r
				}
			case float64(newest-r.end()) < lag:
				late = true
			}
		}
		if late {
			return
		}
		s.second(have, from, to, made, emit)
		for _, r := range s.comp {
			if r != nil && r.first < to && r.end() >= to {
				r.drop(int(to - r.first))
			}
		}
	}
}

// second emits one second of the components that have it.
func (s *Station) second(have [3]*running, from, to int64, made seis.Time, emit chain.Emit) {
	n := 0
	for c, r := range have {
		if r != nil && r.n-int(r.end()-from) < int(warmS*s.rate) {
			have[c] = nil // its filters are still settling
		}
		n += b2i(have[c] != nil)
	}
	if n == 0 {
		return
	}
	var pa, pv float64
	var each [3]float64
	for c := range s.scratch {
		s.scratch[c] = s.scratch[c][:0]
	}
	js := s.scratch[0]
	clipped := false
	for i := from; i < to; i++ {
		var a, v, j float64
		var raw [3]float64
		for c, r := range have {
			if r == nil {
				continue
			}
			k := int(i - r.first)
			a += float64(r.acc[k] * r.acc[k])
			v += float64(r.vel[k] * r.vel[k])
			j += float64(r.jma[k] * r.jma[k])
			raw[c] = r.raw[k]
			clipped = clipped || r.clip[k]
		}
		pa, pv = math.Max(pa, a), math.Max(pv, v)
		js = append(js, j)
		if n == 3 {
			s.current.rotate(&raw)
		}
		for c := range each {
			each[c] = math.Max(each[c], math.Abs(raw[c]))
		}
	}
	s.scratch[0] = js
	for c, r := range have {
		if r == nil {
			each[c] = math.NaN()
		}
	}
	st := s.current.station()
	gb, _, _ := GBT(math.Sqrt(pa), math.Sqrt(pv))
	flags := append([]string(nil), s.current.flags...)
	if clipped {
		flags = append(flags, "clipped")
	}
	emit(seis.Shaking{
		Station: s.id, Stream: s.current.stream(),
		Start:   seis.TimeOf(s.next*1e9, false),
		WindowS: 1, Latitude: st.Latitude, Longitude: st.Longitude, DistanceKm: math.NaN(),
		PGA: math.Sqrt(pa), PGV: math.Sqrt(pv), PGAUp: each[up], PGANorth: each[north], PGAEast: each[east],
		GBT: gb, JMA: math.Max(MinJMA, JMA(math.Sqrt(kthLargest(js, exceeded(s.rate))))),
		Components: n, Flags: flags, Made: made,
	})
}
