package scene

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// earthquake reads: earthquake ["name"] at TIME lat DEG lon DEG depth KM M X
// [stressdrop MPA] [mechanism STRIKE DIP RAKE].
func (p *parser) earthquake(a *args) (err error) {
	q := Quake{Kind: "earthquake", StressDropMPa: 3}
	if q.Name, err = p.named(a); err != nil {
		return err
	}
	for a.more() {
		k, err := a.key()
		if err != nil {
			return err
		}
		switch k {
		case "at":
			q.At, err = a.instant("at", p.sc.Start)
		case "lat":
			q.Latitude, err = a.number("lat", degrees, -89, 89)
		case "lon":
			q.Longitude, err = a.number("lon", degrees, -180, 180)
		case "depth":
			q.DepthKm, err = a.number("depth", km, 0.1, 700)
		case "M":
			q.Magnitude, err = a.number("M", plain, 0, 8)
		case "stressdrop":
			q.StressDropMPa, err = a.number("stressdrop", mpa, 0.01, 100)
		case "mechanism":
			if q.StrikeDeg, err = a.number("strike", degrees, 0, 360); err != nil {
				break
			}
			if q.DipDeg, err = a.number("dip", degrees, 0, 90); err != nil {
				break
			}
			q.RakeDeg, err = a.number("rake", degrees, -180, 180)
		default:
			err = fmt.Errorf("unknown setting %s", clip(k))
		}
		if err != nil {
			return err
		}
	}
	for _, k := range []string{"at", "lat", "lon", "depth", "M"} {
		if !a.seen[k] {
			return fmt.Errorf("%s is missing", k)
		}
	}
	if !a.seen["mechanism"] {
		drawMechanism(&q, p.sc.Rand(fmt.Sprintf("mechanism/%d/%g/%g/%g", q.At, q.Latitude, q.Longitude, q.Magnitude)))
	}
	return p.addQuake(q)
}

// named takes the optional name of an earthquake, which must be new.
func (p *parser) named(a *args) (string, error) {
	if len(a.peek()) == 0 || a.peek()[0] != '"' {
		return "", nil
	}
	name, err := a.text("name")
	if err != nil {
		return "", err
	}
	if name == "" {
		return "", errors.New("name is empty")
	}
	for _, q := range p.sc.Quakes {
		if q.Name == name {
			return "", fmt.Errorf("the name %s is taken", clip(name))
		}
	}
	for _, t := range p.sc.Teleseisms {
		if t.Name == name {
			return "", fmt.Errorf("the name %s is taken", clip(name))
		}
	}
	return name, nil
}

func (p *parser) addQuake(q Quake) error {
	if len(p.sc.Quakes) >= maxQuakes {
		return fmt.Errorf("more than %d earthquakes", maxQuakes)
	}
	p.sc.Quakes = append(p.sc.Quakes, q)
	return nil
}

// drawMechanism draws a double couple of any orientation.
func drawMechanism(q *Quake, r *rand.Rand) {
	q.StrikeDeg = math.Round(360 * r.Float64())
	q.DipDeg = math.Round(30 + 60*r.Float64())
	q.RakeDeg = math.Round(360*r.Float64() - 180)
}

// teleseism reads: teleseism ["name"] at TIME backazimuth DEG distance DEG
// [depth KM] M X.
func (p *parser) teleseism(a *args) (err error) {
	t := Teleseism{DepthKm: 15}
	if t.Name, err = p.named(a); err != nil {
		return err
	}
	for a.more() {
		k, err := a.key()
		if err != nil {
			return err
		}
		switch k {
		case "at":
			t.At, err = a.instant("at", p.sc.Start)
		case "backazimuth":
			t.BackazimuthDeg, err = a.number(k, degrees, 0, 360)
		case "distance":
			t.DistanceDeg, err = a.number(k, degrees, 25, 95)
		case "depth":
			t.DepthKm, err = a.number("depth", km, 1, 700)
		case "M":
			t.Magnitude, err = a.number("M", plain, 4, 9.2)
		default:
			err = fmt.Errorf("unknown setting %s", clip(k))
		}
		if err != nil {
			return err
		}
	}
	for _, k := range []string{"at", "backazimuth", "distance", "M"} {
		if !a.seen[k] {
			return fmt.Errorf("%s is missing", k)
		}
	}
	if len(p.sc.Teleseisms) >= 100 {
		return errors.New("more than 100 teleseisms")
	}
	p.sc.Teleseisms = append(p.sc.Teleseisms, t)
	return nil
}

