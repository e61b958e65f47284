// Package locate finds where and when an earthquake happened from the arrivals
// the associator put together.
//
// Two methods share one travel-time model and one error model: [Locator.Fast],
// a damped, robust Geiger iteration for the associator and for early warning,
// and [Locator.Full], a global oct-tree search of the likelihood that also
// gives the uncertainties. [Stage] runs the full one on the bus.
package locate

import (
	"fmt"
	"math"

	"houfeng/internal/method"
	"houfeng/internal/science/geo"
	"houfeng/internal/seis"
)

// Method declares the locator.
var Method = method.Method{
	Kind: "locate", Name: "octtree",
	Summary: "Global oct-tree search of a robust likelihood (Gaussian with a uniform share of outliers, origin time maximised out) over a 1-D travel-time model; ellipse and depth error from the sampled probability.",
	Citation: "Oct-tree sampling after Lomax & Curtis (2001), Geophys. Res. Abstr. 3, 955, and Lomax et al. (2009), Encyclopedia of Complexity, 2449–2473; " +
		"mixture likelihood after Tarantola & Valette (1982), J. Geophys. 50, 159–170, with an outlier term",
	Params: []method.Param{
		{Name: "model_error", Unit: "", Default: "0.03", Doc: "1σ of a computed travel time as a fraction of it, beyond that to the nearest station"},
		{Name: "model_error_min_s", Unit: "s", Default: "0.2", Doc: "least 1σ of a computed travel time (S: 1.5 times)"},
		{Name: "max_depth_km", Unit: "km", Default: "150", Doc: "deepest hypocentre searched"},
		{Name: "cells", Unit: "", Default: "2000", Doc: "cells of the oct-tree evaluated"},
	},
}

// TravelTimes computes first arrivals in a 1-D Earth.
type TravelTimes interface {
	Name() string
	// Time returns the travel time (s) of the first arriving phase from depthKm
	// below sea level to a station at distKm and elevationM, and its
	// derivatives by distance and by depth (s/km); ok is false where the phase
	// does not arrive.
	Time(phase seis.Phase, depthKm, distKm, elevationM float64) (t, dtdd, dtdh float64, ok bool)
	// Takeoff returns the angle at the source from straight down, degrees.
	Takeoff(phase seis.Phase, depthKm, distKm float64) (deg float64, ok bool)
}

// Options of the locator; zero values stand for the defaults named.
type Options struct {
	ModelError      float64 // fraction of the travel time; 0: 0.03
	ModelErrorMinS  float64 // 0: 0.2 s
	ModelErrorMaxS  float64 // 0: 2 s
	MaxDepthKm      float64 // 0: 150 km
	MinDepthKm      float64 // may be negative: above sea level
	DepthPriorKm    float64 // 0: 10 km
	DepthPriorSigma float64 // 0: 12 km; half width of the weak (Cauchy) prior on depth
	OutlierShare    float64 // 0: 0.05
	Cells           int     // 0: 2000
	SWeight         float64 // factor on the weight of S picks; 0: 1
}

func (o *Options) fill() {
	def := func(p *float64, v float64) {
		if *p == 0 {
			*p = v
		}
	}
	def(&o.ModelError, 0.03)
	def(&o.ModelErrorMinS, 0.2)
	def(&o.ModelErrorMaxS, 2)
	def(&o.MaxDepthKm, 150)
	def(&o.DepthPriorKm, 10)
	def(&o.DepthPriorSigma, 12)
	def(&o.OutlierShare, 0.05)
	def(&o.SWeight, 1)
	if o.Cells == 0 {
		o.Cells = 2000
	}
}

// Locator locates with one model. It is safe for concurrent use.
type Locator struct {
	o   Options
	tt  TravelTimes
	inv *seis.Inventory
}

// New returns a locator that takes station coordinates from inv.
func New(tt TravelTimes, inv *seis.Inventory, o Options) *Locator {
	o.fill()
	return &Locator{o: o, tt: tt, inv: inv}
}

// obs is one arrival as the search sees it.
type obs struct {
	lat, lon, elevM float64
	phase           seis.Phase
	t               float64 // s after the reference time
	sigma           float64 // of the pick, s
	weight          float64 // 0–1 from trust
	index           int     // in the arrivals given
}

// problem is one location task. Times are seconds after ref.
type problem struct {
	*Locator
	ref seis.Time
	obs []obs
	// distances of the hypocentre searched to each observation
	flat   bool
	origin *geo.Local
	sx, sy []float64
}

func (l *Locator) problem(arrivals []seis.Arrival, lat, lon float64) (*problem, error) {
	p := &problem{Locator: l}
	for i := range arrivals {
		a := &arrivals[i]
		w := a.Pick.Trust.PickWeight()
		if w <= 0 {
			continue
		}
		c, ok := l.inv.Channel(a.Pick.Stream, a.Pick.Time)
		if !ok {
			continue
		}
		if a.Phase == seis.S {
			w *= l.o.SWeight
		}
		if p.ref.IsZero() {
			p.ref = a.Pick.Time
		}
		p.obs = append(p.obs, obs{lat: c.Latitude, lon: c.Longitude, elevM: c.ElevationM - c.DepthM, phase: a.Phase,
			t: a.Pick.Time.SecondsSince(p.ref), sigma: a.Pick.SigmaS, weight: w, index: i})
	}
	if len(p.obs) < 3 {
		return nil, fmt.Errorf("locate: %d usable arrivals of %d, want at least 3", len(p.obs), len(arrivals))
	}
	p.centre(lat, lon)
	return p, nil
}

// centre puts the local plane at lat, lon. Within 400 km its distances are
// good to a part in a thousand; beyond, the ellipsoid is used.
func (p *problem) centre(lat, lon float64) {
	p.origin = geo.NewLocal(lat, lon)
	p.flat = true
	p.sx, p.sy = make([]float64, len(p.obs)), make([]float64, len(p.obs))
	for i, o := range p.obs {
		p.sx[i], p.sy[i] = p.origin.ToKm(o.lat, o.lon)
		if math.Hypot(p.sx[i], p.sy[i]) > 400 {
			p.flat = false
		}
	}
}

func (p *problem) distance(i int, x, y float64) float64 {
	if p.flat {
		return math.Hypot(p.sx[i]-x, p.sy[i]-y)
	}
	lat, lon := p.origin.ToGeo(x, y)
	d, _ := geo.Distance(lat, lon, p.obs[i].lat, p.obs[i].lon)
	return d
}

// sigma is the error of observation o at travel time t when the nearest station
// is reached at time nearest: of the pick and of the model together. The model
// errs by a fraction of what the paths do not share; an error that all have in
// common goes to the origin time. (NonLinLoc's LOCGAU2 takes the whole travel
// time, which lets hypocentres far away explain anything.)
func (p *problem) sigma(o *obs, t, nearest float64) float64 {
	m := min(p.o.ModelErrorMinS+p.o.ModelError*max(0, t-nearest), p.o.ModelErrorMaxS)
	if o.phase == seis.S {
		m *= 1.5
	}
	return math.Sqrt(o.sigma*o.sigma + m*m)
}
