package quakeml_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"houfeng/internal/golden"
	"houfeng/quakeml"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write testdata/full.xml anew; then validate it against QuakeML-1.2.xsd")

func id(parts ...string) quakeml.ID { return quakeml.NewID("houfeng.example", parts...) }

func at(s string) quakeml.Time {
	var t quakeml.Time
	if err := t.UnmarshalText([]byte(s)); err != nil {
		panic(err)
	}
	return t
}

// full has a value in every field that the package knows.
func full() *quakeml.EventParameters {
	info := func() *quakeml.CreationInfo {
		made := at("2019-10-15T05:34:00.5Z")
		return &quakeml.CreationInfo{AgencyID: "HF", AgencyURI: id("agency"), Author: "houfeng <test> & co", AuthorURI: id("author"), CreationTime: &made, Version: "3"}
	}
	comments := func() []quakeml.Comment {
		return []quakeml.Comment{{ID: id("comment", "1"), Text: "depth fixed", CreationInfo: info()}, {Text: "gap 220°: ±12 km\nsecond line"}}
	}
	q := func(v float64) *quakeml.Quantity {
		return &quakeml.Quantity{Value: v, Uncertainty: new(0.1), Lower: new(0.2), Upper: new(0.3), ConfidenceLevel: new(68.3)}
	}
	wave := quakeml.WaveformID{Network: "BK", Station: "BRIB", Location: "01", Channel: "HNE", Resource: "smi:houfeng.example/waveform/1"}
	return &quakeml.EventParameters{
		PublicID: id("catalogue"), Description: "one event", Comments: comments(), CreationInfo: info(),
		Events: []quakeml.Event{{
			PublicID: id("event", "1"), PreferredOriginID: id("origin", "1"), PreferredMagnitudeID: id("magnitude", "1"),
			Type: quakeml.Earthquake, TypeCertainty: "known",
			Descriptions: []quakeml.EventDescription{{Text: "Pleasant Hill", Type: "region name"}, {Text: "a shake"}},
			Comments:     comments(), CreationInfo: info(),
			Origins: []quakeml.Origin{{
				PublicID:  id("origin", "1"),
				Time:      quakeml.TimeQuantity{Value: at("2019-10-15T05:33:42.81Z"), Uncertainty: new(0.1), Lower: new(0.2), Upper: new(0.3), ConfidenceLevel: new(90.0)},
				Longitude: *q(-122.057), Latitude: *q(37.938), Depth: q(13970),
				DepthType: quakeml.DepthFromLocation, TimeFixed: new(false), EpicenterFixed: new(true),
				ReferenceSystem: id("wgs84"), MethodID: id("method", "octtree"), EarthModelID: id("model", "ak135"),
				Type: "hypocenter", Region: "California", EvaluationMode: quakeml.Automatic, EvaluationStatus: quakeml.Preliminary,
				Quality: &quakeml.OriginQuality{
					AssociatedPhases: new(22), UsedPhases: new(20), AssociatedStations: new(11), UsedStations: new(10), DepthPhases: new(0),
					StandardError: new(0.1), Gap: new(22.0), SecondaryGap: new(40.0), GroundTruthLevel: "GT5",
					MinimumDistance: new(0.02), MaximumDistance: new(0.1), MedianDistance: new(0.05),
				},
				Uncertainty: &quakeml.OriginUncertainty{
					Horizontal: new(500.0), MinHorizontal: new(300.0), MaxHorizontal: new(700.0), AzimuthMax: new(30.0),
					Ellipsoid:            &quakeml.ConfidenceEllipsoid{SemiMajor: 900, SemiMinor: 300, SemiIntermediate: 700, Plunge: 80, Azimuth: 20, Rotation: 10},
					PreferredDescription: quakeml.UncertaintyEllipse, ConfidenceLevel: new(68.0),
				},
				Comments: comments(), CreationInfo: info(),
				Arrivals: []quakeml.Arrival{{
					PublicID: id("arrival", "1"), PickID: id("pick", "1"), Phase: "P", TimeCorrection: new(0.0), Azimuth: new(256.0), Distance: new(0.077),
					TakeoffAngle: q(120), TimeResidual: new(-0.01), SlownessResidual: new(0.4), BackazimuthResidual: new(1.5),
					TimeWeight: new(0.9), SlownessWeight: new(0.0), BackazimuthWeight: new(0.0), EarthModelID: id("model", "ak135"), Comments: comments(), CreationInfo: info(),
				}},
			}},
			Magnitudes: []quakeml.Magnitude{{
				PublicID: id("magnitude", "1"), Mag: *q(5.4), Type: "ML", StationCount: new(10), Gap: new(22.0), OriginID: id("origin", "1"),
				MethodID: id("method", "ml"), EvaluationMode: quakeml.Automatic, EvaluationStatus: quakeml.Preliminary, Comments: comments(), CreationInfo: info(),
				Contributions: []quakeml.Contribution{{StationMagnitudeID: id("stationmagnitude", "1"), Residual: new(0.05), Weight: new(1.0)}},
			}},
			StationMagnitudes: []quakeml.StationMagnitude{{
				PublicID: id("stationmagnitude", "1"), OriginID: id("origin", "1"), Mag: *q(5.45), Type: "ML", AmplitudeID: id("amplitude", "1"),
				MethodID: id("method", "ml"), WaveformID: &wave, Comments: comments(), CreationInfo: info(),
			}},
			Amplitudes: []quakeml.Amplitude{{
				PublicID: id("amplitude", "1"), Generic: *q(2.954), Type: "AML", Category: "point", Unit: quakeml.Metres, MethodID: id("method", "wa"),
				Period: q(0.75), SNR: new(1000.0), TimeWindow: &quakeml.TimeWindow{Begin: 1, End: 10, Reference: at("2019-10-15T05:33:48Z")},
				PickID: id("pick", "1"), WaveformID: &wave, FilterID: id("filter", "wa"), ScalingTime: &quakeml.TimeQuantity{Value: at("2019-10-15T05:33:48.000000001Z")},
				MagnitudeHint: "ML", EvaluationMode: quakeml.Automatic, EvaluationStatus: quakeml.Preliminary, Comments: comments(), CreationInfo: info(),
			}},
			Picks: []quakeml.Pick{{
				PublicID: id("pick", "1"), Time: quakeml.TimeQuantity{Value: at("2019-10-15T05:33:45.9Z"), Uncertainty: new(0.02)},
				WaveformID: wave, FilterID: id("filter", "bp"), MethodID: id("method", "stalta-aic"), Onset: "impulsive", PhaseHint: "P",
				Polarity: quakeml.Positive, Backazimuth: q(76), Slowness: q(12.5), SlownessMethodID: id("method", "fk"), EvaluationMode: quakeml.Automatic, EvaluationStatus: quakeml.Preliminary,
				Comments: comments(), CreationInfo: info(),
			}},
		}},
	}
}

