package geo

import "math"

// Inverse returns distance, the azimuth of 2 seen from 1, and the azimuth of 1
// seen from 2 (the back azimuth of an event at 2 recorded at 1 is az).
//
// The method is Vincenty (1975), Survey Review 23(176), 88–93, eqs 13–20. Its
// iteration does not converge for nearly antipodal points; there the departure
// azimuth is found by bisection instead (see antipodal), so that every pair of
// points has an answer. Agreement with GeographicLib is better than 0.1 mm,
// and a few millimetres where the second method is used.
func Inverse(lat1, lon1, lat2, lon2 float64) (km, azDeg, backDeg float64) {
	if lat1 == lat2 && lon1 == lon2 {
		return 0, 0, 0
	}
	u1 := reduced(lat1)
	u2 := reduced(lat2)
	l := wrap180(lon2-lon1) * rad
	if math.IsNaN(u1 + u2 + l) {
		return math.NaN(), math.NaN(), math.NaN()
	}
	km, a1, a2, ok := vincentyInverse(u1, u2, l)
	if !ok {
		km, a1, a2 = antipodal(u1, u2, l)
	}
	return km, wrap360(a1 / rad), wrap360(a2/rad + 180)
}

// reduced returns the reduced latitude U, tan U = (1−f) tan φ, in radians.
func reduced(latDeg float64) float64 {
	if math.Abs(latDeg) >= 90 {
		return math.Copysign(math.Pi/2, latDeg)
	}
	return math.Atan((1 - flattening) * math.Tan(latDeg*rad))
}

// vincentyInverse returns the distance in kilometres and the forward azimuths
// at both ends in radians; ok is false when λ did not settle.
func vincentyInverse(u1, u2, l float64) (km, a1, a2 float64, ok bool) {
	s1, c1 := math.Sincos(u1)
	s2, c2 := math.Sincos(u2)
	lambda := l
	for range 100 {
		sl, cl := math.Sincos(lambda)
		x, y := c2*sl, c1*s2-s1*c2*cl
		sinS := math.Hypot(x, y)
		cosS := s1*s2 + c1*c2*cl
		if sinS == 0 {
			if cosS > 0 {
				return 0, 0, 0, true // equal points written differently
			}
			return 0, 0, 0, false
		}
		sigma := math.Atan2(sinS, cosS)
		sinA := c1 * c2 * sl / sinS
		cos2A := 1 - sinA*sinA
		cos2M := 0.0 // both points on the equator
		if cos2A > 1e-15 {
			cos2M = cosS - 2*s1*s2/cos2A
		}
		next := l + longitudeTerm(sinA, cos2A, sigma, sinS, cosS, cos2M)
		if math.Abs(next) > math.Pi {
			return 0, 0, 0, false
		}
		if math.Abs(next-lambda) < 1e-13 {
			return lengthTerm(cos2A, sigma, sinS, cosS, cos2M),
				math.Atan2(x, y), math.Atan2(c1*sl, c1*s2*cl-s1*c2), true
		}
		lambda = next
	}
	return 0, 0, 0, false
}

// longitudeTerm returns λ − L, eqs 10 and 11.
func longitudeTerm(sinA, cos2A, sigma, sinS, cosS, cos2M float64) float64 {
	const f = flattening
	c := f / 16 * cos2A * (4 + f*(4-3*cos2A))
	return (1 - c) * f * sinA * (sigma + c*sinS*(cos2M+c*cosS*(2*cos2M*cos2M-1)))
}

// lengthTerm returns the distance in kilometres, eqs 3, 4, 6 and 19.
func lengthTerm(cos2A, sigma, sinS, cosS, cos2M float64) float64 {
	a, b := seriesAB(cos2A)
	return semiMinorKm * a * (sigma - deltaSigma(b, sinS, cosS, cos2M))
}

func seriesAB(cos2A float64) (a, b float64) {
	k := cos2A * (semiMajorKm*semiMajorKm - semiMinorKm*semiMinorKm) / (semiMinorKm * semiMinorKm)
	a = 1 + k/16384*(4096+k*(-768+k*(320-175*k)))
	b = k / 1024 * (256 + k*(-128+k*(74-47*k)))
	return a, b
}

func deltaSigma(b, sinS, cosS, cos2M float64) float64 {
	return b * sinS * (cos2M + b/4*(cosS*(2*cos2M*cos2M-1)-
		b/6*cos2M*(4*sinS*sinS-3)*(4*cos2M*cos2M-3)))
}

