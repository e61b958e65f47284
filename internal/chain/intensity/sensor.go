package intensity

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"houfeng/fdsn"
	"houfeng/internal/science/response"
	"houfeng/internal/seis"
)

// sensorKey names the components that one instrument has in common.
type sensorKey struct{ location, band string }

func keyOf(id fdsn.ID) sensorKey { return sensorKey{id.Location, id.Band()} }

// sensor is an instrument whose output can be turned into acceleration: by its
// sensitivity alone, its response being taken as flat in 0.1–10 Hz, which holds
// for accelerometers and for seismometers of 10 s and longer.
type sensor struct {
	key      sensorKey
	velocity bool
	ch       [3]seis.Channel // by the role in which it was recorded: up, north, east
	has      [3]bool
	turn     *[3][3]float64 // from recorded components to up, north, east; nil: as they are
	flags    []string
}

// roles in the order of seis.Shaking's peaks reversed: up, north, east.
const (
	up = iota
	north
	east
)

func role(component string) int {
	switch component {
	case "Z", "3":
		return up
	case "N", "1", "Y":
		return north
	case "E", "2", "X":
		return east
	}
	return -1
}

// sensors returns the instruments among a station's streams that can be
// measured at t, the best first: accelerometers before seismometers, more
// components before fewer, higher rates before lower, then by location.
func sensors(inv *seis.Inventory, ids []fdsn.ID, t seis.Time) []*sensor {
	var all []*sensor
	for _, id := range ids {
		c, ok := inv.Channel(id, t)
		if !ok || !c.HasResponse() {
			continue
		}
		in := c.Response.Input
		if in != response.Acceleration && in != response.Velocity {
			continue
		}
		r := role(id.Component())
		if r < 0 || c.RateHz > 0 && c.RateHz <= minRateHz {
			continue
		}
		i := slices.IndexFunc(all, func(s *sensor) bool { return s.key == keyOf(id) })
		if i < 0 {
			i = len(all)
			all = append(all, &sensor{key: keyOf(id), velocity: in == response.Velocity})
		}
		if s := all[i]; s.velocity == (in == response.Velocity) && !s.has[r] {
			s.ch[r], s.has[r] = c, true
		}
	}
	for _, s := range all {
		s.orient()
	}
	slices.SortStableFunc(all, func(a, b *sensor) int {
		return cmp.Or(
			cmp.Compare(b2i(a.velocity), b2i(b.velocity)),
			cmp.Compare(b.components(), a.components()),
			cmp.Compare(b.rate(), a.rate()),
			cmp.Compare(a.key.location, b.key.location),
			cmp.Compare(a.key.band, b.key.band))
	})
	return all
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (s *sensor) components() int { return b2i(s.has[0]) + b2i(s.has[1]) + b2i(s.has[2]) }

func (s *sensor) rate() float64 {
	r := 0.0
	for i := range s.ch {
		if s.has[i] {
			r = math.Max(r, s.ch[i].RateHz)
		}
	}
	return r
}

// station returns any of the sensor's channels, for its coordinates.
func (s *sensor) station() *seis.Channel {
	for i := range s.ch {
		if s.has[i] {
			return &s.ch[i]
		}
	}
	return nil
}

// stream returns the id that a measurement carries: the sensor's codes without
// a component.
func (s *sensor) stream() fdsn.ID {
	id := s.station().ID
	id.Channel = s.key.band
	return id
}

// orient finds how the components lie. Channels coded Z, N and E are taken as
// recorded, as strong-motion tables do; where metadata says that they point
// elsewhere by more than SEED's 5° a flag says so. Other codes (Z12, 123) are
// turned to up, north and east by azimuth and dip.
func (s *sensor) orient() {
	if s.velocity {
		s.flags = append(s.flags, "from velocity")
	}
	if n := s.components(); n < 3 {
		s.flags = append(s.flags, fmt.Sprintf("%d of 3 components", n))
	}
	coded := true
	var m [3][3]float64 // rows: recorded component in up, north, east
	for i, c := range s.ch {
		if !s.has[i] {
			continue
		}
		sd, cd := math.Sincos(c.DipDeg * math.Pi / 180)
		sa, ca := math.Sincos(c.AzimuthDeg * math.Pi / 180)
		m[i] = [3]float64{-sd, cd * ca, cd * sa}
		want := "ZNE"[i : i+1]
		if got := c.ID.Component(); got != want {
			coded = false
		} else if m[i][i] < math.Cos(5*math.Pi/180) && m[i][i] > -math.Cos(5*math.Pi/180) {
			s.flags = append(s.flags, fmt.Sprintf("%s points to azimuth %.0f°, dip %.0f°", want, c.AzimuthDeg, c.DipDeg))
		}
	}
	if coded {
		return
	}
	if s.components() < 3 {
		s.flags = append(s.flags, "not turned to north and east")
		return
	}
	inv, ok := invert(m)
	if !ok {
		s.flags = append(s.flags, "orientation unknown")
		return
	}
	s.turn = &inv
}

// invert inverts a matrix; ok is false when its rows lie too nearly in a plane
// to be the axes of an instrument.
func invert(m [3][3]float64) (out [3][3]float64, ok bool) {
	cof := func(i, j int) float64 {
		a, b, c, d := (i+1)%3, (i+2)%3, (j+1)%3, (j+2)%3
		return m[a][c]*m[b][d] - m[a][d]*m[b][c]
	}
	det := m[0][0]*cof(0, 0) + m[0][1]*cof(0, 1) + m[0][2]*cof(0, 2)
	if math.Abs(det) < 0.3 {
		return out, false
	}
	for i := range 3 {
		for j := range 3 {
			out[j][i] = cof(i, j) / det
		}
	}
	return out, true
}

// rotate turns three samples in place.
func (s *sensor) rotate(v *[3]float64) {
	if t := s.turn; t != nil {
		a := *v
		for i := range 3 {
			v[i] = float64(t[i][0]*a[0]) + float64(t[i][1]*a[1]) + float64(t[i][2]*a[2])
		}
	}
}

// galPerCount returns the factor from counts to gal, or to cm/s for a
// seismometer.
func galPerCount(c *seis.Channel) float64 { return 100 / c.Response.Sensitivity }

// clipCounts is 95 % of the range of a 24-bit digitiser.
const clipCounts = 0.95 * (1 << 23)