// seismicity reads: seismicity N from TIME for DURATION M A to B [b B]
// within KM of LAT LON [depth KM to KM] [apart DURATION].
//
// Magnitudes follow the law of Gutenberg and Richter between A and B; places
// are uniform in the disc, times uniform in the interval.
func (p *parser) seismicity(a *args) error {
	n, err := a.integer("number of earthquakes", 1, 1000)
	if err != nil {
		return err
	}
	var (
		from, length, apart time.Duration
		lo, hi              float64
		b                   = 0.9
		radius, lat, lon    float64
		top, bottom         = 5.0, 20.0
	)
	for a.more() {
		k, err := a.key()
		if err != nil {
			return err
		}
		switch k {
		case "from":
			from, err = a.instant("from", p.sc.Start)
		case "for":
			length, err = a.duration("for", time.Second, maxLength)
		case "M":
			lo, hi, err = a.span("M", plain, 0, 8)
		case "b":
			b, err = a.number("b", plain, 0, 3)
		case "within":
			if radius, err = a.number("within", km, 0.1, 1000); err != nil {
				break
			}
			if !a.accept("of") {
				err = errors.New("within KM: of LAT LON is missing")
				break
			}
			if lat, err = a.number("latitude", degrees, -75, 75); err == nil {
				lon, err = a.number("longitude", degrees, -180, 180)
			}
		case "depth":
			top, bottom, err = a.span("depth", km, 0.1, 700)
		case "apart":
			apart, err = a.duration("apart", 0, time.Hour)
		default:
			err = fmt.Errorf("unknown setting %s", clip(k))
		}
		if err != nil {
			return err
		}
	}
	for _, k := range []string{"from", "for", "M", "within"} {
		if !a.seen[k] {
			return fmt.Errorf("%s is missing", k)
		}
	}
	if apart*time.Duration(n) > length {
		return fmt.Errorf("%d earthquakes %s apart do not fit in %s", n, apart, length)
	}
	r := p.sc.Rand(fmt.Sprintf("seismicity/%d/%d/%g/%g/%g", n, from, lo, lat, lon))
	for i, u := range spaced(r, n, apart.Seconds(), length.Seconds(), func(u float64) float64 { return u * length.Seconds() }) {
		q := Quake{Kind: "earthquake", StressDropMPa: 3, At: from + time.Duration(u*1e9).Round(10*time.Millisecond)}
		q.Latitude, q.Longitude = inDisc(r, lat, lon, radius)
		q.DepthKm = math.Round(10*(top+(bottom-top)*r.Float64())) / 10
		q.Magnitude = gutenbergRichter(r, b, lo, hi)
		drawMechanism(&q, p.sc.Rand(fmt.Sprintf("mechanism/seismicity/%d/%g/%g/%g/%d", from, lo, lat, lon, i)))
		if err := p.addQuake(q); err != nil {
			return err
		}
	}
	return nil
}

