package products

import (
	"bytes"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"houfeng/internal/seis"
	"houfeng/quakeml"
)

func readBack(t *testing.T, b []byte) *quakeml.EventParameters {
	t.Helper()
	ep, err := quakeml.Read(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	return ep
}

// What is written is read as the same numbers, in QuakeML's units.
func TestQuakeML(t *testing.T) {
	p := pick("pa", "A", 2)
	p.Polarity = -1
	p.Trust = seis.Trust{Standing: seis.NonDeciding, Weight: 0.5, Reasons: []string{"clock drifts"}}
	e := event("early", 3, seis.Confirmed, 1, p)
	e.Origin.Expected, e.Origin.Seen = 9, 7
	e.Magnitude.Stations = []seis.StationMagnitude{
		{Stream: channel("A", "HHN"), Type: "ML", Value: 4.3, Amplitude: 2.5, Unit: "mm", Time: at(7), PeriodS: 0.4, Used: true},
		{Stream: channel("B", "HHE"), Type: "ML", Value: 5.9, Reason: "clipped"},
		{Stream: channel("C", "HHE"), Type: "ML", Value: math.NaN()},
	}
	b, err := QuakeML([]seis.Event{e}, Options{Authority: "test.example", Agency: "TST"})
	if err != nil {
		t.Fatal(err)
	}
	ep := readBack(t, b)
	if len(ep.Events) != 1 || len(ep.Events[0].Origins) != 1 || len(ep.Events[0].Magnitudes) != 1 || len(ep.Events[0].Picks) != 1 {
		t.Fatalf("read %+v", ep)
	}
	q := ep.Events[0]
	o, m := q.Origins[0], q.Magnitudes[0]
	type check struct {
		what      string
		got, want any
	}
	for _, c := range []check{
		{"event id", q.PublicID, quakeml.ID("smi:test.example/event/early")},
		{"event version", q.CreationInfo.Version, "3"},
		{"agency", q.CreationInfo.AgencyID, "TST"},
		{"preferred origin", q.PreferredOriginID, o.PublicID},
		{"preferred magnitude", q.PreferredMagnitudeID, m.PublicID},
		{"type", q.Type, quakeml.Earthquake},
		{"status", o.EvaluationStatus, quakeml.Confirmed},
		{"time", o.Time.Value.Time.UnixNano(), at(1).Nanos()},
		{"time uncertainty", *o.Time.Uncertainty, 0.1},
		{"latitude", o.Latitude.Value, 30.123456},
		{"depth, metres", o.Depth.Value, 9876.54},
		{"depth uncertainty, metres", *o.Depth.Uncertainty, 2000.0},
		{"semi-major axis, metres", *o.Uncertainty.MaxHorizontal, 1500.0},
		{"semi-minor axis, metres", *o.Uncertainty.MinHorizontal, 750.0},
		{"confidence", *o.Uncertainty.ConfidenceLevel, 68.0},
		{"gap", *o.Quality.Gap, 95.0},
		{"secondary gap unknown", o.Quality.SecondaryGap, (*float64)(nil)},
		{"arrival distance, degrees", math.Round(*o.Arrivals[0].Distance*1e6) / 1e6, 0.107919}, // 12 km / 111.19493 km
		{"take-off unknown", o.Arrivals[0].TakeoffAngle, (*quakeml.Quantity)(nil)},
		{"arrival's pick", o.Arrivals[0].PickID, q.Picks[0].PublicID},
		{"polarity", q.Picks[0].Polarity, quakeml.Negative},
		{"pick stream", q.Picks[0].WaveformID.Station + q.Picks[0].WaveformID.Channel, "AHHZ"},
		{"pick trust", q.Picks[0].Comments[0].Text, "stream is non-deciding: clock drifts"},
		{"magnitude", m.Mag.Value, 4.236},
		{"station magnitudes", len(q.StationMagnitudes), 2},
		{"amplitude, metres", q.Amplitudes[0].Generic.Value, 0.0025},
		{"unused weight", *m.Contributions[1].Weight, 0.0},
		{"unused reason", q.StationMagnitudes[1].Comments[0].Text, "not used: clipped"},
		{"comment", q.Comments[1].Text, "largest instrumental intensity 6.54 (GB/T 17742-2020) at XX.A"},
		{"expected", o.Comments[2].Text, "seen by 7 of 9 stations expected to see it"},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (−want +got):\n%s", c.what, diff)
		}
	}
}

// The events file holds the events that stand, in order of time.
func TestEventsXML(t *testing.T) {
	var ids []string
	for _, e := range readBack(t, file(t, aRun(t), "events.xml")).Events {
		ids = append(ids, string(e.PublicID))
	}
	if diff := cmp.Diff([]string{"smi:test.example/event/early", "smi:test.example/event/late"}, ids); diff != "" {
		t.Errorf("events.xml (−want +got):\n%s", diff)
	}
	rejected := Parameters([]seis.Event{event("wrong", 2, seis.Rejected, 60)}, Options{})
	if rejected.Events[0].Type != quakeml.NotExisting {
		t.Errorf("a rejected event has type %q", rejected.Events[0].Type)
	}
}

// ObsPy, where it is at hand (HOUFENG_OBSPY names its python), validates the
// file against the schema of QuakeML 1.2 and reads the same event.
func TestObsPyReadsEventsXML(t *testing.T) {
	python := os.Getenv("HOUFENG_OBSPY")
	if python == "" {
		t.Skip("HOUFENG_OBSPY does not name a python with ObsPy")
	}
	name := filepath.Join(t.TempDir(), "events.xml")
	if err := os.WriteFile(name, file(t, aRun(t), "events.xml"), 0o644); err != nil {
		t.Fatal(err)
	}
	const script = `
import sys, obspy
from obspy.io.quakeml.core import _validate
assert _validate(sys.argv[1], verbose=True), "not valid"
e = obspy.read_events(sys.argv[1])[0]
o, m = e.preferred_origin(), e.preferred_magnitude()
print(o.time, o.latitude, o.longitude, o.depth, m.mag, m.magnitude_type, len(e.picks), len(o.arrivals))
`
	out, err := exec.Command(python, "-c", script, name).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got, want := strings.TrimSpace(string(out)), "2021-03-04T05:06:08.000000Z 30.123456 -1e-06 9876.54 4.236 ML 2 2"; got != want {
		t.Errorf("ObsPy read\n %s, want\n %s", got, want)
	}
}
