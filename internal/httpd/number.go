package httpd

import (
	"math"
	"strconv"

	"houfeng/internal/seis"
)

// num is a number on its way out: NaN and infinities, which JSON does not
// have, become null.
type num float64

func (n num) MarshalJSON() ([]byte, error) {
	f := float64(n)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	if f == 0 {
		return []byte("0"), nil // never -0
	}
	if a := math.Abs(f); a < 1e-6 || a >= 1e21 {
		return strconv.AppendFloat(nil, f, 'e', -1, 64), nil
	}
	return strconv.AppendFloat(nil, f, 'f', -1, 64), nil
}

var unknown = num(math.NaN())

// round returns x with the given number of decimals.
func round(x float64, decimals int) num {
	p := math.Pow(10, float64(decimals))
	if r := math.Round(x*p) / p; !math.IsInf(r, 0) {
		return num(r)
	}
	return num(x)
}

// signif returns x with n significant digits: live values are measured to
// three or four, and every digit is sent to every client every second.
func signif(x float64, n int) num {
	if x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return num(x)
	}
	v, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', n-1, 64), 64)
	if err != nil {
		return num(x)
	}
	return num(v)
}

// jmaTenths returns a JMA instrumental intensity as it is published: rounded to
// two decimals, then cut to one (JMA notice 4 of 1996, appendix), so that 4.46
// stays 4.4 and is class 4, not 5 lower.
func jmaTenths(x float64) num {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return num(x)
	}
	return num(math.Floor(math.Round(x*100)/10) / 10)
}

// millis is a time as milliseconds since 1970 UTC, as ComCat and JavaScript
// count it; the zero Time is null. Times are rounded down.
type millis seis.Time

func (m millis) MarshalJSON() ([]byte, error) {
	t := seis.Time(m)
	if t.IsZero() {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, floorDiv(t.Nanos(), 1e6), 10), nil
}

// stamp is a time as text, to the microsecond or nanosecond; the zero Time is
// null. A leap second reads :60.
type stamp seis.Time

func (s stamp) MarshalJSON() ([]byte, error) {
	t := seis.Time(s)
	if t.IsZero() {
		return []byte("null"), nil
	}
	return strconv.AppendQuote(nil, t.String()), nil
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
