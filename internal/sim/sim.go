// Package sim is a seismic network that does not exist. It runs a scene
// (package scene, docs/scenes.md): stations with instruments, noise and links,
// and earthquakes whose ground motion is computed (package ground), recorded,
// packed into miniSEED, delayed on its way, and served.
//
// It enters a centre by the front door and knows nothing of what is behind:
//
//   - [Network.Listen] makes SeedLink servers that real clients connect to;
//   - [Network.WriteJournal] writes the receipts that acquisition would have
//     written, as fast as the machine can;
//   - [Network.WriteFiles] writes miniSEED, StationXML and the truth.
//
// All three hand out the same records. Start with [Load] or scene.Parse, then
// [NewNetwork]. Everything is a function of the scene: the same scene gives
// the same bytes, however it is cut, on however many cores.
//
// For tests, [Network.Samples] gives any stretch of any channel, and
// [Network.Onsets] tells when the waves really arrived.
package sim

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"houfeng/fdsn"
	"houfeng/internal/science/geo"
	"houfeng/internal/seis"
	"houfeng/internal/sim/ground"
	"houfeng/internal/sim/scene"
)

// Network is a scene made ready to be recorded. It is safe for concurrent use.
type Network struct {
	scene    *scene.Scene
	stations []*station // in the order of the scene
	p, s     *ground.Stack
	distant  []distant
}

// Channel is one stream of the network.
type Channel struct {
	ID         fdsn.ID
	Station    *scene.Station
	Instrument *scene.Instrument
	AzimuthDeg float64
	DipDeg     float64
}

// station is what the simulator knows of a station.
type station struct {
	*scene.Station
	channels   []*channel
	recorders  []ground.Recorder // one per instrument
	key        uint64
	termS      float64 // of P, seconds; S has 1.5 times as much
	siteFactor float64 // amplification
}

// channel is one component of one instrument.
type channel struct {
	Channel
	instrument int // index in station.recorders
	component  int // 0 up, 1 north, 2 east
	offset     float64
}

// distant holds a teleseism's waves at the centre of the network, made when
// first needed, one set per sampling rate.
type distant struct {
	quake  *scene.Teleseism
	mu     sync.Mutex
	byRate map[float64]*ground.DistantEvent
}

// components are the letters, azimuths and dips of up, north and east.
var components = [3]struct {
	letter       string
	azimuth, dip float64
}{{"Z", 0, -90}, {"N", 0, 0}, {"E", 90, 0}}

// locations are the location codes of a station's instruments in order.
func location(instrument int) string { return fmt.Sprintf("%d0", instrument) }

// NewNetwork prepares a scene.
func NewNetwork(sc *scene.Scene) (*Network, error) {
	if len(sc.Stations) == 0 {
		return nil, fmt.Errorf("scene %s has no station", sc.Name)
	}
	n := &Network{scene: sc}
	n.p, n.s = perturbed(sc)
	for i := range sc.Stations {
		st, err := newStation(sc, &sc.Stations[i])
		if err != nil {
			return nil, fmt.Errorf("station %s: %w", sc.Stations[i].ID(), err)
		}
		n.stations = append(n.stations, st)
	}
	n.distant = make([]distant, len(sc.Teleseisms))
	for i := range n.distant {
		n.distant[i].quake = &sc.Teleseisms[i]
		n.distant[i].byRate = map[float64]*ground.DistantEvent{}
	}
	return n, nil
}

// perturbed returns the scene's crust for P and S with each layer's velocities
// changed at random.
func perturbed(sc *scene.Scene) (p, s *ground.Stack) {
	r := sc.Rand("model")
	var lp, ls []ground.Layer
	for _, l := range sc.Model.Layers {
		// P and S of a layer move together, up to a quarter of the change.
		common := sc.Model.Perturb * (2*r.Float64() - 1)
		own := sc.Model.Perturb / 4 * (2*r.Float64() - 1)
		within := func(x float64) float64 {
			return 1 + math.Max(-sc.Model.Perturb, math.Min(sc.Model.Perturb, x))
		}
		lp = append(lp, ground.Layer{TopKm: l.TopKm, V: l.Vp * within(common)})
		ls = append(ls, ground.Layer{TopKm: l.TopKm, V: l.Vs * within(common+own)})
	}
	return ground.NewStack(lp), ground.NewStack(ls)
}

