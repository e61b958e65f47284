package scene

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"houfeng/fdsn"
)

const kmPerDegree = 6371.0 * math.Pi / 180

// network reads: network CODE "name".
func (p *parser) network(a *args) error {
	code, err := a.take("code")
	if err != nil {
		return err
	}
	if err := checkCode("network", code, 2); err != nil {
		return err
	}
	n := Network{Code: code}
	if a.more() {
		if n.Name, err = a.text("name"); err != nil {
			return err
		}
	}
	for _, o := range p.sc.Networks {
		if o.Code == code {
			return fmt.Errorf("network %s is given twice", code)
		}
	}
	if len(p.sc.Networks) >= 100 {
		return errors.New("more than 100 networks")
	}
	p.sc.Networks = append(p.sc.Networks, n)
	return nil
}

// checkCode demands capital letters and digits, as SEED 2.4 headers hold them.
func checkCode(what, code string, max int) error {
	if code == "" || len(code) > max {
		return fmt.Errorf("%s code %s: want 1 to %d letters or digits", what, clip(code), max)
	}
	for i := 0; i < len(code); i++ {
		if c := code[i]; !(c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
			return fmt.Errorf("%s code %s: want capital letters or digits", what, clip(code))
		}
	}
	return nil
}

func (p *parser) add(s Station) error {
	if len(p.sc.Stations) >= maxStations {
		return fmt.Errorf("more than %d stations", maxStations)
	}
	known := false
	for _, n := range p.sc.Networks {
		known = known || n.Code == s.Network
	}
	if !known {
		return fmt.Errorf("network %s has no network statement", s.Network)
	}
	for i := range p.sc.Stations {
		if o := &p.sc.Stations[i]; o.Network == s.Network && o.Code == s.Code {
			return fmt.Errorf("station %s is given twice", s.ID())
		}
	}
	s.Instruments = []string{"broadband"}
	r := p.sc.Rand("noise/" + s.ID())
	s.Noise = Noise{Level: 0.25 + 0.15*r.Float64(), Microseism: 0.25, PeakS: 5, CultureDB: 8}
	s.Telemetry = Telemetry{Delay: 500 * time.Millisecond, Jitter: 100 * time.Millisecond}
	p.sc.Stations = append(p.sc.Stations, s)
	return nil
}

// station reads: station NET.STA LAT LON [elev M] ["name"].
func (p *parser) station(a *args) error {
	id, err := a.take("NET.STA")
	if err != nil {
		return err
	}
	net, code, ok := strings.Cut(id, ".")
	if !ok {
		return fmt.Errorf("%s: want NET.STA", clip(id))
	}
	if err := checkCode("network", net, 2); err != nil {
		return err
	}
	if err := checkCode("station", code, 5); err != nil {
		return err
	}
	s := Station{Network: net, Code: code}
	if s.Latitude, err = a.number("latitude", degrees, -89, 89); err != nil {
		return err
	}
	if s.Longitude, err = a.number("longitude", degrees, -180, 180); err != nil {
		return err
	}
	if a.accept("elev") {
		if s.ElevationM, err = a.number("elevation", metres, -500, 9000); err != nil {
			return err
		}
	}
	if a.more() {
		if s.Name, err = a.text("name"); err != nil {
			return err
		}
	}
	return p.add(s)
}

