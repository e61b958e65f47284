package httpd

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"houfeng/internal/engine/catalogue"
	"houfeng/internal/seis"
)

const (
	defaultLimit = 500
	maxLimit     = 5000
)

// queryError is an error in what a client asked.
type queryError string

func (e queryError) Error() string { return string(e) }

func badQuery(format string, args ...any) error { return queryError(fmt.Sprintf(format, args...)) }

// longNames maps the short parameter names of the FDSN web services
// (fdsnws-event 1.2, table 1) to the long ones.
var longNames = map[string]string{
	"start": "starttime", "end": "endtime",
	"minmag": "minmagnitude", "maxmag": "maxmagnitude",
	"minlat": "minlatitude", "maxlat": "maxlatitude",
	"minlon": "minlongitude", "maxlon": "maxlongitude",
}

// parseQuery reads the parameters of /events.geojson. A parameter that is not
// known, is given twice, or cannot be read is an error: an answer to another
// question is worse than none.
func parseQuery(rawQuery string) (catalogue.Query, error) {
	q := catalogue.Query{Limit: defaultLimit}
	values, err := url.ParseQuery(rawQuery)
	if err != nil {
		return q, badQuery("query: %v", err)
	}
	seen := map[string]bool{}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		long := strings.ToLower(name)
		if l, ok := longNames[long]; ok {
			long = l
		}
		if len(values[name]) != 1 || seen[long] {
			return q, badQuery("parameter %s is given more than once", clip(name))
		}
		seen[long] = true
		v := values[name][0]
		var perr error
		switch long {
		case "starttime":
			q.Start, perr = seis.ParseTime(v)
		case "endtime":
			q.End, perr = seis.ParseTime(v)
		case "updatedafter":
			q.UpdatedAfter, perr = seis.ParseTime(v)
		case "beforetime":
			q.BeforeTime, perr = seis.ParseTime(v)
		case "beforeid":
			if q.BeforeID = v; len(v) > maxIDBytes {
				perr = fmt.Errorf("%d bytes, at most %d", len(v), maxIDBytes)
			}
		case "minmagnitude":
			q.MinMagnitude, perr = number(v, -10, 12)
		case "maxmagnitude":
			q.MaxMagnitude, perr = number(v, -10, 12)
		case "minlatitude":
			q.MinLatitude, perr = number(v, -90, 90)
		case "maxlatitude":
			q.MaxLatitude, perr = number(v, -90, 90)
		case "minlongitude":
			q.MinLongitude, perr = number(v, -180, 180)
		case "maxlongitude":
			q.MaxLongitude, perr = number(v, -180, 180)
		case "includerejected":
			q.IncludeRejected, perr = strconv.ParseBool(v)
			if perr != nil {
				perr = fmt.Errorf("%q is neither true nor false", clip(v))
			}
		case "limit":
			q.Limit, perr = strconv.Atoi(v)
			if perr != nil || q.Limit < 1 || q.Limit > maxLimit {
				perr = fmt.Errorf("%q is not a whole number from 1 to %d", clip(v), maxLimit)
			}
		default:
			return q, badQuery("parameter %s is not known", clip(name))
		}
		if perr != nil {
			return q, badQuery("parameter %s: %v", clip(name), perr)
		}
	}
	if q.BeforeID != "" && q.BeforeTime.IsZero() {
		return q, badQuery("parameter beforeid needs beforetime")
	}
	return q, nil
}

func number(s string, low, high float64) (*float64, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || f < low || f > high {
		return nil, fmt.Errorf("%q is not a number from %g to %g", clip(s), low, high)
	}
	return &f, nil
}
