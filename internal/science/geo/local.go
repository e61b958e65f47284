package geo

import "math"

// Local is a fast frame for work within some 300 km of a point. The ellipsoid
// is carried conformally to the sphere that touches it best at the origin
// (Gauss's double projection: the scale is 1 at the origin and differs from it
// by the third power of the distance only). On that sphere
//
//   - [Local.Km] gives the distance between any two points,
//   - [Local.ToKm] and [Local.ToGeo] map to a plane and back that keeps
//     distance and azimuth as seen from the origin (azimuthal equidistant).
//
// Both differ from [Distance] by less than 1 m within 300 km of the origin and
// 5 m within 600 km, up to 70° of latitude. Distances measured in the plane between two
// points away from the origin are too long by up to r²/6R², 0.4 per mille at
// r = 300 km; use Km where that matters.
//
// Make one with [NewLocal]; it is read only and safe for concurrent use.
type Local struct {
	Lat0, Lon0 float64 // origin

	alpha, logK  float64 // of the conformal map
	sinB0, cosB0 float64 // origin's latitude on the sphere
	radius       float64 // of the sphere, km
}

// Point is a place in a [Local] frame: a unit vector, x towards the origin's
// meridian, z towards the pole.
type Point struct{ X, Y, Z float64 }

// NewLocal returns the frame around (lat0, lon0). Latitudes beyond ±89.9 are
// brought back to it.
func NewLocal(lat0, lon0 float64) *Local {
	lat0 = math.Max(-89.9, math.Min(89.9, lat0))
	s, c := math.Sincos(lat0 * rad)
	w2 := 1 - ecc2*s*s
	ep2 := ecc2 / (1 - ecc2)
	l := &Local{Lat0: lat0, Lon0: lon0}
	// Gauss: α² = 1 + e'² cos⁴φ0, sin B0 = sin φ0 / α, R² = MN.
	l.alpha = math.Sqrt(1 + ep2*c*c*c*c)
	l.sinB0 = s / l.alpha
	l.cosB0 = math.Sqrt(1 - l.sinB0*l.sinB0)
	l.radius = semiMajorKm * math.Sqrt(1-ecc2) / w2
	l.logK = math.Atanh(l.sinB0) - l.alpha*isometric(s)
	return l
}

// isometric returns the isometric latitude of sin φ.
func isometric(s float64) float64 {
	e := math.Sqrt(ecc2)
	return math.Atanh(s) - e*math.Atanh(e*s)
}

// Point places (lat, lon) in the frame.
func (l *Local) Point(lat, lon float64) Point {
	s := math.Sin(lat * rad)
	sinB := math.Tanh(l.logK + l.alpha*isometric(s))
	cosB := math.Sqrt(1 - sinB*sinB)
	sl, cl := math.Sincos(l.alpha * wrap180(lon-l.Lon0) * rad)
	return Point{cosB * cl, cosB * sl, sinB}
}

// Km returns the distance between two points of the frame in kilometres.
func (l *Local) Km(a, b Point) float64 {
	x, y, z := a.X-b.X, a.Y-b.Y, a.Z-b.Z
	h := (x*x + y*y + z*z) / 4 // sin² of half the angle
	return 2 * l.radius * math.Asin(math.Sqrt(math.Min(1, h)))
}

// ToKm returns the plane coordinates of a point: x kilometres east and y
// kilometres north of the origin.
func (l *Local) ToKm(lat, lon float64) (x, y float64) {
	p := l.Point(lat, lon)
	e := p.Y
	n := l.cosB0*p.Z - l.sinB0*p.X
	s := math.Hypot(e, n)
	if s == 0 {
		return 0, 0
	}
	k := l.radius * math.Atan2(s, l.sinB0*p.Z+l.cosB0*p.X) / s
	return e * k, n * k
}

// ToGeo is the inverse of ToKm.
func (l *Local) ToGeo(x, y float64) (lat, lon float64) {
	d := math.Hypot(x, y)
	if d == 0 {
		return l.Lat0, l.Lon0
	}
	sc, cc := math.Sincos(d / l.radius)
	e, n := x/d*sc, y/d*sc
	sinB := l.sinB0*cc + l.cosB0*n
	lonS := math.Atan2(e, l.cosB0*cc-l.sinB0*n) / l.alpha / rad
	q := (math.Atanh(math.Max(-1, math.Min(1, sinB))) - l.logK) / l.alpha
	// Invert the isometric latitude; each round gains more than two digits.
	ecc := math.Sqrt(ecc2)
	s := math.Tanh(q)
	for range 6 {
		s = math.Tanh(q + ecc*math.Atanh(ecc*s))
	}
	return math.Asin(s) / rad, wrap180(l.Lon0 + lonS)
}
