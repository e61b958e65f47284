// Package geo answers the questions of distance and direction that locating an
// earthquake asks: how far, in which direction, where does one get to, and how
// well do the stations surround the source.
//
// Start with [Distance] and [Destination], which are exact to a millimetre on
// the WGS 84 ellipsoid. [DistanceDeg] is the angle that teleseismic travel-time
// tables want. [Local] is a fast frame around a point for work that asks for
// millions of distances, such as a grid search. [Gaps] measures the azimuthal
// coverage of a network.
//
// Latitudes and longitudes are WGS 84 degrees, north and east positive;
// longitudes may lie outside ±180. Distances are kilometres, azimuths degrees
// clockwise from north in [0, 360). Arguments that are not numbers give results
// that are not numbers; nothing panics.
package geo

import "math"

// The WGS 84 ellipsoid (NGA.STND.0036, table 3.1).
const (
	semiMajorKm = 6378.137
	flattening  = 1 / 298.257223563
	semiMinorKm = semiMajorKm * (1 - flattening)
	ecc2        = flattening * (2 - flattening) // first eccentricity squared
)

// EarthRadiusKm is the radius of the spherical Earth of travel-time tables
// (ak135, iasp91); DegreeKm is one degree along its surface.
const (
	EarthRadiusKm = 6371.0
	DegreeKm      = EarthRadiusKm * math.Pi / 180
)

const rad = math.Pi / 180

// Distance returns the length of the shortest path from point 1 to point 2 in
// kilometres, and the azimuth of point 2 seen from point 1. Equal points give
// (0, 0). See [Inverse] for the method.
func Distance(lat1, lon1, lat2, lon2 float64) (km, azDeg float64) {
	km, azDeg, _ = Inverse(lat1, lon1, lat2, lon2)
	return km, azDeg
}

// DistanceDeg returns the angle at the Earth's centre between two points, in
// degrees, from 0 to 180. It is taken between geocentric latitudes on a sphere,
// as travel-time tables are entered when ellipticity is corrected apart
// (Kennett & Gudmundsson 1996, GJI 127, 40–48).
func DistanceDeg(lat1, lon1, lat2, lon2 float64) float64 {
	s1, c1 := math.Sincos(Geocentric(lat1) * rad)
	s2, c2 := math.Sincos(Geocentric(lat2) * rad)
	sl, cl := math.Sincos((lon2 - lon1) * rad)
	// Vincenty's form of the great circle angle is exact at 0° and at 180°,
	// where those with arc cosine or haversine lose half of the digits.
	return math.Atan2(math.Hypot(c2*sl, c1*s2-s1*c2*cl), s1*s2+c1*c2*cl) / rad
}

// Geocentric returns the geocentric latitude of a geodetic latitude, both in
// degrees, for a point on the ellipsoid.
func Geocentric(latDeg float64) float64 {
	if math.Abs(latDeg) >= 90 {
		return math.Max(-90, math.Min(90, latDeg))
	}
	return math.Atan((1-ecc2)*math.Tan(latDeg*rad)) / rad
}

// wrap360 brings an angle in degrees to [0, 360).
func wrap360(d float64) float64 {
	d = math.Mod(d, 360)
	if d < 0 {
		d += 360
	}
	if d >= 360 {
		d = 0
	}
	return d
}

// wrap180 brings an angle in degrees to [−180, 180).
func wrap180(d float64) float64 { return wrap360(d+180) - 180 }
