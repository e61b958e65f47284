package magnitude

import (
	"fmt"
	"math"

	"houfeng/fdsn"
	"houfeng/internal/science/response"
	"houfeng/internal/seis"
)

// measurement is the Wood–Anderson amplitude of one station.
type measurement struct {
	ok         bool
	reason     string  // why not
	stream     fdsn.ID // the component with the larger amplitude
	meanMm     float64 // mean of the components, zero to peak
	time       seis.Time
	periodS    float64
	snr        float64
	highPass   float64 // Hz; 0: the Wood–Anderson alone
	components int
}

// lowCorner is where the seismogram of every record ends towards long periods:
// the integration of velocity asks for an end, and at 0.06 Hz a Wood–Anderson
// passes 0.6 % of what it does above 2 Hz.
var lowCorner = [2]float64{0.03, 0.06}

// highPasses are tried in turn when the signal does not stand out of the noise:
// the microseism at 0.1–0.5 Hz hides the waves of small earthquakes, which
// lie above 1 Hz and lose little by a corner there. 0 is none.
var highPasses = [...]float64{0, 0.5, 1}

// unlike is the ratio of the amplitudes of two horizontals beyond which one of
// them is taken to be broken: no radiation pattern is that pure after kilometres
// of crust.
const unlike = 25

// piece is the data of one component around the event.
type piece struct {
	id      fdsn.ID
	tr      seis.Trace // from taper and noise window to the end of the data
	resp    *response.Response
	signal  int // index of the first sample of the signal window
	measure int // one past the last sample of it that counts
	wa      []float64
}

// measure takes the station's amplitude from the first of its sensors that has
// one, and notes how far the data went. Where none has, the reason is that of
// the first sensor with data.
func (s *Stage) measure(st *station, o *seis.Origin) {
	failed := measurement{reason: "no data of a horizontal seismometer or accelerometer"}
	var until seis.Time
	for i, sn := range s.sensors(st.name) {
		m, to := s.sensorAmplitude(st, sn, o)
		if m.ok {
			st.result = m
			st.advance(to)
			return
		}
		if i == 0 || until.IsZero() && !to.IsZero() {
			failed = measurement{reason: m.reason, stream: m.stream}
		}
		if to.After(until) {
			until = to
		}
	}
	st.result = failed
	if until.IsZero() {
		st.done = st.last
		st.next = st.next.AddSeconds(1)
		return
	}
	st.advance(until)
}

// sensorAmplitude measures one sensor. to is the end of its data, zero if there is none.
func (s *Stage) sensorAmplitude(st *station, sn sensor, o *seis.Origin) (m measurement, to seis.Time) {
	var pieces []*piece
	m.stream = sn.streams[0]
	for _, id := range sn.streams {
		p, reason := s.piece(st, id, o)
		if p == nil {
			m.reason = reason
			continue
		}
		pieces = append(pieces, p)
		if to.IsZero() || p.tr.End().Before(to) {
			to = p.tr.End()
		}
	}
	if len(pieces) == 0 {
		return m, to
	}
	for _, p := range pieces {
		if why := clipped(p.tr.Samples[p.signal:]); why != "" {
			m.stream, m.reason = p.id, why
			return m, to
		}
	}
	for _, hp := range highPasses {
		got, reason := amplitude(pieces, hp)
		if reason != "" {
			m.reason = reason
			return m, to
		}
		got.ok = got.snr >= s.opts.MinSNR
		if m = got; got.ok {
			return m, to
		}
	}
	m.reason = fmt.Sprintf("signal is %.1f times the noise, want %g", m.snr, s.opts.MinSNR)
	return m, to
}

// piece cuts what is needed of a stream and says why it can not be used.
func (s *Stage) piece(st *station, id fdsn.ID, o *seis.Origin) (*piece, string) {
	if why := s.barred(id, o); why != "" {
		return nil, why
	}
	c, ok := s.inv.Channel(id, o.Time)
	switch {
	case !ok:
		return nil, "not in the inventory at that time"
	case !c.HasResponse() || c.Response.Check() != nil:
		return nil, "no response"
	case math.Abs(c.DipDeg) > 30:
		return nil, fmt.Sprintf("component dips %g°, not a horizontal", c.DipDeg)
	}
	from := st.signal.AddSeconds(-noiseS - frontS)
	for _, tr := range s.win.Window(id, from, st.end) {
		if tr.Rate < minRateHz {
			return nil, fmt.Sprintf("%g Hz is too slow", tr.Rate)
		}
		signal := int(math.Ceil(st.signal.SecondsSince(tr.Start) * tr.Rate))
		if signal < int((leastNoise+frontS)*tr.Rate) || signal >= len(tr.Samples) {
			continue
		}
		if tr.End().Before(st.s.AddSeconds(afterSS - 0.2)) {
			return nil, "data ends before S has passed"
		}
		p := &piece{id: id, tr: tr, resp: c.Response, signal: signal}
		if why := broken(tr.Samples); why != "" {
			return nil, why
		}
		return p, ""
	}
	return nil, "no data without a gap from the noise before P on"
}

