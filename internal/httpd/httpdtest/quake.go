package httpdtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"time"

	"houfeng/fdsn"
	"houfeng/internal/engine/bus"
	"houfeng/internal/seis"
)

const (
	vpKmS = 6.0
	vsKmS = 3.46
)

// quake is a made-up earthquake.
type quake struct {
	id         string
	origin     seis.Time
	lat, lon   float64
	depthKm    float64
	mag        float64
	revision   int
	status     seis.Status
	picked     map[string]bool // stream and phase
	arrivals   []seis.Arrival
	lastChange seis.Time
}

var places = []struct {
	name          string
	lat, lon, mag float64
}{
	{"Made-up valley", 31.02, 103.31, 5.2},
	{"Made-up ridge", 30.45, 102.86, 3.1},
	{"Made-up plain", 30.60, 104.30, 4.1},
	{"Made-up valley", 31.05, 103.36, 2.6},
}

// newQuake returns the n-th earthquake: one 20 s after the start, then one
// every 150 s.
func (f *Feed) newQuake(n int) *quake {
	p := places[n%len(places)]
	return &quake{
		id: digest("quake", n), origin: f.start.AddSeconds(firstQuake + 150*float64(n)),
		lat: p.lat, lon: p.lon, depthKm: 8 + float64(n%4)*3.5, mag: p.mag, picked: map[string]bool{},
	}
}

func digest(parts ...any) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(parts...)))
	return hex.EncodeToString(sum[:16])
}

// distances returns epicentral and hypocentral distance, km, and azimuth.
func (q *quake) distances(s *site) (epi, hypo, azimuth float64) {
	north := (s.lat - q.lat) * 111.2
	east := (s.lon - q.lon) * 111.2 * math.Cos((s.lat+q.lat)/2*math.Pi/180)
	epi = math.Hypot(north, east)
	azimuth = math.Mod(math.Atan2(east, north)*180/math.Pi+360, 360)
	return epi, math.Hypot(epi, q.depthKm), azimuth
}

// peak is the greatest acceleration, gal, at a hypocentral distance.
func (q *quake) peak(hypo float64) float64 {
	return math.Pow(10, 1.09+0.55*q.mag-1.4*math.Log10(hypo))
}

// envelope is the size of the motion at t, gal.
func (f *Feed) envelope(s *site, t seis.Time) float64 {
	e := noiseGal
	for _, q := range f.active {
		since := t.SecondsSince(q.origin)
		_, hypo, _ := q.distances(s)
		a := q.peak(hypo)
		if p := since - hypo/vpKmS; p > 0 {
			e += 0.18 * a * math.Exp(-p/(2+hypo/20)) * min(1, p/0.15)
		}
		if p := since - hypo/vsKmS; p > 0 {
			e += a * math.Exp(-p/(3+hypo/12)) * min(1, p/0.4)
		}
	}
	return e
}

// motion is the acceleration of component c (Z, N, E) at t, gal.
func (f *Feed) motion(s *site, c int, t seis.Time) float64 {
	e := f.envelope(s, t)
	x := t.SecondsSince(f.start)
	h := 0.5 + 0.2*float64(c)
	wave := math.Sin(2*math.Pi*(2.3*x+float64(s.index)*h)) + 0.6*math.Sin(2*math.Pi*(5.1*x+h)) +
		0.9*noise(uint64(t.Nanos()/1e6)*64+uint64(s.index*4+c))
	return e * wave * []float64{0.6, 1, 0.9}[c] / 2
}

// noise is a number from −1 to 1 that depends on n alone (SplitMix64).
func noise(n uint64) float64 {
	n += 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return float64(int64(n^n>>31)) / (1 << 63)
}

// shaking makes intensities from a peak acceleration in gal. The relations are
// rules of thumb good enough to look at.
func shaking(s *site, pga float64) seis.Shaking {
	return seis.Shaking{
		Station: s.id, Stream: fdsn.ID{Network: "XX", Station: s.id[3:], Channel: "HN"},
		Latitude: s.lat, Longitude: s.lon, PGA: pga, PGV: pga / 18, PGANorth: pga * 0.9, PGAEast: pga * 0.8, PGAUp: pga * 0.5,
		GBT: min(12, max(1, 3.17*math.Log10(pga/100)+6.59)), JMA: 2*math.Log10(pga) + 0.6, Components: 3,
	}
}

