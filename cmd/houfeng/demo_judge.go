package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"houfeng/internal/compare"
	"houfeng/internal/science/geo"
	"houfeng/internal/seis"
	"houfeng/internal/sim"
	"houfeng/internal/sim/scene"
)

// expectationJSON is what a scene expects of a centre, and what came of it.
type expectationJSON struct {
	Line     int    `json:"line"` // of the scene
	Expected string `json:"expected"`
	Verdict  string `json:"verdict"` // "met: …", "not met: …", "not yet due"
	Met      *bool  `json:"met"`     // null: not yet due
	failed   bool
}

// sameEvent are the limits within which an event is taken to be the one meant
// when a scene does not say closer.
const (
	sameEventKm = 50
	sameEventS  = 10
)

// judge says which expectations of a scene, which starts when it did, are met
// by the revisions said until now.
func judge(sc *scene.Scene, now seis.Time, revisions []seis.Event) []expectationJSON {
	out := []expectationJSON{}
	for _, x := range sc.Expectations {
		j := expectationJSON{Line: x.Line, Expected: expected(sc, &x)}
		due := sc.End()
		if x.By > 0 {
			due = sc.At(x.By)
		}
		if now.Before(due) {
			j.Verdict = "not yet due"
			out = append(out, j)
			continue
		}
		met, why := false, ""
		if x.Kind == scene.ExpectNoEvent {
			met, why = judgeNone(revisions, sc.At(x.From), due)
		} else {
			met, why = judgeEvent(&x, &sc.Quakes[x.Quake], sc.At(sc.Quakes[x.Quake].At), revisions, due)
		}
		j.Met, j.failed, j.Verdict = &met, !met, "met: "+why
		if !met {
			j.Verdict = "not met: " + why
		}
		out = append(out, j)
	}
	return out
}

func expected(sc *scene.Scene, x *scene.Expectation) string {
	if x.Kind == scene.ExpectNoEvent {
		if x.By > 0 {
			return fmt.Sprintf("no event from +%s to +%s", x.From, x.By)
		}
		return "no event"
	}
	q := &sc.Quakes[x.Quake]
	what := fmt.Sprintf("event of M %.1f at +%s", q.Magnitude, q.At.Round(time.Second/10))
	var within []string
	if x.WithinKm > 0 {
		within = append(within, fmt.Sprintf("%g km", x.WithinKm))
	}
	if x.WithinS > 0 {
		within = append(within, fmt.Sprintf("%g s", x.WithinS))
	}
	if x.WithinMagnitude > 0 {
		within = append(within, fmt.Sprintf("%g in magnitude", x.WithinMagnitude))
	}
	if len(within) > 0 {
		what += " within " + strings.Join(within, ", ")
	}
	if x.By > 0 {
		what += fmt.Sprintf(" by +%s", x.By)
	}
	return what
}

// judgeNone looks for events that were said between from and due and not
// withdrawn by then.
func judgeNone(revisions []seis.Event, from, due seis.Time) (bool, string) {
	standing := map[string]bool{}
	for i := range revisions {
		e := &revisions[i]
		if !e.Made.Before(from) && !due.Before(e.Made) {
			standing[e.ID] = e.Status != seis.Rejected
		}
	}
	n := 0
	for _, stands := range standing {
		if stands {
			n++
		}
	}
	if n > 0 {
		return false, many(n, "event")
	}
	return true, "nothing was found"
}

// judgeEvent looks at what was believed of the earthquake at the time due.
func judgeEvent(x *scene.Expectation, q *scene.Quake, at seis.Time, revisions []seis.Event, due seis.Time) (bool, string) {
	var best *seis.Event
	least := math.Inf(1)
	var first seis.Time
	newest := map[string]*seis.Event{}
	born := map[string]seis.Time{}
	for i := range revisions {
		if e := &revisions[i]; !due.Before(e.Made) {
			newest[e.ID] = e
			if e.Revision == 1 {
				born[e.ID] = e.Made
			}
		}
	}
	for id, e := range newest {
		km, s := misfit(q, at, e)
		if e.Status == seis.Rejected || km > sameEventKm || s > sameEventS {
			continue
		}
		if m := km/sameEventKm + s/sameEventS; m < least || m == least && e.ID < best.ID {
			best, least, first = e, m, born[id]
		}
	}
	if best == nil {
		return false, "no such event was found"
	}
	km, s := misfit(q, at, best)
	said := fmt.Sprintf("%.1f km and %.2f s off", km, s)
	ok := (x.WithinKm == 0 || km <= x.WithinKm) && (x.WithinS == 0 || s <= x.WithinS)
	if m := best.Magnitude; m != nil {
		said += fmt.Sprintf(", %s %.2f for M %.2f", m.Type, m.Value, q.Magnitude)
		ok = ok && (x.WithinMagnitude == 0 || math.Abs(m.Value-q.Magnitude) <= x.WithinMagnitude)
	} else if x.WithinMagnitude > 0 {
		said, ok = said+", no magnitude", false
	}
	if !first.IsZero() {
		said += fmt.Sprintf(", first said %.1f s after origin", first.SecondsSince(at))
	}
	return ok, said
}

func misfit(q *scene.Quake, at seis.Time, e *seis.Event) (km, s float64) {
	km, _ = geo.Distance(q.Latitude, q.Longitude, e.Origin.Latitude, e.Origin.Longitude)
	return km, math.Abs(e.Origin.Time.SecondsSince(at))
}

// againstTruth compares events with the local earthquakes of a scene that have
// happened by now, but for those of the last seconds that were not found yet;
// shift is how much later than written the scene ran.
func againstTruth(truth []sim.Truth, shift time.Duration, now seis.Time, events []seis.Event) compare.Result {
	var t, f []compare.Event
	for i, q := range truth {
		at := q.Time.Add(shift)
		if q.Type == "teleseism" || now.Before(at) {
			continue
		}
		id := q.Name
		if id == "" {
			id = fmt.Sprintf("event %d", i+1)
		}
		t = append(t, compare.Event{ID: id, Time: at, Latitude: q.Latitude, Longitude: q.Longitude, DepthKm: q.DepthKm, Magnitude: q.Magnitude, MagnitudeType: "M"})
	}
	for i := range events {
		e := &events[i]
		c := compare.Event{ID: e.ID, Time: e.Origin.Time, Latitude: e.Origin.Latitude, Longitude: e.Origin.Longitude, DepthKm: e.Origin.DepthKm, Magnitude: math.NaN()}
		if e.Magnitude != nil {
			c.Magnitude, c.MagnitudeType = e.Magnitude.Value, e.Magnitude.Type
		}
		f = append(f, c)
	}
	r := compare.Match(t, f, compare.Limits{MaxTimeS: sameEventS, MaxDistanceKm: sameEventKm})
	r.Missed = slices.DeleteFunc(r.Missed, func(e compare.Event) bool { return now.SecondsSince(e.Time) < tooRecentS })
	return r
}

// tooRecentS is how long after its origin an earthquake may still be missing
// from the list without having been missed: its waves are on their way.
const tooRecentS = 20
