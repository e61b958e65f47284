package pick

// trigger is a recursive STA/LTA on the energy of the filtered vertical, with
// an LTA that is held while an onset unfolds.
type trigger struct {
	kS, kL   float64 // 1/samples
	on, off  float64
	hold     int // samples for which the LTA is held after a trigger
	warm     int // samples before the first trigger
	sta, lta float64
	n        int
	since    int // samples since the trigger went on; −1 when off
}

// After a large earthquake the LTA would remember it for many times its length
// and be blind to the aftershocks. Where the STA has fallen far below it, which
// noise seldom does, the LTA falls faster.
const (
	fallBelow  = 0.4
	fallFaster = 5
)

func newTrigger(o *Options, rate float64) *trigger {
	return &trigger{kS: 1 / (o.STAs * rate), kL: 1 / (o.LTAs * rate), on: o.On, off: o.Off,
		hold: int(3 * rate), warm: int(1.2 * o.LTAs * rate), since: -1}
}

// next takes a sample and reports whether it switches the trigger on.
func (t *trigger) next(y float64) bool {
	e := y * y
	t.n++
	t.sta += t.kS * (e - t.sta)
	switch {
	case t.n < t.warm:
		// The average of what there is, until there is enough for a long one.
		k := t.kL
		if f := 1 / float64(t.n); f > k {
			k = f
		}
		t.lta += k * (e - t.lta)
		return false
	case t.since < 0 || t.since >= t.hold:
		k := t.kL
		if t.sta < fallBelow*t.lta {
			k *= fallFaster
		}
		t.lta += k * (e - t.lta)
	}
	ratio := t.sta / (t.lta + 1e-12)
	if t.since >= 0 {
		t.since++
		if ratio < t.off {
			t.since = -1
		}
		return false
	}
	if ratio > t.on {
		t.since = 0
		return true
	}
	return false
}