func newStation(sc *scene.Scene, s *scene.Station) (*station, error) {
	r := sc.Rand("site/" + s.ID())
	st := &station{Station: s, key: sc.Key("station/" + s.ID())}
	st.termS = sc.Model.TermsS * r.NormFloat64()
	st.siteFactor = math.Pow(10, 0.12*r.NormFloat64())
	for i, name := range s.Instruments {
		in := sc.Instrument(name)
		if in == nil {
			return nil, fmt.Errorf("instrument %q is not known", name)
		}
		st.recorders = append(st.recorders, ground.Recorder{
			Response: &in.Response, RateHz: in.RateHz, SelfNoiseDB: in.SelfNoiseDB, DigitizerNoise: in.DigitizerNoise,
		})
		for c, k := range components {
			id := fdsn.ID{Network: s.Network, Station: s.Code, Location: location(i), Channel: in.Channels + k.letter}
			ch := &channel{instrument: i, component: c, Channel: Channel{
				ID: id, Station: s, Instrument: in, AzimuthDeg: k.azimuth, DipDeg: k.dip,
			}}
			ch.offset = math.Round(in.OffsetCounts * (2*sc.Rand("offset/"+id.String()).Float64() - 1))
			st.channels = append(st.channels, ch)
		}
	}
	return st, nil
}

// Scene returns the scene of the network.
func (n *Network) Scene() *scene.Scene { return n.scene }

// Channels returns the streams, sorted by id.
func (n *Network) Channels() []Channel {
	var out []Channel
	for _, st := range n.stations {
		for _, ch := range st.channels {
			out = append(out, ch.Channel)
		}
	}
	slices.SortFunc(out, func(a, b Channel) int { return fdsn.Compare(a.ID, b.ID) })
	return out
}

// Samples returns count samples of a stream, in counts, starting with the first
// at or after start. Any stretch can be asked for, the time before and after
// the scene included, where there is noise and what is left of the coda.
func (n *Network) Samples(id fdsn.ID, start seis.Time, count int) (seis.Trace, error) {
	if count < 0 || count > maxSamples {
		return seis.Trace{}, fmt.Errorf("%d samples of %s: want 0 to %d", count, id, maxSamples)
	}
	for _, st := range n.stations {
		for i, ch := range st.channels {
			if ch.ID != id {
				continue
			}
			rate := ch.Instrument.RateHz
			from := int64(math.Ceil(start.SecondsSince(n.scene.Start)*rate - 1e-6))
			out := make([]int32, count)
			newGenerator(n, st).fill(i, from, out)
			tr := seis.Trace{ID: id, Start: n.sampleTime(from, rate), Rate: rate, Samples: make([]float64, count)}
			for k, v := range out {
				tr.Samples[k] = float64(v)
			}
			return tr, nil
		}
	}
	return seis.Trace{}, fmt.Errorf("stream %s is not in scene %s", id, n.scene.Name)
}

// maxSamples is the most that Samples gives at once: ten days at 100 Hz.
const maxSamples = 1 << 27

// sampleTime returns the time of a sample. Rates are whole numbers, so that
// it is exact to a nanosecond however far from the start.
func (n *Network) sampleTime(sample int64, rate float64) seis.Time {
	r := int64(rate)
	sec := sample / r
	rest := sample % r
	if rest < 0 {
		sec, rest = sec-1, rest+r
	}
	return n.scene.Start.Add(time.Duration(sec)*time.Second + time.Duration((rest*1e9+r/2)/r))
}

// path is the way from a local earthquake to a station.
type path struct {
	distanceKm    float64 // epicentral
	hypocentralKm float64
	travelDeg     float64 // azimuth in which the waves travel at the station
	p, s          ground.Rays
}

// Local earthquakes are followed as far as farKm, and while S takes at most
// slowestS seconds.
const (
	farKm    = 1200.0
	slowestS = 500
)

