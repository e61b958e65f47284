package products

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"houfeng/fdsn"
	"houfeng/internal/engine/bus"
	"houfeng/internal/seis"
)

func at(s float64) seis.Time {
	t, err := seis.ParseTime("2021-03-04T05:06:07Z")
	if err != nil {
		panic(err)
	}
	return t.AddSeconds(s)
}

func channel(station, code string) fdsn.ID {
	return fdsn.ID{Network: "XX", Station: station, Location: "00", Channel: code}
}

func pick(id, station string, s float64) seis.Pick {
	return seis.Pick{
		ID: id, Stream: channel(station, "HHZ"), Phase: seis.P, Time: at(s), SigmaS: 0.02, SNR: 12.5,
		Amplitude: 1234, Polarity: 1, Method: "stalta", Made: at(s + 1),
	}
}

func event(id string, revision int, status seis.Status, s float64, picks ...seis.Pick) seis.Event {
	o := seis.Origin{
		EventID: id, Time: at(s), Latitude: 30.123456, Longitude: -0.000001, DepthKm: 9.87654, TimeSigma: 0.1,
		EllipseMajorKm: 1.5, EllipseMinorKm: 0.75, EllipseAzimuthDeg: 40, DepthSigmaKm: 2,
		GapDeg: 95, RMSs: 0.123, NearestKm: 4.5, Phases: len(picks), Stations: len(picks), Method: "grid", Model: "ak135",
		Flags: []string{"depth at surface", "outside network"}, SecondaryGapDeg: math.NaN(),
	}
	for _, p := range picks {
		o.Arrivals = append(o.Arrivals, seis.Arrival{Pick: p, Phase: p.Phase, DistanceKm: 12, AzimuthDeg: 90, TakeoffDeg: math.NaN(), Weight: 1})
	}
	return seis.Event{
		ID: id, Revision: revision, Status: status, Type: "earthquake", Origin: o, Region: "12 km W of XX.A",
		Reason: fmt.Sprint("reason ", revision), Made: at(s + 5 + float64(revision)),
		Intensities: []seis.Shaking{
			{Station: "XX.A", Stream: fdsn.ID{Network: "XX", Station: "A", Channel: "HN"}, Latitude: 30, Longitude: 104, DistanceKm: 12,
				PGA: 123.456789, PGV: 4.56789, PGANorth: 100, PGAEast: 60, PGAUp: math.NaN(), GBT: 6.54, JMA: 4.04, Components: 2, Start: at(s), WindowS: 60},
			{Station: "XX.B", DistanceKm: math.NaN(), PGA: 200, PGV: 3, GBT: 5.5, JMA: math.NaN()},
		},
		Magnitude: &seis.Magnitude{Type: "ML", Value: 4.236, Sigma: 0.12, Count: 2},
	}
}

// aRun says a small run on a bus and returns what products made of it.
func aRun(t *testing.T) *Run {
	t.Helper()
	ctx := context.Background()
	b := bus.NewLocal()
	defer b.Close()
	r := New(Options{Authority: "test.example", Agency: "TST"})
	if err := r.Subscribe(b); err != nil {
		t.Fatal(err)
	}
	say := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	r.Setup(seis.Setup{Version: "1.2.3", Config: []byte("x"), Inventory: []seis.File{{Name: "st.xml", Bytes: []byte("abc")}}})
	rec := func(station string, s float64, count int) *seis.Record {
		return &seis.Record{ID: channel(station, "HHZ"), Start: at(s), Rate: 100, Count: count}
	}
	say(bus.Publish(ctx, b, bus.Ticks, "", "", at(0)))
	say(bus.Publish(ctx, b, bus.Records, "", "", []*seis.Record{rec("B", 0, 400), rec("A", 4, 400), rec("A", 0, 400)}))
	refuse := func(serial uint64, v seis.Verdict, reason string) {
		say(bus.Publish(ctx, b, bus.Refusals, "", "", seis.Entry{Serial: serial, Kind: seis.EntryReceipt, Receipt: &seis.Receipt{
			Bytes: make([]byte, 512), Peer: "a.mseed", UpstreamSeq: int64(serial) * 512, Verdict: v, Reason: reason}}))
	}
	refuse(9, seis.Refused, "record length 7")
	refuse(4, seis.Duplicate, "repeats receipt 2")
	refuse(7, seis.Refused, "not miniSEED")
	refuse(8, seis.Refused, "not miniSEED")
	say(bus.Publish(ctx, b, bus.States, "", "", seis.StreamState{Stream: channel("A", "HHZ"), Gaps: 1, Overlaps: 2, Note: "no response"}))
	p := []seis.Pick{pick("pb", "B", 3), pick("pa", "A", 2), pick("px", "A", 50)}
	for i := range p {
		say(bus.Publish(ctx, b, bus.Picks, "", "", p[i]))
	}
	say(bus.Publish(ctx, b, bus.Events, "", "", event("late", 1, seis.Preliminary, 100)))
	say(bus.Publish(ctx, b, bus.Events, "", "", event("wrong", 1, seis.Preliminary, 60, p[2])))
	say(bus.Publish(ctx, b, bus.Events, "", "", event("early", 1, seis.Preliminary, 1, p[1])))
	say(bus.Publish(ctx, b, bus.Events, "", "", event("early", 2, seis.Confirmed, 1, p[0], p[1])))
	say(bus.Publish(ctx, b, bus.Events, "", "", event("early", 2, seis.Confirmed, 1, p[0], p[1]))) // twice
	say(bus.Publish(ctx, b, bus.Events, "", "", event("wrong", 2, seis.Rejected, 60, p[2])))
	say(bus.Publish(ctx, b, bus.Ticks, "", "", at(600)))
	return r
}

