package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// seconds and kilometres are numbers that may be followed by their unit.
type (
	seconds    float64
	kilometres float64
)

// UnmarshalText reads "10" or "10s".
func (s *seconds) UnmarshalText(b []byte) error {
	v, err := quantity(string(b), "s")
	*s = seconds(v)
	return err
}

// UnmarshalText reads "50" or "50km".
func (k *kilometres) UnmarshalText(b []byte) error {
	v, err := quantity(string(b), "km")
	*k = kilometres(v)
	return err
}

func quantity(s, unit string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(s, unit)), 64)
	if err != nil || !(v >= 0) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%q: want a number that is not negative, such as 10 or 10%s", s, unit)
	}
	return v, nil
}