// grid reads: grid N spacing KM at LAT LON [jitter P] [codes PREFIX]
// [elev M to M] [network CODE].
func (p *parser) grid(a *args) error {
	n, err := a.integer("number of stations", 1, maxStations)
	if err != nil {
		return err
	}
	var (
		spacing, lat, lon, jitter float64
		elevFrom, elevTo          = 200.0, 1200.0
		prefix, net               = "", ""
		placed                    bool
	)
	for a.more() {
		k, err := a.key()
		if err != nil {
			return err
		}
		switch k {
		case "spacing":
			spacing, err = a.number("spacing", km, 0.01, 500)
		case "at":
			placed = true
			if lat, err = a.number("latitude", degrees, -80, 80); err == nil {
				lon, err = a.number("longitude", degrees, -180, 180)
			}
		case "jitter":
			jitter, err = a.number("jitter", percent, 0, 1)
		case "elev":
			elevFrom, elevTo, err = a.span("elevation", metres, -500, 9000)
		case "codes":
			if prefix, err = a.take("prefix"); err == nil {
				err = checkCode("station", prefix, 3)
			}
		case "network":
			if net, err = a.take("network"); err == nil {
				err = checkCode("network", net, 2)
			}
		default:
			err = fmt.Errorf("unknown setting %s", clip(k))
		}
		if err != nil {
			return err
		}
	}
	switch {
	case spacing == 0:
		return errors.New("spacing is missing")
	case !placed:
		return errors.New("at LAT LON is missing")
	}
	if net == "" {
		if len(p.sc.Networks) != 1 {
			return fmt.Errorf("network is missing, there are %d", len(p.sc.Networks))
		}
		net = p.sc.Networks[0].Code
	}
	if prefix == "" {
		prefix = string(rune('A' + (p.grids+6)%26)) // G, H, …
	}
	p.grids++
	digits := len(fmt.Sprint(n))
	if len(prefix)+digits > 5 {
		return fmt.Errorf("codes %s and %d digits are longer than 5", prefix, digits)
	}
	cols := int(math.Ceil(math.Sqrt(float64(n))))
	rows := (n + cols - 1) / cols
	if halfDeg := float64(rows) / 2 * spacing / kmPerDegree; math.Abs(lat)+halfDeg*(1+jitter) > 85 {
		return fmt.Errorf("a grid of %d rows spaced %g km at latitude %g reaches the pole", rows, spacing, lat)
	}
	r := p.sc.Rand(fmt.Sprintf("grid/%s/%s", net, prefix))
	for i := range n {
		row, col := i/cols, i%cols
		dx := (float64(col) - float64(cols-1)/2 + jitter*(2*r.Float64()-1)) * spacing
		dy := (float64(rows-1)/2 - float64(row) + jitter*(2*r.Float64()-1)) * spacing
		s := Station{Network: net, Code: fmt.Sprintf("%s%0*d", prefix, digits, i+1)}
		s.Latitude, s.Longitude = offset(lat, lon, dx, dy)
		s.ElevationM = math.Round(elevFrom + (elevTo-elevFrom)*r.Float64())
		s.Name = fmt.Sprintf("Grid site %s", s.Code)
		if err := p.add(s); err != nil {
			return err
		}
	}
	return nil
}

// offset moves a point by dx km east and dy km north on a sphere and rounds it
// to 1e-5 degree, so that every file that names the place holds the same one.
func offset(lat, lon, dx, dy float64) (float64, float64) {
	la := lat + dy/kmPerDegree
	la = math.Max(-89, math.Min(89, la))
	lo := lon + dx/(kmPerDegree*math.Cos((lat+la)/2*math.Pi/180))
	for lo > 180 {
		lo -= 360
	}
	for lo < -180 {
		lo += 360
	}
	return math.Round(la*1e5) / 1e5, math.Round(lo*1e5) / 1e5
}

// chosen reads an optional "station PATTERN" and returns the stations meant.
func (p *parser) chosen(a *args) ([]*Station, string, error) {
	pattern := "*"
	if a.accept("station") {
		var err error
		if pattern, err = a.take("NET.STA"); err != nil {
			return nil, "", err
		}
		if len(pattern) > 32 {
			return nil, "", fmt.Errorf("pattern %s: %d bytes, at most 32", clip(pattern), len(pattern))
		}
	}
	var out []*Station
	for i := range p.sc.Stations {
		s := &p.sc.Stations[i]
		if fdsn.MatchID(pattern, fdsn.ID{Network: s.Network, Station: s.Code}) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return nil, "", fmt.Errorf("no station is called %s", clip(pattern))
	}
	return out, pattern, nil
}

