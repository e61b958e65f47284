package main

import (
	"strings"
	"testing"
	"time"

	"houfeng/internal/seis"
	"houfeng/internal/sim"
	"houfeng/internal/sim/scene"
)

func TestJudge(t *testing.T) {
	start, err := seis.ParseTime("2026-03-01T04:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	sc := &scene.Scene{Start: start, Length: time.Minute, Quakes: []scene.Quake{{At: 20 * time.Second, Latitude: 37.5, Longitude: 104, Magnitude: 5}}}
	said := func(revision int, made, originS, lat, mag float64, status seis.Status) seis.Event {
		return seis.Event{
			ID: "e", Revision: revision, Status: status, Made: start.AddSeconds(made),
			Origin:    seis.Origin{Time: start.AddSeconds(originS), Latitude: lat, Longitude: 104},
			Magnitude: &seis.Magnitude{Type: "ML", Value: mag},
		}
	}
	event := scene.Expectation{Kind: scene.ExpectEvent, WithinKm: 5, WithinS: 1, WithinMagnitude: 0.4, By: 40 * time.Second}
	none := scene.Expectation{Kind: scene.ExpectNoEvent, Quake: -1, From: 10 * time.Second}
	for _, tt := range []struct {
		name   string
		x      scene.Expectation
		now    float64
		events []seis.Event
		want   string // beginning of the verdict
	}{
		{"found", event, 60, []seis.Event{said(1, 28, 20.5, 37.51, 5.1, seis.Preliminary)}, "met: 1.1 km and 0.50 s off, ML 5.10 for M 5.00, first said 8.0 s after origin"},
		{"nothing", event, 60, nil, "not met: no such event was found"},
		{"before it is due", event, 39, nil, "not yet due"},
		{"too late", event, 60, []seis.Event{said(1, 40.1, 20, 37.5, 5, seis.Preliminary)}, "not met: no such event"},
		{"too far", event, 60, []seis.Event{said(1, 28, 20, 37.6, 5, seis.Preliminary)}, "not met: 11.1 km"},
		{"another place altogether", event, 60, []seis.Event{said(1, 28, 20, 39, 5, seis.Preliminary)}, "not met: no such event"},
		{"magnitude off", event, 60, []seis.Event{said(1, 28, 20, 37.5, 5.5, seis.Preliminary)}, "not met: 0.0 km"},
		{"withdrawn", event, 60, []seis.Event{said(1, 28, 20, 37.5, 5, seis.Preliminary), said(2, 30, 20, 37.5, 5, seis.Rejected)}, "not met: no such event"},
		{"corrected in time", event, 60, []seis.Event{said(1, 28, 20, 37.6, 5, seis.Preliminary), said(2, 30, 20, 37.5, 5, seis.Preliminary)}, "met: 0.0 km"},
		{"corrected too late", event, 60, []seis.Event{said(1, 28, 20, 37.6, 5, seis.Preliminary), said(2, 50, 20, 37.5, 5, seis.Preliminary)}, "not met: 11.1 km"},
		{"quiet", none, 60, nil, "met: nothing was found"},
		{"quiet but for before", none, 60, []seis.Event{said(1, 9, 5, 37, 5, seis.Preliminary)}, "met"},
		{"not quiet", none, 60, []seis.Event{said(1, 11, 5, 37, 5, seis.Preliminary)}, "not met: 1 event"},
		{"withdrawn at once", none, 60, []seis.Event{said(1, 11, 5, 37, 5, seis.Preliminary), said(2, 12, 5, 37, 5, seis.Rejected)}, "met"},
	} {
		sc.Expectations = []scene.Expectation{tt.x}
		got := judge(sc, start.AddSeconds(tt.now), tt.events)
		if len(got) != 1 || !strings.HasPrefix(got[0].Verdict, tt.want) || got[0].failed != strings.HasPrefix(tt.want, "not met") {
			t.Errorf("%s: %+v, want %q", tt.name, got, tt.want)
		}
	}
}

func TestAgainstTruth(t *testing.T) {
	start, err := seis.ParseTime("2026-03-01T04:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	quake := func(name string, s float64, kind string) sim.Truth {
		return sim.Truth{Name: name, Time: start.AddSeconds(s), Latitude: 37.5, Longitude: 104, Magnitude: 4, Type: kind}
	}
	truth := []sim.Truth{
		quake("found", 10, "earthquake"), quake("missed", 40, "aftershock"), quake("far", 50, "teleseism"),
		quake("recent", 85, "earthquake"), quake("to come", 120, "earthquake"),
	}
	// The scene ran an hour later than it was written.
	found := seis.Event{ID: "e", Origin: seis.Origin{Time: start.AddSeconds(3611), Latitude: 37.5, Longitude: 104}}
	r := againstTruth(truth, time.Hour, start.AddSeconds(3700), []seis.Event{found})
	if len(r.Matched) != 1 || r.Matched[0].Truth.ID != "found" || len(r.Missed) != 1 || r.Missed[0].ID != "missed" || len(r.Extra) != 0 {
		t.Errorf("got %+v", r)
	}
}
