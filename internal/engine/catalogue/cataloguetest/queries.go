package cataloguetest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"houfeng/internal/engine/catalogue"
	"houfeng/internal/seis"
)

// leap is midnight after the leap second of 2016-12-31.
const leap = 1483228800_000000000

// moments are few, so that events share them.
var moments = []seis.Time{
	{}, seis.TimeOf(0, true), seis.TimeOf(-1, false), seis.TimeOf(1, false),
	seis.TimeOf(leap, true), seis.TimeOf(leap, false), seis.TimeOf(leap+1, true), seis.TimeOf(leap-1, false), seis.TimeOf(leap+5e8, true),
	seis.TimeOf(math.MaxInt64, false), seis.TimeOf(math.MinInt64, true), seis.TimeOf(math.MinInt64, false),
}

var degrees = []float64{-180, -179.5, -10, math.Copysign(0, -1), 0, 10, 24.1, math.Nextafter(24.1, 90), 179.5, 180, math.NaN(), math.Inf(1)}

var magnitudes = []float64{-1.2, 0, 2.5, 2.55, 3, 9.1, math.NaN()}

// population draws the revisions of some eighty events, in the order in which
// they are to be added.
func population(seed int) []seis.Event {
	return rapid.Custom(func(t *rapid.T) []seis.Event {
		var all []seis.Event
		for i := range 80 {
			id := fmt.Sprintf("%s%02d", rapid.SampledFrom([]string{"", "A", "a", "é", "z"}).Draw(t, "prefix"), i)
			for revision := range rapid.IntRange(1, 3).Draw(t, "revisions") {
				e := Event(id, revision+1)
				e.Status = rapid.SampledFrom([]seis.Status{"", seis.Preliminary, seis.Confirmed, seis.Final, seis.Rejected}).Draw(t, "status")
				e.Origin.Time = rapid.SampledFrom(moments).Draw(t, "time")
				e.Made = rapid.SampledFrom(moments).Draw(t, "made")
				e.Origin.Latitude = rapid.SampledFrom(degrees).Draw(t, "latitude")
				e.Origin.Longitude = rapid.SampledFrom(degrees).Draw(t, "longitude")
				if rapid.IntRange(0, 3).Draw(t, "magnitude is") > 0 {
					e.Magnitude = &seis.Magnitude{Type: "ML", Value: rapid.SampledFrom(magnitudes).Draw(t, "magnitude")}
				}
				all = append(all, e)
			}
		}
		return all
	}).Example(seed)
}

// newest returns the newest revision of every event.
func newest(added []seis.Event) []seis.Event {
	last := map[string]seis.Event{}
	for _, e := range added {
		last[e.ID] = e
	}
	var events []seis.Event
	for _, e := range last {
		events = append(events, e)
	}
	return events
}

func query() *rapid.Generator[catalogue.Query] {
	return rapid.Custom(func(t *rapid.T) catalogue.Query {
		seldom := func(name string) bool { return rapid.IntRange(0, 4).Draw(t, name) == 4 }
		moment := func(name string) (at seis.Time) {
			if seldom(name) {
				at = rapid.SampledFrom(moments).Draw(t, name)
			}
			return at
		}
		limit := func(name string, of []float64) *float64 {
			if !seldom(name) {
				return nil
			}
			v := rapid.SampledFrom(of).Draw(t, name)
			return &v
		}
		return catalogue.Query{
			Start: moment("start"), End: moment("end"), UpdatedAfter: moment("updated after"),
			MinMagnitude: limit("min magnitude", magnitudes), MaxMagnitude: limit("max magnitude", magnitudes),
			MinLatitude: limit("min latitude", degrees), MaxLatitude: limit("max latitude", degrees),
			MinLongitude: limit("min longitude", degrees), MaxLongitude: limit("max longitude", degrees),
			IncludeRejected: rapid.Bool().Draw(t, "rejected"),
			Limit:           rapid.IntRange(0, 90).Draw(t, "limit"),
			BeforeTime:      moment("before time"),
		}
	})
}

