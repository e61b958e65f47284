package mseed

import (
	"math"
	"math/bits"
	"strconv"
)

const (
	secondNS = int64(1e9)
	dayNS    = 86400 * secondNS

	minYear, maxYear = 1900, 2100 // years read; SEED and its readers agree on these
)

// calendar is a start time as both versions write it.
type calendar struct {
	year, day, hour, minute, second int
	nano                            int64 // 0–999999999
}

// check reports the first field out of range. at has the offsets of year, day,
// hour, minute and second in a header of the version.
func (c calendar) check(version int, at [5]int) error {
	switch {
	case c.year < minYear || c.year > maxYear:
		return badField(version, "year", at[0], c.year, "1900 to 2100")
	case c.day < 1 || c.day > daysInYear(c.year):
		return badField(version, "day of year", at[1], c.day, "1 to "+strconv.Itoa(daysInYear(c.year)))
	case c.hour > 23:
		return badField(version, "hour", at[2], c.hour, "0 to 23")
	case c.minute > 59:
		return badField(version, "minute", at[3], c.minute, "0 to 59")
	case c.second > 60:
		return badField(version, "second", at[4], c.second, "0 to 60")
	}
	return nil
}

// daysInYear returns 365 or 366.
func daysInYear(year int) int {
	if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return 366
	}
	return 365
}

// nanos returns nanoseconds since 1970 UTC. Second 60 counts as the second
// that follows; leap is set where a leap second can be, at 23:59:60.
func (c calendar) nanos() (ns int64, leap bool) {
	y := int64(c.year) - 1
	days := y*365 + y/4 - y/100 + y/400 - 719162 + int64(c.day-1)
	ns = days*dayNS + int64(c.hour*3600+c.minute*60+c.second)*secondNS + c.nano
	return ns, c.second == 60 && c.hour == 23 && c.minute == 59
}

// correct adds d nanoseconds to a start time that may lie in a leap second.
func correct(ns int64, leap bool, d int64) (int64, bool) {
	if !leap {
		return ns + d, false
	}
	into := ns % secondNS // since the leap second began; the count is positive after 1972
	if into < 0 {
		into += secondNS
	}
	switch t := into + d; {
	case t < 0:
		return ns + d, false // before it: counts agree
	case t < secondNS:
		return ns + d, true
	}
	return ns + d - secondNS, false // after it: the count of second 60 was used twice
}

// calendarOf is the inverse of nanos, without leap seconds.
func calendarOf(ns int64) calendar {
	days := ns / dayNS
	rest := ns % dayNS
	if rest < 0 {
		rest += dayNS
		days--
	}
	year := 1970 + int(days/366)
	if days < 0 {
		year = 1969 + int(days/365)
	}
	day := func(y int) int64 {
		p := int64(y) - 1
		return p*365 + p/4 - p/100 + p/400 - 719162
	}
	for day(year+1) <= days {
		year++
	}
	for day(year) > days {
		year--
	}
	sec := int(rest / secondNS)
	return calendar{year, int(days-day(year)) + 1, sec / 3600, sec / 60 % 60, sec % 60, rest % secondNS}
}

// spanNS returns how long count samples last at rate samples per second, in
// nanoseconds: exactly rounded for whole rates, 0 without a rate.
func spanNS(count int, rate float64) int64 {
	if count <= 0 || !(rate > 0) {
		return 0
	}
	if r := uint64(rate); rate < 1e9 && float64(r) == rate {
		hi, lo := bits.Mul64(uint64(count), 1e9)
		lo, carry := bits.Add64(lo, r/2, 0)
		hi += carry
		if hi < r {
			if q, _ := bits.Div64(hi, lo, r); q <= math.MaxInt64/2 {
				return int64(q)
			}
		}
		return math.MaxInt64 / 2
	}
	s := math.Round(float64(count) / rate * 1e9)
	if s >= math.MaxInt64/2 {
		return math.MaxInt64 / 2
	}
	return int64(s)
}