// equip reads: equip [station PATTERN] INSTRUMENT….
func (p *parser) equip(a *args) error {
	stations, _, err := p.chosen(a)
	if err != nil {
		return err
	}
	var names []string
	channels := map[string]string{}
	for a.more() {
		w, _ := a.take("instrument")
		in := p.sc.Instrument(w)
		if in == nil {
			return fmt.Errorf("unknown instrument %s", clip(w))
		}
		if other, ok := channels[in.Channels]; ok {
			return fmt.Errorf("%s and %s have the same channels %s", other, w, in.Channels)
		}
		channels[in.Channels] = w
		names = append(names, w)
	}
	switch {
	case len(names) == 0:
		return errors.New("instrument is missing")
	case len(names) > 10:
		return fmt.Errorf("%d instruments, at most 10", len(names))
	}
	for _, s := range stations {
		s.Instruments = names
	}
	return nil
}

// noise reads: noise [station PATTERN] [level A [to B]] [microseism A [to B]]
// [peak S] [culture DB] [bursts N/h].
func (p *parser) noise(a *args) error {
	stations, _, err := p.chosen(a)
	if err != nil {
		return err
	}
	if !a.more() {
		return errors.New("setting is missing")
	}
	for a.more() {
		k, err := a.key()
		if err != nil {
			return err
		}
		var from, to float64
		var set func(*Noise, float64)
		switch k {
		case "level":
			from, to, err = a.span(k, nil, -0.2, 1.2)
			set = func(n *Noise, v float64) { n.Level = v }
		case "microseism":
			from, to, err = a.span(k, nil, -0.2, 1.2)
			set = func(n *Noise, v float64) { n.Microseism = v }
		case "peak":
			from, to, err = a.span(k, seconds, 2.5, 10)
			set = func(n *Noise, v float64) { n.PeakS = v }
		case "culture":
			from, to, err = a.span(k, decibel, 0, 40)
			set = func(n *Noise, v float64) { n.CultureDB = v }
		case "bursts":
			from, to, err = a.span(k, perHour, 0, 600)
			set = func(n *Noise, v float64) { n.BurstsPerHour = v }
		default:
			err = fmt.Errorf("unknown setting %s", clip(k))
		}
		if err != nil {
			return err
		}
		for _, s := range stations {
			v := from
			if to > from {
				v += (to - from) * p.sc.Rand("noise/"+k+"/"+s.ID()).Float64()
			}
			set(&s.Noise, v)
		}
	}
	return nil
}

// telemetry reads: telemetry [station PATTERN] [delay D] [jitter D].
func (p *parser) telemetry(a *args) error {
	stations, _, err := p.chosen(a)
	if err != nil {
		return err
	}
	if !a.more() {
		return errors.New("setting is missing")
	}
	for a.more() {
		k, err := a.key()
		if err != nil {
			return err
		}
		var d time.Duration
		switch k {
		case "delay":
			d, err = a.duration(k, 0, time.Hour)
		case "jitter":
			d, err = a.duration(k, 0, time.Minute)
		default:
			err = fmt.Errorf("unknown setting %s", clip(k))
		}
		if err != nil {
			return err
		}
		for _, s := range stations {
			if k == "delay" {
				s.Telemetry.Delay = d
			} else {
				s.Telemetry.Jitter = d
			}
		}
	}
	return nil
}

// dropout reads: dropout station PATTERN from TIME for DURATION [lost].
func (p *parser) dropout(a *args) error {
	if a.peek() != "station" {
		return errors.New("station is missing")
	}
	_, pattern, err := p.chosen(a)
	if err != nil {
		return err
	}
	d := Dropout{Station: pattern}
	for a.more() {
		k, err := a.key()
		if err != nil {
			return err
		}
		switch k {
		case "from":
			d.From, err = a.instant("from", p.sc.Start)
		case "for":
			d.For, err = a.duration("for", time.Millisecond, maxLength)
		case "lost":
			d.Lost = true
		default:
			err = fmt.Errorf("unknown setting %s", clip(k))
		}
		if err != nil {
			return err
		}
	}
	switch {
	case !a.seen["from"]:
		return errors.New("from is missing")
	case d.For == 0:
		return errors.New("for is missing")
	case len(p.sc.Dropouts) >= maxEntries:
		return fmt.Errorf("more than %d dropouts", maxEntries)
	}
	p.sc.Dropouts = append(p.sc.Dropouts, d)
	return nil
}