func file(t *testing.T, r *Run, name string) []byte {
	t.Helper()
	files, err := r.Files()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Name == name {
			return f.Bytes
		}
	}
	t.Fatalf("no file %s", name)
	return nil
}

// rows reads a table and returns the named columns of each row.
func rows(t *testing.T, b []byte, columns ...string) []string {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, row := range all[1:] {
		var fields []string
		for _, c := range columns {
			i := -1
			for j := range all[0] {
				if all[0][j] == c {
					i = j
				}
			}
			if i < 0 {
				t.Fatalf("no column %q in %v", c, all[0])
			}
			fields = append(fields, row[i])
		}
		out = append(out, strings.Join(fields, "|"))
	}
	return out
}

func TestEventsCSV(t *testing.T) {
	b := file(t, aRun(t), "events.csv")
	want := []string{
		"early|2|confirmed|2021-03-04T05:06:08.000000Z|30.12346|0.00000|9.877|1.500|95.0||0.1230|2|4.24|ML|0.12|6.54|4.04|200|4.56789|XX.A|depth at surface; outside network|2021-03-04T05:06:14.000000Z|2021-03-04T05:06:15.000000Z",
		"late|1|preliminary|2021-03-04T05:07:47.000000Z|30.12346|0.00000|9.877|1.500|95.0||0.1230|0|4.24|ML|0.12|6.54|4.04|200|4.56789|XX.A|depth at surface; outside network|2021-03-04T05:07:53.000000Z|2021-03-04T05:07:53.000000Z",
	}
	got := rows(t, b, "event_id", "revision", "status", "time", "latitude", "longitude", "depth_km", "ellipse_major_km", "gap_deg", "secondary_gap_deg",
		"rms_s", "phases", "magnitude", "magnitude_type", "magnitude_sigma", "max_gbt_intensity", "max_jma_intensity", "max_pga_gal", "max_pgv_cm_s",
		"max_intensity_station", "flags", "first_made", "made")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events.csv (−want +got):\n%s", diff)
	}
}

func TestPicksCSV(t *testing.T) {
	want := []string{
		"pa|XX|A|00|HHZ|P|2021-03-04T05:06:09.000000Z|0.0200|12.5|1234|up|stalta|use|1.000|early",
		"pb|XX|B|00|HHZ|P|2021-03-04T05:06:10.000000Z|0.0200|12.5|1234|up|stalta|use|1.000|early",
		"px|XX|A|00|HHZ|P|2021-03-04T05:06:57.000000Z|0.0200|12.5|1234|up|stalta|use|1.000|", // its event was rejected
	}
	got := rows(t, file(t, aRun(t), "picks.csv"), "pick_id", "network", "station", "location", "channel", "phase", "time",
		"sigma_s", "snr", "amplitude_counts", "polarity", "method", "standing", "weight", "event_id")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("picks.csv (−want +got):\n%s", diff)
	}
}

func TestIntensityCSV(t *testing.T) {
	want := []string{
		"early|XX.A|12.000|100|60||123.457|4.56789|6.54|4.04|2",
		"early|XX.B||0|0|0|200|3|5.50||0",
		"late|XX.A|12.000|100|60||123.457|4.56789|6.54|4.04|2",
		"late|XX.B||0|0|0|200|3|5.50||0",
	}
	got := rows(t, file(t, aRun(t), "intensity.csv"), "event_id", "station", "distance_km", "pga_north_gal", "pga_east_gal", "pga_up_gal",
		"pga_gal", "pgv_cm_s", "gbt_intensity", "jma_intensity", "components")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("intensity.csv (−want +got):\n%s", diff)
	}
}