// follow says the picks of q whose waves have arrived, and revisions of it.
func (f *Feed) follow(ctx context.Context, q *quake) error {
	for _, s := range f.sites {
		if s.index == 7 || s.index == 15 || !s.known || !s.until.IsZero() && f.now.After(s.until) {
			continue
		}
		epi, hypo, azimuth := q.distances(s)
		if q.peak(hypo)*0.18 < 4*noiseGal {
			continue // too small to be picked
		}
		for _, ph := range []struct {
			phase     seis.Phase
			v         float64
			component int
		}{{seis.P, vpKmS, 0}, {seis.S, vsKmS, 1}} {
			stream := s.packers[ph.component].ID
			key := stream.String() + string(ph.phase)
			residual := 0.08 * noise(uint64(len(q.id)+s.index*7+ph.component))
			at := q.origin.AddSeconds(hypo/ph.v + residual)
			if q.picked[key] || at.Add(900*time.Millisecond+s.delay).After(f.now) {
				continue
			}
			q.picked[key] = true
			pick := seis.Pick{ID: digest(key, at), Stream: stream, Phase: ph.phase, Time: at, SigmaS: 0.05 + 0.05*float64(ph.component),
				SNR: q.peak(hypo) * 0.18 / noiseGal, Amplitude: q.peak(hypo) * countsGal, Polarity: 1, Method: "made-up", Made: f.now}
			if s.index == 19 {
				pick.Trust = seis.Trust{Standing: seis.NonDeciding, Weight: 0.3, Reasons: []string{"clock is not locked"}}
			}
			q.arrivals = append(q.arrivals, seis.Arrival{Pick: pick, Phase: ph.phase, DistanceKm: epi, AzimuthDeg: azimuth,
				TakeoffDeg: math.NaN(), ResidualS: residual, Weight: pick.Trust.PickWeight()})
			q.lastChange = f.now
			if err := bus.Publish(ctx, f.Bus, bus.Picks, s.id, pick.ID, pick); err != nil {
				return err
			}
		}
	}
	return f.revise(ctx, q)
}

// revise publishes a revision when there is something new to say.
func (f *Feed) revise(ctx context.Context, q *quake) error {
	age, n := f.now.SecondsSince(q.origin), len(q.arrivals)
	due := q.revision == 0 && n >= 4 || q.revision > 0 && age >= 6*float64(q.revision)+6 && age < 45 ||
		q.status == seis.Preliminary && age >= 60 || q.status == seis.Confirmed && age >= 120
	if !due {
		return nil
	}
	q.revision++
	switch {
	case age >= 120:
		q.status = seis.Final
	case age >= 60:
		q.status = seis.Confirmed
	default:
		q.status = seis.Preliminary
	}
	e := f.event(q, age)
	if err := f.Catalogue.Add(e); err != nil {
		return err
	}
	return bus.Publish(ctx, f.Bus, bus.Events, e.ID, "", e)
}