// aftershocks reads: aftershocks of "NAME" N from DURATION for DURATION
// M A to B within KM [b B] [p P] [c DURATION] [apart DURATION].
//
// Times after the mainshock follow Omori's law n(t) ∝ (t+c)^−p (Utsu 1961),
// magnitudes that of Gutenberg and Richter.
func (p *parser) aftershocks(a *args) error {
	if !a.accept("of") {
		return errors.New("of NAME is missing")
	}
	name, err := a.text("name of the mainshock")
	if err != nil {
		return err
	}
	var main *Quake
	for i := range p.sc.Quakes {
		if p.sc.Quakes[i].Name == name && name != "" {
			main = &p.sc.Quakes[i]
		}
	}
	if main == nil {
		return fmt.Errorf("no earthquake is called %s", clip(name))
	}
	mainshock := *main // the slice grows below
	n, err := a.integer("number of aftershocks", 1, 1000)
	if err != nil {
		return err
	}
	var (
		from, length, apart time.Duration
		lo, hi, radius      float64
		b, omoriP           = 0.9, 1.1
		c                   = 30 * time.Second
	)
	for a.more() {
		k, err := a.key()
		if err != nil {
			return err
		}
		switch k {
		case "from":
			from, err = a.duration("from", 0, maxLength)
		case "for":
			length, err = a.duration("for", time.Second, maxLength)
		case "M":
			lo, hi, err = a.span("M", plain, 0, 8)
		case "within":
			radius, err = a.number("within", km, 0, 100)
		case "b":
			b, err = a.number("b", plain, 0, 3)
		case "p":
			omoriP, err = a.number("p", plain, 0.5, 2)
		case "c":
			c, err = a.duration("c", time.Second, 24*time.Hour)
		case "apart":
			apart, err = a.duration("apart", 0, time.Hour)
		default:
			err = fmt.Errorf("unknown setting %s", clip(k))
		}
		if err != nil {
			return err
		}
	}
	for _, k := range []string{"from", "for", "M", "within"} {
		if !a.seen[k] {
			return fmt.Errorf("%s is missing", k)
		}
	}
	switch {
	case apart*time.Duration(n) > length:
		return fmt.Errorf("%d aftershocks %s apart do not fit in %s", n, apart, length)
	case math.Abs(mainshock.Latitude) > 80:
		return fmt.Errorf("the mainshock lies at latitude %g, want −80 to 80", mainshock.Latitude)
	}
	r := p.sc.Rand(fmt.Sprintf("aftershocks/%s/%d/%d/%g", name, n, from, lo))
	t0, t1, cs := from.Seconds(), (from + length).Seconds(), c.Seconds()
	omori := func(u float64) float64 { // inverse of the law's integral, from t0
		if math.Abs(omoriP-1) < 1e-6 {
			return (t0+cs)*math.Pow((t1+cs)/(t0+cs), u) - cs - t0
		}
		e := 1 - omoriP
		x0, x1 := math.Pow(t0+cs, e), math.Pow(t1+cs, e)
		return math.Pow(x0+u*(x1-x0), 1/e) - cs - t0
	}
	for i, u := range spaced(r, n, apart.Seconds(), length.Seconds(), omori) {
		q := Quake{Kind: "aftershock", StressDropMPa: 3}
		q.At = mainshock.At + from + time.Duration(u*1e9).Round(10*time.Millisecond)
		q.Latitude, q.Longitude = inDisc(r, mainshock.Latitude, mainshock.Longitude, radius)
		q.DepthKm = math.Round(10*math.Max(1, mainshock.DepthKm+radius/2*(2*r.Float64()-1))) / 10
		q.Magnitude = gutenbergRichter(r, b, lo, hi)
		q.StrikeDeg, q.DipDeg, q.RakeDeg = mainshock.StrikeDeg, mainshock.DipDeg, mainshock.RakeDeg
		if i%3 == 2 { // most aftershocks resemble the mainshock, not all
			drawMechanism(&q, r)
		}
		if err := p.addQuake(q); err != nil {
			return err
		}
	}
	return nil
}

// spaced draws n increasing times, in seconds, at least apart from one
// another, all below length: the law acts on the time that the gaps leave.
func spaced(r *rand.Rand, n int, apart, length float64, law func(u float64) float64) []float64 {
	us := make([]float64, n)
	for i := range us {
		us[i] = r.Float64()
	}
	slices.Sort(us)
	free := length - apart*float64(n-1)
	for i := range us {
		us[i] = law(us[i])*free/length + apart*float64(i)
	}
	return us
}

// inDisc draws a point uniformly within radius km.
func inDisc(r *rand.Rand, lat, lon, radius float64) (float64, float64) {
	d, az := radius*math.Sqrt(r.Float64()), 2*math.Pi*r.Float64()
	return offset(lat, lon, d*math.Sin(az), d*math.Cos(az))
}

// gutenbergRichter draws a magnitude from the law truncated to [lo, hi],
// rounded to 0.1.
func gutenbergRichter(r *rand.Rand, b, lo, hi float64) float64 {
	u := r.Float64()
	if b*(hi-lo) < 1e-9 {
		return math.Round(10*(lo+u*(hi-lo))) / 10
	}
	m := lo - math.Log10(1-u*(1-math.Pow(10, -b*(hi-lo))))/b
	return math.Round(10*math.Min(hi, m)) / 10
}