func write(t testing.TB, ep *quakeml.EventParameters) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := quakeml.Write(&b, ep); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestWrite holds the bytes of a document with everything in it. The file was
// validated against QuakeML-1.2.xsd.
func TestWrite(t *testing.T) {
	got := write(t, full())
	if *update {
		if err := os.WriteFile("testdata/full.xml", got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/full.xml")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
	if !bytes.Equal(got, write(t, full())) {
		t.Error("the same document gives other bytes")
	}
}

func TestRoundTrip(t *testing.T) {
	got, err := quakeml.Read(bytes.NewReader(write(t, full())))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(full(), got); diff != "" {
		t.Error(diff)
	}
	empty := &quakeml.EventParameters{PublicID: id("none")}
	if got, err = quakeml.Read(bytes.NewReader(write(t, empty))); err != nil || len(got.Events) != 0 {
		t.Errorf("an empty catalogue: %+v, %v", got, err)
	}
}

func TestAbout(t *testing.T) {
	if q := quakeml.About(1, 0); q.Uncertainty != nil {
		t.Errorf("no uncertainty: %v", *q.Uncertainty)
	}
	if q := quakeml.About(1, 0.5); q.Uncertainty == nil || *q.Uncertainty != 0.5 {
		t.Errorf("%+v", q)
	}
}

func TestNewID(t *testing.T) {
	for _, tt := range []struct {
		authority string
		parts     []string
		want      quakeml.ID
	}{
		{"houfeng.example", []string{"event", "2019abc"}, "smi:houfeng.example/event/2019abc"},
		{"hf", []string{"a"}, "smi:hf_/a"},
		{"", nil, "smi:x__/_"},
		{"中国", []string{"a b", "x/y"}, "smi:__/a_b/x_y"},
		{"-x-", []string{""}, "smi:x-x-/_"},
		{"houfeng.example", []string{"?q"}, "smi:houfeng.example/_?q"},
	} {
		got := quakeml.NewID(tt.authority, tt.parts...)
		if tt.authority != "中国" && got != tt.want {
			t.Errorf("%q %q: %s, want %s", tt.authority, tt.parts, got, tt.want)
		}
		if err := got.Check(); err != nil {
			t.Errorf("%q %q: %v", tt.authority, tt.parts, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.String().Draw(t, "authority")
		p := rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "parts")
		if err := quakeml.NewID(a, p...).Check(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestWriteRefuses(t *testing.T) {
	for _, tt := range []struct {
		id   quakeml.ID
		want string
	}{
		{"", `public identifier "": want smi:authority/path`},
		{"event/1", "want smi:authority/path"},
		{"smi:ab/1", `authority "ab" is shorter than three letters`},
		{"smi:local", "no path"},
		{"smi:local/a b", "character ' ' at 1 of the path"},
		{"smi:lo cal/a", "of the authority"},
	} {
		ep := full()
		ep.Events[0].PublicID = tt.id
		if err := quakeml.Write(io.Discard, ep); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: error %v, want %s", tt.id, err, tt.want)
		}
	}
	ep := full()
	ep.Events[0].Origins[0].Time.Value = quakeml.At(time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC))
	if err := quakeml.Write(io.Discard, ep); err == nil || !strings.Contains(err.Error(), "year 12000") {
		t.Errorf("year 12000: %v", err)
	}
}

func TestTimes(t *testing.T) {
	for _, tt := range []struct{ in, out string }{
		{"2019-10-15T05:33:42.81Z", "2019-10-15T05:33:42.810000Z"},
		{"2019-10-15T05:33:42", "2019-10-15T05:33:42.000000Z"},
		{"2019-10-15T05:33:42.123456789+00:00", "2019-10-15T05:33:42.123456789Z"},
		{"2019-10-15T13:33:42.5+08:00", "2019-10-15T05:33:42.500000Z"},
		{"2019-10-15 05:33:42", "2019-10-15T05:33:42.000000Z"},
		{"2019-10-15", "2019-10-15T00:00:00.000000Z"},
		{"2016-12-31T23:59:60.25Z", "2016-12-31T23:59:60.250000Z"},
		{" 1165-01-01T00:00:00Z ", "1165-01-01T00:00:00.000000Z"},
	} {
		var v quakeml.Time
		if err := v.UnmarshalText([]byte(tt.in)); err != nil {
			t.Errorf("%s: %v", tt.in, err)
			continue
		}
		if out, err := v.MarshalText(); err != nil || string(out) != tt.out {
			t.Errorf("%s: %s, %v, want %s", tt.in, out, err, tt.out)
		}
	}
	leap := at("2016-12-31T23:59:60.25Z")
	if !leap.Leap || !leap.Equal(time.Date(2017, 1, 1, 0, 0, 0, 250e6, time.UTC)) {
		t.Errorf("leap second is %v, %v", leap.Time, leap.Leap)
	}
	var v quakeml.Time
	if err := v.UnmarshalText([]byte("tomorrow")); err == nil {
		t.Error("tomorrow is a time")
	}
}

// TestTolerates reads what other programs write: made after the manner of
// ComCat and SeisComP, with what is odd in it.
func TestTolerates(t *testing.T) {
	for _, name := range []string{"comcat.xml", "seiscomp.xml"} {
		t.Run(name, func(t *testing.T) {
			f, err := os.Open(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			ep, err := quakeml.Read(f)
			if err != nil {
				t.Fatal(err)
			}
			e := ep.Events[0]
			o := e.Origins[0]
			if e.PreferredOriginID != o.PublicID || o.Depth == nil || o.Depth.Value != 13970 || *o.Depth.Uncertainty != 300 {
				t.Errorf("origin %+v", o)
			}
			if m := e.Magnitudes[0]; m.Mag.Value != 4.46 || m.Type == "" || m.OriginID != o.PublicID {
				t.Errorf("magnitude %+v", m)
			}
			if got := o.Time.Value.Format(time.RFC3339Nano); got != "2019-10-15T05:33:42.81Z" {
				t.Errorf("time %s", got)
			}
			// It can be handed on.
			if err := quakeml.Write(io.Discard, ep); err != nil {
				t.Error(err)
			}
		})
	}
	latin := "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><quakeml><eventParameters publicID=\"smi:local/a\"><description>Mal\xe9</description></eventParameters></quakeml>"
	if ep, err := quakeml.Read(strings.NewReader(latin)); err != nil || ep.Description != "Malé" {
		t.Errorf("ISO 8859-1: %+v, %v", ep, err)
	}
	bare := `<eventParameters publicID="smi:local/a"><event publicID="smi:local/e"/></eventParameters>`
	if ep, err := quakeml.Read(strings.NewReader(bare)); err != nil || len(ep.Events) != 1 {
		t.Errorf("without the quakeml element: %+v, %v", ep, err)
	}
}

func TestErrors(t *testing.T) {
	in := func(s string) string {
		return "<q:quakeml xmlns:q=\"http://quakeml.org/xmlns/quakeml/1.2\">\n<eventParameters publicID=\"smi:local/a\">\n" + s + "</eventParameters></q:quakeml>"
	}
	for _, tt := range []struct{ name, doc, want string }{
		{"empty", "", "not a QuakeML document: no element"},
		{"other", "<FDSNStationXML/>", `root element is "FDSNStationXML"`},
		{"nothing inside", "<quakeml></quakeml>", "quakeml without eventParameters"},
		{"real-time", `<quakeml xmlns="http://quakeml.org/xmlns/quakeml-rt/1.2"><eventParameters xmlns="http://quakeml.org/xmlns/bed-rt/1.2"/></quakeml>`, "ask for plain QuakeML"},
		{"cut", "<quakeml><eventParameters>", "line 1: quakeml/eventParameters: "},
		{"number", in("<event><origin><latitude><value>north</value></latitude></origin></event>"), `line 3: quakeml/eventParameters/event/origin/latitude/value: strconv.ParseFloat: parsing "north"`},
		{"time", in("<event><origin><time><value>tomorrow</value></time></origin></event>"), `event/origin/time/value: "tomorrow" is not a time`},
		{"encoding", `<?xml version="1.0" encoding="GB18030"?><quakeml/>`, "save the document as UTF-8"},
		{"entity", in("<description>&bomb;</description>"), "invalid character entity"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := quakeml.Read(strings.NewReader(tt.doc))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
	if _, err := quakeml.Read(strings.NewReader("<html/>")); !errors.Is(err, quakeml.ErrNotQuakeML) {
		t.Errorf("error %v is not ErrNotQuakeML", err)
	}
}

func TestLimits(t *testing.T) {
	doc := write(t, full())
	for _, tt := range []struct {
		lim  quakeml.Limits
		want string
	}{
		{quakeml.Limits{Bytes: 1000}, "document larger than 1000 bytes"},
		{quakeml.Limits{Depth: 4}, "deeper than 4"},
		{quakeml.Limits{Elements: 20}, "more than 20 elements"},
		{quakeml.Limits{Objects: 3}, "more than 3 objects"},
		{quakeml.Limits{Text: 10}, "longer than 10 bytes"},
	} {
		if _, err := quakeml.ReadLimited(bytes.NewReader(doc), tt.lim); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: error %v, want %s", tt.lim, err, tt.want)
		}
	}
	if _, err := quakeml.ReadLimited(bytes.NewReader(doc), quakeml.Limits{Bytes: int64(len(doc))}); err != nil {
		t.Errorf("a document of just the allowed size: %v", err)
	}
	if _, err := quakeml.Read(strings.NewReader("<eventParameters>" + strings.Repeat("<a>", 1e6))); err == nil || !strings.Contains(err.Error(), "deeper than 64") {
		t.Errorf("a million nested elements: %v", err)
	}
}

// TestIdaho reads a catalogue that ObsPy wrote.
func TestIdaho(t *testing.T) {
	f, err := os.Open(filepath.Join(golden.Data(t, "seismic/ppsd-and-misc"), "catalog_idaho.xml"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ep, err := quakeml.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	picks, arrivals := 0, 0
	for _, e := range ep.Events {
		picks += len(e.Picks)
		arrivals += len(e.Origins[0].Arrivals)
	}
	if len(ep.Events) != 27 || picks != 228 || arrivals != picks {
		t.Errorf("%d events, %d picks, %d arrivals", len(ep.Events), picks, arrivals)
	}
	again, err := quakeml.Read(bytes.NewReader(write(t, ep)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ep, again); diff != "" {
		t.Error(diff)
	}
}

// TestObsPyAgrees lets ObsPy read originals and what we write of them: it must
// find the same in both. The originals are those of ObsPy's own tests (from
// USGS, IRIS, ETH, …), ours, and the shared catalogue.
func TestObsPyAgrees(t *testing.T) {
	python := os.Getenv("HOUFENG_OBSPY")
	if python == "" {
		t.Skip("HOUFENG_OBSPY does not name a Python with ObsPy")
	}
	run := func(args ...string) []string {
		cmd := exec.Command(python, append([]string{"testdata/summary.py"}, args...)...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, stderr.String())
		}
		return strings.Split(strings.TrimSpace(string(out)), "\n")
	}
	originals := []string{"testdata/full.xml", "testdata/comcat.xml", "testdata/seiscomp.xml", filepath.Join(golden.Data(t, "seismic/ppsd-and-misc"), "catalog_idaho.xml")}
	for _, name := range run() {
		switch filepath.Base(name) {
		case "invalid_enum.xml", "invalid_id.xml", "preferred.xml": // identifiers or texts that the schema forbids
		default:
			originals = append(originals, name)
		}
	}
	if len(originals) < 15 {
		t.Errorf("only %d documents to compare", len(originals))
	}
	dir := t.TempDir()
	var ours []string
	for _, name := range originals {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		ep, err := quakeml.Read(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out := filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(out, write(t, ep), 0o644); err != nil {
			t.Fatal(err)
		}
		ours = append(ours, out)
	}
	theirs, got := run(originals...), run(ours...)
	for i, name := range originals {
		if diff := cmp.Diff(theirs[i], got[i]); diff != "" {
			t.Errorf("%s: %s", filepath.Base(name), diff)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"full.xml", "comcat.xml", "seiscomp.xml"} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte(`<quakeml><eventParameters publicID="smi:local/a"><event publicID="smi:local/e"><origin><time><value>2016-12-31T23:59:60Z</value></time></origin></event></eventParameters></quakeml>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		ep, err := quakeml.ReadLimited(bytes.NewReader(b), quakeml.Limits{Bytes: 1 << 20})
		if err != nil {
			return
		}
		var first, second bytes.Buffer
		if quakeml.Write(&first, ep) != nil {
			return // identifiers that may be read but not written
		}
		again, err := quakeml.Read(bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatalf("what was written is not read: %v\n%s", err, first.Bytes())
		}
		if err := quakeml.Write(&second, again); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatalf("written twice, differs (%v)\n%s\n%s", err, first.Bytes(), second.Bytes())
		}
	})
}

func BenchmarkRead(b *testing.B) {
	doc, err := os.ReadFile("testdata/full.xml")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := quakeml.Read(bytes.NewReader(doc)); err != nil {
			b.Fatal(err)
		}
	}
}