// path traces the rays to a station; ok is false when the earthquake is too far
// or too weak to leave a trace.
func (n *Network) path(q *scene.Quake, st *station) (pa path, ok bool) {
	km, _, back := geo.Inverse(q.Latitude, q.Longitude, st.Latitude, st.Longitude)
	elev := st.ElevationM / 1000
	pa = path{distanceKm: km, travelDeg: back + 180, hypocentralKm: math.Hypot(km, q.DepthKm+elev)}
	if km > farKm {
		return pa, false
	}
	// Peak velocity, m/s, to a factor of a few; a broadband's least count is 1e-9 m/s.
	lgV := 0.87*q.Magnitude - 4.7 - 1.2*math.Log10(pa.hypocentralKm) - 0.002*pa.hypocentralKm
	if lgV < -10 {
		return pa, false
	}
	pa.p, pa.s = n.p.Trace(q.DepthKm, elev, km), n.s.Trace(q.DepthKm, elev, km)
	for _, r := range []*ground.Ray{&pa.p.Direct, &pa.p.Head} {
		r.TimeS += st.termS
	}
	for _, r := range []*ground.Ray{&pa.s.Direct, &pa.s.Head} {
		r.TimeS += 1.5 * st.termS
	}
	return pa, pa.s.First().TimeS <= slowestS
}

// Onset is the true arrival of a wave at a station.
type Onset struct {
	Station    string // "NET.STA"
	Phase      seis.Phase
	Quake      int // index in Scene.Quakes, or in Scene.Teleseisms if Distant
	Distant    bool
	Time       seis.Time
	DistanceKm float64 // epicentral
}

// Onsets returns when P and S of each earthquake arrive at each station, by
// time, then station. They include the noise of the world that a locator does
// not know: perturbed velocities and station terms.
func (n *Network) Onsets() []Onset {
	var out []Onset
	for i := range n.scene.Quakes {
		q := &n.scene.Quakes[i]
		for _, st := range n.stations {
			pa, ok := n.path(q, st)
			if !ok {
				continue
			}
			at := n.scene.At(q.At)
			out = append(out,
				Onset{st.ID(), seis.P, i, false, at.AddSeconds(pa.p.First().TimeS), pa.distanceKm},
				Onset{st.ID(), seis.S, i, false, at.AddSeconds(pa.s.First().TimeS), pa.distanceKm})
		}
	}
	for i := range n.scene.Teleseisms {
		t := &n.scene.Teleseisms[i]
		ref := n.scene.At(t.At)
		p0, _, _, _ := ground.DistantTimes(t.DepthKm, t.DistanceDeg)
		for _, st := range n.stations {
			deg, _ := n.far(t, st)
			p, _, s, _ := ground.DistantTimes(t.DepthKm, deg)
			out = append(out,
				Onset{st.ID(), seis.P, i, true, ref.AddSeconds(p - p0), deg * geo.EarthRadiusKm * math.Pi / 180},
				Onset{st.ID(), seis.S, i, true, ref.AddSeconds(s - p0), deg * geo.EarthRadiusKm * math.Pi / 180})
		}
	}
	slices.SortStableFunc(out, func(a, b Onset) int {
		if c := a.Time.Compare(b.Time); c != 0 {
			return c
		}
		return cmp.Compare(a.Station, b.Station)
	})
	return out
}

// Epicentre returns where a teleseism happened and when.
func (n *Network) Epicentre(t *scene.Teleseism) (lat, lon float64, origin seis.Time) {
	clat, clon := n.scene.Center()
	lat, lon = geo.Destination(clat, clon, t.BackazimuthDeg, t.DistanceDeg*geo.EarthRadiusKm*math.Pi/180)
	p, _, _, _ := ground.DistantTimes(t.DepthKm, t.DistanceDeg)
	return lat, lon, n.scene.At(t.At).AddSeconds(-p)
}

// far returns distance and direction of travel of a teleseism at a station.
func (n *Network) far(t *scene.Teleseism, st *station) (deg, travelDeg float64) {
	lat, lon, _ := n.Epicentre(t)
	_, _, back := geo.Inverse(lat, lon, st.Latitude, st.Longitude)
	clat, clon := n.scene.Center()
	// The network's centre lies at the distance stated; others relative to it.
	return t.DistanceDeg + geo.DistanceDeg(lat, lon, st.Latitude, st.Longitude) - geo.DistanceDeg(lat, lon, clat, clon), back + 180
}

// event returns the waves of a teleseism at a rate.
func (d *distant) event(sc *scene.Scene, index int, rate float64) *ground.DistantEvent {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e, ok := d.byRate[rate]; ok {
		return e
	}
	e := ground.NewDistantEvent(sc.Key(fmt.Sprintf("teleseism/%d", index)), d.quake.Magnitude, d.quake.DepthKm, d.quake.DistanceDeg, d.quake.At.Seconds(), rate)
	d.byRate[rate] = e
	return e
}
