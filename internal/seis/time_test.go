package seis

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseTime(t *testing.T) {
	for in, want := range map[string]string{
		"2019-10-15T05:33:42.81Z":        "2019-10-15T05:33:42.810000Z",
		"2019-10-15T05:33:42":            "2019-10-15T05:33:42.000000Z",
		"2019-10-15":                     "2019-10-15T00:00:00.000000Z",
		"2016-12-31T23:59:60.500Z":       "2016-12-31T23:59:60.500000Z",
		"1969-12-31T23:59:59.000000001Z": "1969-12-31T23:59:59.000000001Z",
	} {
		got, err := ParseTime(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
		} else if got.String() != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	for _, in := range []string{"", "yesterday", "2019-13-01", "3000-01-01", "2019-10-15T25:00:00Z"} {
		if got, err := ParseTime(in); err == nil {
			t.Errorf("%q gave %s, want an error", in, got)
		}
	}
}

func TestLeapSecondOrder(t *testing.T) {
	before, _ := ParseTime("2016-12-31T23:59:59.9Z")
	leap, _ := ParseTime("2016-12-31T23:59:60.5Z")
	after, _ := ParseTime("2017-01-01T00:00:00.5Z")
	if !before.Before(leap) || !leap.Before(after) || !leap.Leap() {
		t.Errorf("order: %v %v %v", before, leap, after)
	}
	if leap.Nanos() != after.Nanos() {
		t.Error("a leap second counts as the second that follows")
	}
	if leap.Add(time.Second).Leap() {
		t.Error("a second later is no leap second")
	}
}

func TestTimeTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := TimeOf(rapid.Int64Range(-9e18, 9e18).Draw(t, "ns"), false)
		got, err := ParseTime(in.String())
		if err != nil || got != in {
			t.Fatalf("%d ns: %v, %v", in.Nanos(), got, err)
		}
	})
}

func TestTrustCovers(t *testing.T) {
	at := TimeOf(1e18, false)
	tr := Trust{Stream: "XX.*.*.HH?", Start: at, End: at.Add(time.Minute), Standing: NonDeciding, Weight: 0.3}
	id := mustID(t, "XX.A.00.HHZ")
	if !tr.Covers(id, at) || tr.Covers(id, at.Add(-1)) || tr.Covers(id, at.Add(time.Minute)) {
		t.Error("interval is [Start, End)")
	}
	if tr.Covers(mustID(t, "YY.A.00.HHZ"), at) {
		t.Error("covers a stream of another network")
	}
	if w := tr.PickWeight(); w != 0.3 {
		t.Errorf("weight %g, want 0.3", w)
	}
	if w := (&Trust{Standing: Excluded, Weight: 1}).PickWeight(); w != 0 {
		t.Errorf("excluded weighs %g", w)
	}
	if w := (&Trust{}).PickWeight(); w != 1 {
		t.Errorf("full use weighs %g", w)
	}
}