// barred says why the standing of a stream keeps it out. An excluded pick
// bars its whole station: what can not be believed of one sensor can not be
// believed of its neighbour on the same digitizer.
func (s *Stage) barred(id fdsn.ID, o *seis.Origin) string {
	name := id.StationID()
	for i := range o.Arrivals {
		if a := &o.Arrivals[i]; a.Pick.Stream.StationID() == name && a.Pick.Trust.Standing == seis.Excluded {
			return "station has an excluded pick" + reasons(&a.Pick.Trust)
		}
	}
	for i := len(s.trusts) - 1; i >= 0; i-- {
		t := &s.trusts[i]
		if !t.Covers(id, o.Time) {
			continue
		}
		if t.Standing != seis.Use {
			return "stream is " + t.Standing.String() + reasons(t)
		}
		return ""
	}
	for i := range o.Arrivals {
		if a := &o.Arrivals[i]; a.Pick.Stream.StationID() == name && a.Pick.Trust.Standing == seis.NonDeciding {
			return "stream is non-deciding" + reasons(&a.Pick.Trust)
		}
	}
	return ""
}

func reasons(t *seis.Trust) string {
	if len(t.Reasons) == 0 {
		return ""
	}
	return ": " + t.Reasons[0]
}

// amplitude reads the peaks of the Wood–Anderson seismograms of the components.
func amplitude(pieces []*piece, highPass float64) (m measurement, reason string) {
	m = measurement{highPass: highPass, components: len(pieces)}
	top, low, noise := 0.0, math.Inf(1), 0.0
	for _, p := range pieces {
		if err := p.simulate(highPass); err != nil {
			return m, err.Error()
		}
		if p.measure <= p.signal {
			return m, "too little data after P"
		}
		front := int(frontS * p.tr.Rate)
		n, _ := peak(p.wa[front:p.signal])
		a, at := peak(p.wa[p.signal:p.measure])
		m.meanMm += a / float64(len(pieces))
		noise += n / float64(len(pieces))
		low = math.Min(low, a)
		if a > top {
			top = a
			m.stream, m.time = p.id, p.tr.Time(p.signal+at)
			m.periodS = period(p.wa, p.signal+at, p.tr.Rate)
		}
	}
	if top > unlike*low {
		return m, fmt.Sprintf("components differ by a factor of %.0f: one is broken", top/low)
	}
	if noise > 0 {
		// Beyond a thousand the ratio says nothing, and infinity is no number
		// that a catalogue could keep.
		m.snr = math.Min(m.meanMm/noise, 1000)
	} else if m.meanMm > 0 {
		m.snr = 1000
	}
	return m, ""
}

// simulate makes the Wood–Anderson seismogram of the piece. The mean of the
// noise is removed, not that of the whole, which the signal would shift.
func (p *piece) simulate(highPass float64) error {
	x := make([]float64, len(p.tr.Samples))
	mean := 0.0
	for _, v := range p.tr.Samples[:p.signal] {
		mean += v
	}
	mean /= float64(p.signal)
	front, tail := int(frontS*p.tr.Rate), int(tailS*p.tr.Rate)
	if highPass > 0 {
		tail = int(longTailS * p.tr.Rate)
	}
	p.measure = len(x) - tail
	for i, v := range p.tr.Samples {
		w := 1.0
		if i < front {
			w = 0.5 * (1 - math.Cos(math.Pi*float64(i)/float64(front)))
		}
		if k := len(x) - 1 - i; k < tail {
			w *= 0.5 * (1 - math.Cos(math.Pi*float64(k)/float64(tail)))
		}
		x[i] = w * (v - mean)
	}
	band := [4]float64{lowCorner[0], lowCorner[1]}
	if highPass > 0 {
		band = [4]float64{0.5 * highPass, highPass}
	}
	var err error
	p.wa, err = p.resp.WoodAnderson(x, p.tr.Rate, response.UhrhammerCollins1990, response.Conditioning{KeepMean: true, Band: band})
	return err
}

// peak returns the largest magnitude of x and where it is.
func peak(x []float64) (v float64, at int) {
	for i, s := range x {
		if a := math.Abs(s); a > v {
			v, at = a, i
		}
	}
	return v, at
}

// period returns twice the time between the zero crossings around sample i, 0
// when one of them is not there.
func period(x []float64, i int, rate float64) float64 {
	cross := func(step int) float64 {
		for k := i; k+step >= 0 && k+step < len(x); k += step {
			if a, b := x[k], x[k+step]; a*b <= 0 && a != b {
				return float64(k-i)*float64(step) + a/(a-b)
			}
		}
		return -1
	}
	before, after := cross(-1), cross(1)
	if before < 0 || after < 0 {
		return 0
	}
	return 2 * (before + after) / rate
}