// reference answers a query the slow way: every event is asked every question.
func reference(events []seis.Event, q catalogue.Query) []seis.Event {
	var found []seis.Event
	for _, e := range events {
		at, lon := e.Origin.Time, e.Origin.Longitude
		ok := q.Start == seis.Time{} || !at.Before(q.Start)
		ok = ok && (q.End == seis.Time{} || at.Before(q.End))
		ok = ok && (q.UpdatedAfter == seis.Time{} || e.Made.After(q.UpdatedAfter))
		ok = ok && (q.IncludeRejected || e.Status != seis.Rejected)
		if q.MinMagnitude != nil {
			ok = ok && e.Magnitude != nil && e.Magnitude.Value >= *q.MinMagnitude
		}
		if q.MaxMagnitude != nil {
			ok = ok && e.Magnitude != nil && e.Magnitude.Value <= *q.MaxMagnitude
		}
		ok = ok && (q.MinLatitude == nil || e.Origin.Latitude >= *q.MinLatitude)
		ok = ok && (q.MaxLatitude == nil || e.Origin.Latitude <= *q.MaxLatitude)
		switch west, east := q.MinLongitude, q.MaxLongitude; {
		case west != nil && east != nil && *west > *east:
			ok = ok && (lon >= *west && !math.IsNaN(lon) || lon <= *east)
		default:
			ok = ok && (west == nil || lon >= *west) && (east == nil || lon <= *east)
		}
		switch {
		case q.BeforeID != "":
			ok = ok && (at.Before(q.BeforeTime) || at == q.BeforeTime && e.ID > q.BeforeID)
		case q.BeforeTime != seis.Time{}:
			ok = ok && at.Before(q.BeforeTime)
		}
		if ok {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(a, b seis.Event) int {
		if a.Origin.Time == b.Origin.Time {
			return strings.Compare(a.ID, b.ID)
		}
		return b.Origin.Time.Compare(a.Origin.Time)
	})
	if q.Limit > 0 && len(found) > q.Limit {
		found = found[:q.Limit]
	}
	return found
}

// queries: the catalogue selects, orders and cuts as the reference does.
func queries(t *testing.T, c catalogue.Catalogue) {
	added := population(1)
	Add(t, c, added...)
	all := newest(added)
	some := 0
	rapid.Check(t, func(rt *rapid.T) {
		q := query().Draw(rt, "query")
		if rapid.Bool().Draw(rt, "after an event") {
			after := rapid.SampledFrom(all).Draw(rt, "event")
			q.BeforeTime, q.BeforeID = after.Origin.Time, after.ID
		}
		got, err := c.Events(t.Context(), q)
		if err != nil {
			rt.Fatal(err)
		}
		want := reference(all, q)
		if d := Diff(want, got); d != "" {
			rt.Errorf("want %s\ngot  %s\n%s", ids(want), ids(got), d)
		}
		some += len(want)
	})
	if some == 0 {
		t.Error("no query selected an event")
	}
}

// pages: any query read a page at a time is the query read at once.
func pages(t *testing.T, c catalogue.Catalogue) {
	added := population(2)
	Add(t, c, added...)
	all := newest(added)
	rapid.Check(t, func(rt *rapid.T) {
		q := query().Draw(rt, "query")
		q.BeforeTime = seis.Time{}
		q.Limit = rapid.IntRange(1, 30).Draw(rt, "page")
		var got []seis.Event
		for range len(all) + 1 {
			page, err := c.Events(t.Context(), q)
			if err != nil {
				rt.Fatal(err)
			}
			got = append(got, page...)
			if len(page) < q.Limit {
				break
			}
			last := page[len(page)-1]
			q.BeforeTime, q.BeforeID = last.Origin.Time, last.ID
		}
		q.BeforeTime, q.BeforeID, q.Limit = seis.Time{}, "", 0
		if want := reference(all, q); ids(got) != ids(want) {
			rt.Errorf("pages:   %s\nat once: %s", ids(got), ids(want))
		}
	})
}

// pagesWhileAdding: events that stay where they are are neither lost nor
// repeated while others come, and move, between pages.
func pagesWhileAdding(t *testing.T, c catalogue.Catalogue) {
	at := func(sec int) seis.Time { return seis.TimeOf(leap, false).AddSeconds(float64(sec)) }
	event := func(id string, revision, sec int) seis.Event {
		e := Event(id, revision)
		e.Origin.Time = at(sec)
		return e
	}
	for i := range 40 {
		Add(t, c, event(fmt.Sprintf("stays%02d", i), 1, i/3), event(fmt.Sprintf("moves%02d", i), 1, i))
	}
	seen := map[string]int{}
	q := catalogue.Query{Limit: 7}
	for page := 0; ; page++ {
		events, err := c.Events(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			seen[e.ID]++
		}
		if len(events) < q.Limit {
			break
		}
		last := events[len(events)-1]
		q.BeforeTime, q.BeforeID = last.Origin.Time, last.ID
		Add(t, c, event(fmt.Sprintf("new%02d", page), 1, 12-page), event(fmt.Sprintf("moves%02d", page*2), 2, 40-page*5))
	}
	for i := range 40 {
		if id := fmt.Sprintf("stays%02d", i); seen[id] != 1 {
			t.Errorf("%s is on %d pages, want 1", id, seen[id])
		}
	}
}

func leapSeconds(t *testing.T, c catalogue.Catalogue) {
	for i, s := range []string{"23:59:59.5", "23:59:60", "23:59:60.000000001", "23:59:60.5"} {
		addAt(t, c, fmt.Sprint("leap", i), "2016-12-31T"+s)
	}
	addAt(t, c, "new0", "2017-01-01T00:00:00")
	addAt(t, c, "new1", "2017-01-01T00:00:00.5")
	for _, q := range []struct{ start, end, before, beforeID, want string }{
		{"", "", "", "", "new1 leap3 leap2 new0 leap1 leap0"},
		{"2016-12-31T23:59:60", "", "", "", "new1 leap3 leap2 new0 leap1"},
		{"2017-01-01", "", "", "", "new1 leap3 leap2 new0"},
		{"", "2017-01-01", "", "", "leap1 leap0"},
		{"", "2016-12-31T23:59:60", "", "", "leap0"},
		{"2016-12-31T23:59:60.5", "2017-01-01T00:00:00.5", "", "", "leap3"},
		{"", "", "2017-01-01T00:00:00.5", "", "leap3 leap2 new0 leap1 leap0"},
		{"", "", "2016-12-31T23:59:60.5", "", "leap2 new0 leap1 leap0"},
		{"", "", "2017-01-01", "new0", "leap1 leap0"},
		{"", "", "2016-12-31T23:59:60", "leap1", "leap0"},
		{"", "", "2016-12-31T23:59:60", "leap0", "leap1 leap0"},
	} {
		got, err := c.Events(t.Context(), catalogue.Query{Start: parse(t, q.start), End: parse(t, q.end), BeforeTime: parse(t, q.before), BeforeID: q.beforeID})
		if err != nil || ids(got) != q.want {
			t.Errorf("%+v: got %s, %v", q, ids(got), err)
		}
	}
}

func addAt(t *testing.T, c catalogue.Catalogue, id, at string) {
	t.Helper()
	e := Event(id, 1)
	e.Origin.Time = parse(t, at)
	Add(t, c, e)
}

func parse(t *testing.T, s string) seis.Time {
	t.Helper()
	if s == "" {
		return seis.Time{}
	}
	at, err := seis.ParseTime(s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func meridian(t *testing.T, c catalogue.Catalogue) {
	for id, lon := range map[string]float64{"a170": 170, "b179": 179, "c180": 180, "d-180": -180, "e-179": -179, "f-170": -170, "g0": 0} {
		e := Event(id, 1)
		e.Origin.Longitude = lon
		Add(t, c, e)
	}
	for _, box := range []struct {
		west, east float64
		want       string
	}{
		{170, 180, "a170 b179 c180"}, {-180, -179, "d-180 e-179"},
		{175, -175, "b179 c180 d-180 e-179"}, {1, -1, "a170 b179 c180 d-180 e-179 f-170"}, {0, 0, "g0"},
	} {
		got, err := c.Events(t.Context(), catalogue.Query{MinLongitude: &box.west, MaxLongitude: &box.east})
		if err != nil || ids(got) != box.want {
			t.Errorf("longitude %g to %g: %s, %v, want %s", box.west, box.east, ids(got), err, box.want)
		}
	}
}

func limit(t *testing.T, c catalogue.Catalogue) {
	const n = 1003
	for i := range n {
		e := Event(fmt.Sprintf("%04d", i), 1)
		e.Origin.Time = seis.TimeOf(int64(n-i), false)
		Add(t, c, e)
	}
	for limit, want := range map[int]int{0: 1000, 1: 1, 1000: 1000, 1002: 1002, 5000: n} {
		got, err := c.Events(t.Context(), catalogue.Query{Limit: limit})
		if err != nil || len(got) != want || got[0].ID != "0000" || got[want-1].ID != fmt.Sprintf("%04d", want-1) {
			t.Errorf("limit %d: %d events, %v, want %d", limit, len(got), err, want)
		}
	}
	if got, err := c.Events(t.Context(), catalogue.Query{Limit: -1}); err == nil {
		t.Errorf("limit −1: %d events, want an error", len(got))
	}
}

// everyField: no field is forgotten or taken for another.
func everyField(t *testing.T, c catalogue.Catalogue) {
	Add(t, c, Full("a", 1), Full("a", 2))
	Check(t, c, Full("a", 1), Full("a", 2))
}

// bits: what is read equals what was added, whatever that is.
func bits(t *testing.T, c catalogue.Catalogue) {
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		e := Events().Draw(rt, "event")
		n++
		e.ID, e.Revision = fmt.Sprint(n), 1
		if err := c.AddRevision(t.Context(), e); err != nil {
			rt.Fatal(err)
		}
		got, err := c.Event(t.Context(), e.ID)
		if err != nil {
			rt.Fatal(err)
		}
		if d := Diff([]seis.Event{e}, []seis.Event{got}); d != "" {
			rt.Errorf("(−want +got):\n%s", d)
		}
		if err := c.AddRevision(t.Context(), e); err != nil {
			rt.Errorf("again: %v", err)
		}
	})
}
