package geo

import "sort"

// Gaps returns the largest angle between neighbouring azimuths (the azimuthal
// gap) and the largest one when any single station is left out (the secondary
// gap; Bondár, Myers, Engdahl & Bergman 2004, GJI 156, 483–496). Azimuths are
// in degrees, one per station, in any order; az is not changed. No station or
// one gives 360, 360; two give a secondary gap of 360.
func Gaps(az []float64) (gap, secondary float64) {
	n := len(az)
	if n < 2 {
		return 360, 360
	}
	a := make([]float64, n)
	for i, v := range az {
		a[i] = wrap360(v)
	}
	sort.Float64s(a)
	at := func(i int) float64 { // unrolled circle
		return a[i%n] + 360*float64(i/n)
	}
	for i := range n {
		gap = max(gap, at(i+1)-at(i))
		secondary = max(secondary, min(360, at(i+2)-at(i)))
	}
	return gap, secondary
}
