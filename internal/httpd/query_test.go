package httpd

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"houfeng/internal/engine/catalogue"
	"houfeng/internal/seis"
)

func at(t testing.TB, s string) seis.Time {
	t.Helper()
	v, err := seis.ParseTime(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestQueryParameters(t *testing.T) {
	f := func(x float64) *float64 { return &x }
	for _, tt := range []struct {
		query string
		want  catalogue.Query
	}{
		{"", catalogue.Query{Limit: 500}},
		{"start=2019-10-15&end=2019-10-16T12:00:00", catalogue.Query{Limit: 500, Start: at(t, "2019-10-15"), End: at(t, "2019-10-16T12:00:00")}},
		{"starttime=2019-10-15&minmag=2.5&limit=20", catalogue.Query{Limit: 20, Start: at(t, "2019-10-15"), MinMagnitude: f(2.5)}},
		{"MinMagnitude=-1&maxmagnitude=9", catalogue.Query{Limit: 500, MinMagnitude: f(-1), MaxMagnitude: f(9)}},
		{"minlat=-10&maxlatitude=10&minlon=-180&maxlon=180", catalogue.Query{Limit: 500, MinLatitude: f(-10), MaxLatitude: f(10), MinLongitude: f(-180), MaxLongitude: f(180)}},
		{"includerejected=true&updatedafter=2020-01-01", catalogue.Query{Limit: 500, IncludeRejected: true, UpdatedAfter: at(t, "2020-01-01")}},
		{"beforetime=2020-01-01T00:00:00.123456789Z&beforeid=ab", catalogue.Query{Limit: 500, BeforeTime: at(t, "2020-01-01T00:00:00.123456789Z"), BeforeID: "ab"}},
	} {
		got, err := parseQuery(tt.query)
		if err != nil {
			t.Errorf("%s: %v", tt.query, err)
		}
		if d := cmp.Diff(tt.want, got, cmp.AllowUnexported(seis.Time{})); d != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.query, d)
		}
	}
}

func TestQueriesThatAreRefused(t *testing.T) {
	for query, want := range map[string]string{
		"limit=0":                               "whole number from 1 to 5000",
		"limit=5001":                            "whole number from 1 to 5000",
		"limit=ten":                             "whole number from 1 to 5000",
		"minmagnitude=NaN":                      "not a number from -10 to 12",
		"minlatitude=91":                        "not a number from -90 to 90",
		"start=yesterday":                       "ISO 8601",
		"start=2020-01-01&start=2021-01-01":     "start is given more than once",
		"start=2020-01-01&starttime=2021-01-01": "starttime is given more than once",
		"includerejected=perhaps":               "neither true nor false",
		"magnitude=3":                           "magnitude is not known",
		"beforeid=ab":                           "beforeid needs beforetime",
		"limit=%zz":                             "query",
		strings.Repeat("x", 500) + "=1":         "…",
	} {
		if _, err := parseQuery(query); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60s: error %v, want one with %q", query, err, want)
		}
	}
}

func FuzzParseQuery(f *testing.F) {
	for _, s := range []string{"", "start=2019-10-15&end=2019-10-16", "minmag=2&maxmag=3&limit=7", "beforetime=2020-01-01&beforeid=a", "a=b;c=d", "limit=%31", "includerejected=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := parseQuery(s)
		if err != nil {
			if len(err.Error()) > 4*64+len(s)+200 {
				t.Errorf("error has %d bytes", len(err.Error()))
			}
			return
		}
		if q.Limit < 1 || q.Limit > maxLimit || len(q.BeforeID) > maxIDBytes {
			t.Errorf("query %q was let through as %+v", s, q)
		}
		for _, p := range []*float64{q.MinMagnitude, q.MaxMagnitude, q.MinLatitude, q.MaxLatitude, q.MinLongitude, q.MaxLongitude} {
			if p != nil && !(*p >= -180 && *p <= 180) {
				t.Errorf("query %q let %g through", s, *p)
			}
		}
	})
}

func FuzzParseWish(f *testing.F) {
	for _, s := range []string{`{"subscribe":["XX.HF01..HNZ"],"recent_s":90,"max_rate_hz":20}`, `{}`, `[]`, `{"subscribe":["FDSN:XX_A__H_N_Z"]}`, `{"recent_s":-1}`, `{"max_rate_hz":1e-300}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		ids, w, err := parseWish(b)
		if err != nil {
			return
		}
		if len(ids) > maxTraceStreams || !(w.RecentS >= 0 && w.RecentS <= 3600) || !(w.MaxRateHz == 0 || w.MaxRateHz >= 0.1) {
			t.Errorf("wish %q was let through as %v %+v", b, ids, w)
		}
		for _, id := range ids {
			if err := id.Check(); err != nil {
				t.Errorf("wish %q names %v", b, err)
			}
		}
	})
}