func TestSummary(t *testing.T) {
	b := file(t, aRun(t), "summary.json")
	var s summary
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	if s.Version != "1.2.3" || s.Clock.Start != at(0) || s.Clock.End != at(600) {
		t.Errorf("version %q, clock %v", s.Version, s.Clock)
	}
	if len(s.Setup.Inventory) != 1 || s.Setup.Inventory[0].SHA256 != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" { // FIPS 180-2, appendix B.1
		t.Errorf("inventory %+v", s.Setup.Inventory)
	}
	rc := s.Receipts
	if rc.Accepted != 3 || rc.Duplicate != 1 || rc.Refused != 3 || rc.NotListed != 0 {
		t.Errorf("receipts %+v", rc)
	}
	if diff := cmp.Diff([]reason{{"not miniSEED", 2}, {"record length 7", 1}}, rc.Reasons); diff != "" {
		t.Errorf("reasons (−want +got):\n%s", diff)
	}
	var listed []string
	for _, l := range rc.Listed {
		listed = append(listed, fmt.Sprintf("%d %s %d %s: %s", l.Serial, l.From, l.Position, l.Verdict, l.Reason))
	}
	want := []string{"4 a.mseed 2048 duplicate: repeats receipt 2", "7 a.mseed 3584 refused: not miniSEED", "8 a.mseed 4096 refused: not miniSEED", "9 a.mseed 4608 refused: record length 7"}
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Errorf("not accepted (−want +got):\n%s", diff)
	}
	wantStreams := []streamLine{
		{Stream: "XX.A.00.HHZ", Records: 2, Samples: 800, RateHz: 100, Start: at(0), End: at(8), Gaps: 1, Overlaps: 2, Note: "no response"},
		{Stream: "XX.B.00.HHZ", Records: 1, Samples: 400, RateHz: 100, Start: at(0), End: at(4)},
	}
	if diff := cmp.Diff(wantStreams, s.Streams, cmp.AllowUnexported(seis.Time{})); diff != "" {
		t.Errorf("streams (−want +got):\n%s", diff)
	}
	if s.Picks != (pickCounts{Total: 3, P: 3, Associated: 2}) || s.Events != (eventCounts{Published: 2, Rejected: 1, Revisions: 5}) {
		t.Errorf("picks %+v, events %+v", s.Picks, s.Events)
	}
	if len(s.Course) != 3 || s.Course[1].ID != "wrong" || s.Course[1].Status != "rejected" || len(s.Course[0].Course) != 2 || s.Course[0].Course[0].Reason != "reason 1" {
		t.Errorf("course %+v", s.Course)
	}
}

func TestListsAreBounded(t *testing.T) {
	r := New(Options{})
	for i := range 3000 {
		if err := r.onRefusal(context.Background(), seis.Entry{Serial: uint64(i), Receipt: &seis.Receipt{Verdict: seis.Refused, Reason: fmt.Sprint(i)}}); err != nil {
			t.Fatal(err)
		}
	}
	rc := r.receipts()
	if len(rc.Listed) != maxListed || rc.NotListed != 2000 || rc.Refused != 3000 || len(rc.Reasons) != maxReasons+1 || rc.Reasons[0] != (reason{"other", 2800}) {
		t.Errorf("%d listed, %d not, %d reasons, first %+v", len(rc.Listed), rc.NotListed, len(rc.Reasons), rc.Reasons[0])
	}
}

// Two runs of the same messages give the same bytes, and an empty run gives
// files that can be read.
func TestSameBytes(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	for _, d := range []string{a, b, b} { // b is written over
		if err := aRun(t).Write(d); err != nil {
			t.Fatal(err)
		}
	}
	names, err := os.ReadDir(b)
	if err != nil {
		t.Fatal(err)
	}
	files, err := New(Options{}).Files()
	if err != nil {
		t.Fatal(err)
	}
	if len(names) != len(files) {
		t.Errorf("folder holds %v, want %d files and no temporary ones", names, len(files))
	}
	for _, n := range names {
		x, errA := os.ReadFile(filepath.Join(a, n.Name()))
		y, errB := os.ReadFile(filepath.Join(b, n.Name()))
		if errA != nil || errB != nil || !bytes.Equal(x, y) {
			t.Errorf("%s differs between two runs (%v, %v)", n.Name(), errA, errB)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, tt := range []struct {
		v        float64
		decimals int
		want     string
	}{{1.005, 1, "1.0"}, {-0.0001, 2, "0.00"}, {math.Copysign(0, -1), 0, "0"}, {-0.5, 2, "-0.50"}, {math.NaN(), 2, ""}, {math.Inf(1), 2, ""}} {
		if got := num(tt.v, tt.decimals); got != tt.want {
			t.Errorf("num(%v, %d) = %q, want %q", tt.v, tt.decimals, got, tt.want)
		}
	}
	b, err := json.Marshal([]number{number(math.NaN()), number(math.Inf(-1)), number(math.Copysign(0, -1)), 1e-9, 1234567.25, 0.1})
	if err != nil || string(b) != "[null,null,0,0,1234567.25,0.1]" {
		t.Errorf("numbers in JSON: %s, %v", b, err)
	}
}
