package response

import (
	"math"
	"strings"
)

// Unit is the ground motion that a sensor answers to.
type Unit string

const (
	Displacement Unit = "M"
	Velocity     Unit = "M/S"
	Acceleration Unit = "M/S**2"
)

// order is the number of time derivatives of displacement, −1 if u is no
// ground motion.
func (u Unit) order() int {
	switch u {
	case Displacement:
		return 0
	case Velocity:
		return 1
	case Acceleration:
		return 2
	}
	return -1
}

// ParseUnit reads a unit's name as it occurs in metadata ("m/s", "M/S**2",
// "nm/s", "M/S/S", "gal", "cm/s^2"), whatever its case. si is the size of the unit in SI
// units of u: 1e-9 for "nm/s", so a sensitivity in counts per nm/s is divided
// by it. ok is false if it is no ground motion.
func ParseUnit(name string) (u Unit, si float64, ok bool) {
	s := strings.ToUpper(strings.TrimSpace(name))
	s = strings.NewReplacer(" ", "", "(", "", ")", "", "SECONDS", "S", "SECOND", "S", "SEC", "S", "METERS", "M", "METER", "M", "METRES", "M", "METRE", "M",
		"²", "2", "^", "**", "PER", "/").Replace(s)
	switch s {
	case "GAL", "GALS":
		return Acceleration, 0.01, true
	case "MGAL":
		return Acceleration, 1e-5, true
	case "G":
		return Acceleration, 9.80665, true
	}
	length, per, slashed := strings.Cut(s, "/")
	scale := 1.0
	switch length {
	case "M":
	case "CM":
		scale = 1e-2
	case "MM":
		scale = 1e-3
	case "UM", "µM", "ΜM": // micro sign and Greek mu
		scale = 1e-6
	case "NM":
		scale = 1e-9
	default:
		return "", math.NaN(), false
	}
	if !slashed {
		return Displacement, scale, true
	}
	switch per {
	case "S":
		return Velocity, scale, true
	case "S**2", "S2", "S/S", "S*S", "SS":
		return Acceleration, scale, true
	}
	return "", math.NaN(), false
}
