package catalogue_test

import (
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"houfeng/fdsn"
	"houfeng/internal/engine/catalogue"
	"houfeng/internal/engine/catalogue/cataloguetest"
	"houfeng/internal/seis"
)

var update = flag.Bool("update", false, "write the golden file of a format version that has none")

const golden1 = "testdata/v1.sqlite"

// golden are the revisions in the golden file, in the order in which they were
// added. They stay as they are: fields that seis.Event gains later are absent
// from files of version 1 and read as zero.
func golden() []seis.Event {
	at := seis.TimeOf(1483228800_812345678, true) // 2016-12-31T23:59:60.812345678
	made := seis.TimeOf(1483228809_000000000, false)
	z := fdsn.ID{Network: "XX", Station: "HF01", Channel: "HHZ"}
	n := fdsn.ID{Network: "XX", Station: "HF02", Location: "00", Channel: "B_H_N"}
	first := seis.Event{
		ID: "5f0c2a", Revision: 1, Status: seis.Preliminary, Type: "earthquake",
		Origin: seis.Origin{
			EventID: "5f0c2a", Time: at, TimeSigma: 0.21, Latitude: 24.0123456789, Longitude: -179.99, DepthKm: 10, DepthFixed: true,
			EllipseMajorKm: math.Inf(1), EllipseMinorKm: 2.5, EllipseAzimuthDeg: 45, GapDeg: 181.5, SecondaryGapDeg: 220, RMSs: 0.1,
			NearestKm: 17.25, Phases: 2, Stations: 2, Expected: 5, Seen: 2,
			Arrivals: []seis.Arrival{
				{Pick: seis.Pick{ID: "a1", Stream: z, Phase: seis.P, Time: at.Add(3e9), SigmaS: 0.05, SNR: 31, Amplitude: -1234.5, Polarity: -1, Method: "stalta", Made: made},
					Phase: seis.P, DistanceKm: 17.25, AzimuthDeg: 90, TakeoffDeg: math.NaN(), ResidualS: math.Copysign(0, -1), Weight: 1},
				{Pick: seis.Pick{ID: "a2", Stream: n, Phase: seis.S, Time: at.Add(7e9), SigmaS: 0.2, Polarity: 1,
					Trust: seis.Trust{Stream: "XX.HF02.*.*", Start: at, Standing: seis.NonDeciding, Weight: 0.5, Reasons: []string{"clock 3.2 s ahead", "同一路由器"}, FateGroups: []string{"router/r7"}, Made: made}},
					Phase: seis.S, DistanceKm: 40, AzimuthDeg: 271, TakeoffDeg: 112.5, ResidualS: 1e-9, Weight: 0.25},
			},
			Method: "oct", Model: "iasp91", Flags: []string{"outside network"}, Made: made,
		},
		Region: "台湾花莲县海域", Reason: "born", Made: made,
	}
	second := first
	second.Revision, second.Status, second.Reason, second.Made = 2, seis.Confirmed, "magnitude \"ML\"\n", made.Add(1)
	second.Magnitude = &seis.Magnitude{
		Type: "ML", Value: 5.1, Sigma: 0.17, Count: 1, Method: "ml/gbt17740", Made: made.Add(1),
		Stations: []seis.StationMagnitude{
			{Stream: n, Type: "ML", Value: 5.1, Amplitude: 12.5, Unit: "mm", Time: at.Add(9e9), PeriodS: 0.8, DistanceKm: 41.2, SNR: 80, HighPassHz: 0.5, Used: true},
			{Stream: z, Type: "ML", Value: math.NaN(), Reason: "no response"},
		},
	}
	second.Intensities = []seis.Shaking{{
		Station: "XX.HF02", Stream: fdsn.ID{Network: "XX", Station: "HF02", Channel: "HN"}, EventID: "5f0c2a", Start: at, WindowS: 60,
		Latitude: 24.1, Longitude: 179.6, DistanceKm: 40, PGA: 81.2, PGV: 6.1, PGANorth: 70, PGAEast: 55.5, PGAUp: math.NaN(),
		GBT: 6.4, JMA: 4.5, Components: 2, Flags: []string{"clipped"}, Made: made,
	}}
	rejected := seis.Event{ID: "77\u00e9", Revision: 1, Status: seis.Rejected, Type: "not existing", Reason: "bytes \xff\x00", Made: made}
	rejected.Origin.Withdrawn = "too few stations"
	rejected.Origin.Latitude, rejected.Origin.Longitude = math.NaN(), math.Float64frombits(0xfff8_0000_0000_0001)
	return []seis.Event{first, rejected, second}
}

// TestGolden: a catalogue of version 1 stays readable, and goes on.
func TestGolden(t *testing.T) {
	if *update {
		if _, err := os.Stat(golden1); err == nil {
			t.Fatalf("%s exists; files of a released version are not written again", golden1)
		}
		c := open(t, golden1)
		cataloguetest.Add(t, c, golden()...)
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "catalogue.sqlite") // opening writes beside the file
	copyFile(t, path, golden1)
	c := open(t, path)
	want := golden()
	cataloguetest.Check(t, c, want[0], want[2])
	cataloguetest.Check(t, c, want[1])
	four := 4.0
	for _, q := range []struct {
		catalogue.Query
		want []seis.Event
	}{
		{catalogue.Query{}, want[2:]},
		{catalogue.Query{IncludeRejected: true}, []seis.Event{want[2], want[1]}},
		{catalogue.Query{Start: want[0].Origin.Time, End: want[0].Origin.Time.Add(1), MinMagnitude: &four}, want[2:]},
		{catalogue.Query{UpdatedAfter: want[2].Made, IncludeRejected: true}, nil},
	} {
		got, err := c.Events(t.Context(), q.Query)
		if err != nil {
			t.Fatal(err)
		}
		if d := cataloguetest.Diff(q.want, got); d != "" {
			t.Errorf("%+v (−want +got):\n%s", q.Query, d)
		}
	}
	cataloguetest.Add(t, c, golden()...)
	third := want[2]
	third.Revision = 3
	cataloguetest.Add(t, c, third)
	cataloguetest.Check(t, c, want[0], want[2], third)
}

func copyFile(t *testing.T, to, from string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}
