package catalogue_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"houfeng/internal/engine/catalogue"
	"houfeng/internal/engine/catalogue/cataloguetest"
	"houfeng/internal/seis"
)

func encode(t testing.TB, e seis.Event) string {
	t.Helper()
	doc, err := catalogue.Encode(&e)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestDocument: decode undoes encode, and a document is JSON that other
// programs read.
func TestDocument(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		e := cataloguetest.Events().Draw(rt, "event")
		doc, err := catalogue.Encode(&e)
		if err != nil {
			rt.Fatal(err)
		}
		got, err := catalogue.Decode(doc)
		if err != nil {
			rt.Fatal(err)
		}
		if d := cataloguetest.Diff([]seis.Event{e}, []seis.Event{got}); d != "" {
			rt.Errorf("(−want +got):\n%s", d)
		}
		var other struct {
			Format  string
			Version int
			Status  any
			Origin  struct{ Latitude any }
		}
		if err := json.Unmarshal([]byte(doc), &other); err != nil || other.Format != "houfeng event" || other.Version != 1 {
			rt.Errorf("encoding/json reads %+v, %v from %s", other, err, doc)
		}
		if v, ok := other.Origin.Latitude.(float64); ok && v != e.Origin.Latitude {
			rt.Errorf("encoding/json reads latitude %v, want %v", v, e.Origin.Latitude)
		}
		if s, ok := other.Status.(string); ok && s != string(e.Status) {
			rt.Errorf("encoding/json reads status %q, want %q", s, e.Status)
		}
	})
}

// TestDocumentText pins what documents look like.
func TestDocumentText(t *testing.T) {
	e := seis.Event{ID: "x", Revision: 2, Status: "\xff", Reason: "a\"\\\n地", Made: seis.TimeOf(1483228800_500000000, true)}
	e.Origin.Latitude, e.Origin.Longitude, e.Origin.DepthKm = 24.1, math.Copysign(0, -1), 1e-7
	e.Origin.RMSs, e.Origin.GapDeg, e.Origin.NearestKm = math.NaN(), math.Inf(-1), math.Float64frombits(0xfff8000000000000)
	e.Origin.Flags = []string{"outside network", ""}
	want := `{"format":"houfeng event","version":1,"id":"x","revision":2,"status":{"hex":"ff"},"type":"","origin":{"event_id":"","time":"0",` +
		`"time_sigma_s":0,"latitude":24.1,"longitude":-0,"depth_km":1e-07,"depth_fixed":false,"depth_sigma_km":0,"ellipse_major_km":0,` +
		`"ellipse_minor_km":0,"ellipse_azimuth_deg":0,"gap_deg":"-Inf","secondary_gap_deg":0,"rms_s":"NaN","nearest_km":"NaN:fff8000000000000",` +
		`"phases":0,"stations":0,"expected":0,"seen":0,"arrivals":[],"method":"","model":"","flags":["outside network",""],"withdrawn":"","made":"0"},` +
		`"magnitude":null,"intensities":[],"region":"","reason":"a\"\\\u000a地","made":"1483228800500000000 leap"}`
	if got := encode(t, e); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestNoDocument: every document cut short, and others that are not in order,
// are errors that say where.
func TestNoDocument(t *testing.T) {
	doc := encode(t, cataloguetest.Full("a", 1))
	for n := range len(doc) {
		if _, err := catalogue.Decode(doc[:n]); err == nil || !strings.Contains(err.Error(), "at byte ") {
			t.Fatalf("the first %d bytes: %v", n, err)
		}
	}
	small := encode(t, seis.Event{ID: "a", Revision: 1})
	for _, c := range []struct{ old, new, want string }{
		{`{"format":"houfeng event"`, `{"format":"other"`, `at byte 29: format "other" version 1, want "houfeng event" version 1`},
		{`"version":1`, `"version":2`, `version 2, want "houfeng event" version 1`},
		{`"id":"a"`, `"name":"a"`, `at byte 38: found "\"name\":\"a\"`},
		{`"revision":1`, `"revision":1.5`, `revision: strconv.ParseInt: parsing "1.5"`},
		{`"revision":1`, `"revision":92233720368547758080`, "out of range"},
		{`"latitude":0`, `"latitude":1e999`, "out of range"},
		{`"latitude":0`, `"latitude":"nan"`, `latitude: "nan" is no number`},
		{`"latitude":0`, `"latitude":"NaN:3ff0000000000000"`, "is no number"},
		{`"latitude":0`, `"latitude":0x1p4`, `found "x1p4`},
		{`"depth_fixed":false`, `"depth_fixed":0`, `want "false"`},
		{`"time":"0"`, `"time":"0 leaps"`, `invalid syntax`},
		{`"magnitude":null`, `"magnitude":{}`, `want "\"type\":"`},
		{`"region":""`, `"region":{"hex":"0"}`, "odd length"},
		{`"region":""`, `"region":"\q"`, "invalid character 'q'"},
		{`"region":""`, "\"region\":\"\n\"", "invalid character"},
		{`"region":""`, "\"region\":\"\xff\"", "no UTF-8"},
		{`"intensities":[]`, `"intensities":[,]`, "found"},
		{`}`, `} `, "found"},
	} {
		changed := strings.Replace(small, c.old, c.new, 1)
		if changed == small {
			t.Fatalf("%s is not in %s", c.old, small)
		}
		if _, err := catalogue.Decode(changed); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s for %s: %v, want %q", c.new, c.old, err, c.want)
		}
	}
	if _, err := catalogue.Decode(small + " "); err == nil {
		t.Error("a document that something follows is read")
	}
	polarity := strings.Replace(doc, `"polarity":-`, `"polarity":-1`, 1)
	if _, err := catalogue.Decode(polarity); err == nil || !strings.Contains(err.Error(), "is out of range") {
		t.Errorf("polarity of more than a byte: %v", err)
	}
}

// TestLargeDocument: what is larger than a document may be is neither written
// nor read.
func TestLargeDocument(t *testing.T) {
	e := cataloguetest.Event("a", 1)
	e.Reason = ""
	e.Reason = strings.Repeat("a", catalogue.MaxDocument-len(encode(t, e)))
	doc := encode(t, e)
	if got, err := catalogue.Decode(doc); err != nil || got.Reason != e.Reason {
		t.Errorf("a document of %d bytes: %v", len(doc), err)
	}
	e.Reason += "a"
	if _, err := catalogue.Encode(&e); err == nil {
		t.Error("a document of a byte more is written")
	}
	if _, err := catalogue.Decode(doc + " "); err == nil || !strings.Contains(err.Error(), "16777217 bytes, at most 16777216") {
		t.Errorf("a document of a byte more: %v", err)
	}
}

// FuzzDecode: no document makes the reader panic, and what it reads is written
// and read again without loss.
func FuzzDecode(f *testing.F) {
	f.Add("")
	f.Add(encode(f, cataloguetest.Event("a", 1)))
	f.Add(encode(f, cataloguetest.Full("b", 2)))
	for i := range 8 {
		f.Add(encode(f, cataloguetest.Events().Example(i)))
	}
	f.Fuzz(func(t *testing.T, doc string) {
		e, err := catalogue.Decode(doc)
		if err != nil {
			return
		}
		again, err := catalogue.Decode(encode(t, e))
		if err != nil {
			t.Fatal(err)
		}
		if d := cataloguetest.Diff([]seis.Event{e}, []seis.Event{again}); d != "" {
			t.Errorf("(−read +written and read):\n%s", d)
		}
	})
}