// event describes q as it is believed age seconds after its origin.
func (f *Feed) event(q *quake, age float64) seis.Event {
	err := math.Exp(-age/15) / 10 // degrees, shrinks
	names := map[string]bool{}
	nearest := math.Inf(1)
	var azimuths []float64
	for _, a := range q.arrivals {
		if !names[a.Pick.Stream.StationID()] {
			azimuths = append(azimuths, a.AzimuthDeg)
		}
		names[a.Pick.Stream.StationID()] = true
		nearest = min(nearest, a.DistanceKm)
	}
	e := seis.Event{
		ID: q.id, Revision: q.revision, Status: q.status, Type: "earthquake", Region: "Made-up region", Made: f.now,
		Reason: "more arrivals",
		Origin: seis.Origin{
			EventID: q.id, Time: q.origin.AddSeconds(err * 3), TimeSigma: 0.1 + err, Latitude: q.lat + err/2, Longitude: q.lon - err/3,
			DepthKm: q.depthKm + err*20, DepthSigmaKm: 0.8 + 20*err, EllipseMajorKm: 0.9 + 50*err, EllipseMinorKm: 0.5 + 20*err, EllipseAzimuthDeg: 40,
			GapDeg: gap(azimuths), SecondaryGapDeg: min(360, gap(azimuths)*1.3), RMSs: 0.05 + err, NearestKm: nearest,
			Phases: len(q.arrivals), Stations: len(names), Expected: len(names) + 2, Seen: len(names),
			Arrivals: append([]seis.Arrival(nil), q.arrivals...), Method: "made-up", Model: "made-up", Made: f.now,
		},
	}
	for _, p := range places {
		if p.lat == q.lat {
			e.Region = p.name
		}
	}
	if q.revision == 1 {
		e.Reason, e.Origin.DepthFixed = "born", true
	} else {
		e.Magnitude = &seis.Magnitude{Type: "ML", Value: q.mag + err, Sigma: 0.18 + err, Count: len(names), Method: "made-up", Made: f.now}
	}
	for _, s := range f.sites {
		epi, hypo, _ := q.distances(s)
		if s.index == 7 || !s.known || hypo/vpKmS > age {
			continue
		}
		pga := q.peak(hypo)
		if hypo/vsKmS > age {
			pga *= 0.18
		}
		if pga < 5*noiseGal {
			continue
		}
		v := shaking(s, pga)
		v.EventID, v.Start, v.WindowS, v.DistanceKm, v.Made = q.id, q.origin, age, epi, f.now
		e.Intensities = append(e.Intensities, v)
	}
	return e
}

// gap returns the largest angle between neighbouring azimuths.
func gap(azimuths []float64) float64 {
	largest := 360.0
	if len(azimuths) > 1 {
		largest = 0
		for _, a := range azimuths {
			next := 360.0
			for _, b := range azimuths {
				if d := math.Mod(b-a+360, 360); d > 0 {
					next = min(next, d)
				}
			}
			largest = max(largest, next)
		}
	}
	return largest
}

// history fills the catalogue with what happened in the days before.
func (f *Feed) history() {
	for i, h := range []struct{ hours, mag, north, east float64 }{
		{70, 3.4, 0.6, 0.9}, {61, 1.8, -0.3, 0.4}, {49, 2.2, 0.2, -0.7}, {44, 4.6, -0.9, -0.8}, {30, 2.0, -0.88, -0.83},
		{26, 1.4, 0.5, 0.1}, {15, 2.9, 0.1, 0.2}, {9, 1.9, -0.4, 1.0}, {5, 2.4, 0.7, -0.5}, {2.1, 1.6, 0.12, 0.05}, {0.6, 2.0, -0.1, -0.3},
	} {
		q := &quake{id: digest("history", i), origin: f.start.AddSeconds(-3600 * h.hours), lat: centreLat + h.north, lon: centreLon + h.east,
			depthKm: 6 + float64(i), mag: h.mag, revision: 1, status: seis.Final, picked: map[string]bool{}}
		for _, s := range f.sites {
			if epi, hypo, az := q.distances(s); s.index != 7 && s.known && q.peak(hypo)*0.18 > 4*noiseGal {
				q.arrivals = append(q.arrivals, seis.Arrival{Pick: seis.Pick{ID: digest(q.id, s.id), Stream: s.packers[0].ID, Phase: seis.P,
					Time: q.origin.AddSeconds(hypo / vpKmS), Method: "made-up"}, Phase: seis.P, DistanceKm: epi, AzimuthDeg: az, TakeoffDeg: math.NaN(), Weight: 1})
			}
		}
		e := f.event(q, 200)
		e.Made = q.origin.AddSeconds(200)
		e.Magnitude = &seis.Magnitude{Type: "ML", Value: q.mag, Sigma: 0.2, Count: e.Origin.Stations, Method: "made-up"}
		e.Origin.DepthFixed, e.Reason = false, "reviewed"
		switch i {
		case 5:
			e.Status, e.Origin.Withdrawn = seis.Rejected, "blast in a quarry"
		case 9:
			e.Status = seis.Confirmed
		}
		f.Catalogue.put(e)
	}
}