// antipodal solves the inverse problem where Vincenty's iteration does not
// settle. After mirroring the points so that U1 ≤ 0 and |U2| ≤ |U1|, the
// longitude difference at which the path with departure azimuth α1 first
// reaches U2 is a function of α1 with one root (Karney 2013, J. Geodesy 87,
// 43–55, section 4), which is found by bisection. Where several paths are
// equally long, as between exact antipodes, one of them is returned.
func antipodal(u1, u2, l float64) (km, a1, a2 float64) {
	west := l < 0
	l = math.Abs(l)
	swap := math.Abs(u1) < math.Abs(u2)
	if swap {
		u1, u2 = u2, u1
	}
	south := u1 > 0
	if south {
		u1, u2 = -u1, -u2
	}
	s1, c1 := math.Sincos(u1)
	s2, c2 := math.Sincos(u2)
	try := func(a float64) (km, end, lon float64) {
		sa, ca := math.Sincos(a)
		sinA := sa * c1
		cos2A := 1 - sinA*sinA
		sinE := sinA / c2
		cosE := math.Sqrt(math.Max(0, ca*ca*c1*c1+(c2*c2-c1*c1))) / c2
		sigma1, sigma2 := math.Atan2(s1, ca*c1), math.Atan2(s2, cosE*c2)
		w1, w2 := math.Atan2(sinA*s1, ca*c1), math.Atan2(sinA*s2, cosE*c2)
		sigma := sigma2 - sigma1
		if sigma < 0 {
			sigma += 2 * math.Pi
		}
		lambda := w2 - w1
		if lambda < 0 {
			lambda += 2 * math.Pi
		}
		sinS, cosS := math.Sincos(sigma)
		cos2M := math.Cos(sigma1 + sigma2)
		lon = lambda - longitudeTerm(sinA, cos2A, sigma, sinS, cosS, cos2M)
		return lengthTerm(cos2A, sigma, sinS, cosS, cos2M), math.Atan2(sinE, cosE), lon
	}
	lo, hi := 0.0, math.Pi
	for range 200 {
		mid := lo + (hi-lo)/2
		if mid == lo || mid == hi {
			break
		}
		// From α1 = 0 (along the meridian, λ = 0) to π (over the pole, λ = π).
		if _, _, lon := try(mid); lon < l {
			lo = mid
		} else {
			hi = mid
		}
	}
	a1 = lo + (hi-lo)/2
	km, a2, _ = try(a1)
	// Undo the mirrors in the opposite order.
	if south {
		a1, a2 = math.Pi-a1, math.Pi-a2
	}
	if swap {
		a1, a2 = math.Pi-a2, math.Pi-a1
	}
	if west {
		a1, a2 = -a1, -a2
	}
	return km, a1, a2
}

// Destination returns the point reached from (lat, lon) after km kilometres in
// direction azDeg (Vincenty 1975, eqs 1–11). The longitude lies in [−180, 180).
func Destination(lat, lon, azDeg, km float64) (lat2, lon2 float64) {
	const f = flattening
	s1, c1 := math.Sincos(reduced(lat))
	sa, ca := math.Sincos(azDeg * rad)
	sigma1 := math.Atan2(s1, c1*ca)
	sinA := c1 * sa
	cos2A := 1 - sinA*sinA
	a, b := seriesAB(cos2A)
	first := km / (semiMinorKm * a)
	sigma := first
	var sinS, cosS, cos2M float64
	for range 50 {
		sinS, cosS = math.Sincos(sigma)
		cos2M = math.Cos(2*sigma1 + sigma)
		next := first + deltaSigma(b, sinS, cosS, cos2M)
		done := math.Abs(next-sigma) < 1e-14
		sigma = next
		if done {
			break
		}
	}
	sinS, cosS = math.Sincos(sigma)
	cos2M = math.Cos(2*sigma1 + sigma)
	t := s1*sinS - c1*cosS*ca
	lat2 = math.Atan2(s1*cosS+c1*sinS*ca, (1-f)*math.Hypot(sinA, t)) / rad
	lambda := math.Atan2(sinS*sa, c1*cosS-s1*sinS*ca)
	dlon := lambda - longitudeTerm(sinA, cos2A, sigma, sinS, cosS, cos2M)
	return lat2, wrap180(lon + dlon/rad)
}
