package stationxml_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"houfeng/internal/golden"
	"houfeng/stationxml"

	"github.com/google/go-cmp/cmp"
)

func readFile(t testing.TB, name string) *stationxml.Document {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, err := stationxml.Read(f)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return d
}

func write(t testing.TB, d *stationxml.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// shared returns the StationXML documents of the shared data.
func shared(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(golden.Data(t, "seismic/e2e-pleasanthill-m45"), "raw", "*.xml"))
	if err != nil || len(files) != 11 {
		t.Fatalf("%d documents, want 11 (%v)", len(files), err)
	}
	return append(files, filepath.Join(golden.Data(t, "seismic/obspy-signal-refs"), "IUANMO.xml"))
}

func TestEveryStage(t *testing.T) {
	d := readFile(t, "testdata/every_stage.xml")
	n := &d.Networks[0]
	s := &n.Stations[0]
	c := &s.Channels[0]
	if got := stationxml.ID(n, s, c).String(); got != "XX.AAA.00.HHZ" {
		t.Errorf("id %s", got)
	}
	if d.ModuleURI != "https://houfeng.example/?a=1&b=2" || n.Description != "A network <of> tests" || s.Site.Town != "阿坝" {
		t.Errorf("texts: %q, %q, %q", d.ModuleURI, n.Description, s.Site.Town)
	}
	if !d.Created.Equal(time.Date(2024, 2, 29, 12, 0, 0, 250e6, time.UTC)) {
		t.Errorf("created %v", d.Created)
	}
	if *c.DipDeg != -90 || c.DepthM != 4.5 || c.SampleRateHz != 100 || c.Sensor.Description != "seismometer" {
		t.Errorf("channel %+v", c)
	}
	if s.Channels[1].AzimuthDeg != nil {
		t.Error("azimuth of a channel that has none")
	}
	var kinds []string
	for i := range c.Response.Stages {
		kinds = append(kinds, c.Response.Stages[i].Kind())
	}
	want := []string{"PolesZeros", "PolesZeros", "Coefficients", "PolesZeros", "FIR", "ResponseList", "Gain"}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]float64{0.1, 0.2, 0.4, 0.2, 0.1}, c.Response.Stages[4].FIR.All()); diff != "" {
		t.Error(diff)
	}
	if p := s.Channels[1].Response.Polynomial; p == nil || p.Coefficients[0] != 8e4 {
		t.Errorf("polynomial %+v", p)
	}
	if !s.Covers(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)) || s.Covers(time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Error("epoch of the station")
	}
}

// TestRadians compares H at 3 Hz in Hz and in rad/s.
func TestRadians(t *testing.T) {
	p := &stationxml.PolesZeros{Type: stationxml.LaplaceHertz, A0: 40, Zeros: []complex128{0, 2}, Poles: []complex128{-40, complex(-1, 2), complex(-1, -2)}}
	z, q, a0, ok := p.Radians()
	if !ok {
		t.Fatal("not analogue")
	}
	h := func(s complex128, zeros, poles []complex128, a0 float64) complex128 {
		v := complex(a0, 0)
		for _, z := range zeros {
			v *= s - z
		}
		for _, p := range poles {
			v /= s - p
		}
		return v
	}
	inHz, inRad := h(complex(0, 3), p.Zeros, p.Poles, p.A0), h(complex(0, 2*math.Pi*3), z, q, a0)
	if d := inHz - inRad; math.Hypot(real(d), imag(d)) > 1e-12*math.Hypot(real(inHz), imag(inHz)) {
		t.Errorf("H = %v in Hz, %v in rad/s", inHz, inRad)
	}
	if _, _, _, ok := (&stationxml.PolesZeros{Type: stationxml.DigitalZ}).Radians(); ok {
		t.Error("a digital filter in rad/s")
	}
}

func TestFIRAll(t *testing.T) {
	for _, tt := range []struct {
		symmetry string
		want     []float64
	}{
		{"NONE", []float64{1, 2, 3}}, {"ODD", []float64{1, 2, 3, 2, 1}}, {"EVEN", []float64{1, 2, 3, 3, 2, 1}},
	} {
		f := stationxml.FIR{Symmetry: tt.symmetry, Numerators: []float64{1, 2, 3}}
		if diff := cmp.Diff(tt.want, f.All()); diff != "" {
			t.Errorf("%s: %s", tt.symmetry, diff)
		}
	}
	if got := (&stationxml.FIR{Symmetry: "ODD"}).All(); len(got) != 0 {
		t.Errorf("no coefficients give %v", got)
	}
}

// TestRoundTrip: what was written reads back equal, and is written the same.
func TestRoundTrip(t *testing.T) {
	check := func(t *testing.T, name string) {
		d := readFile(t, name)
		first := write(t, d)
		again, err := stationxml.Read(bytes.NewReader(first))
		if err != nil {
			t.Fatal(err)
		}
		d.SchemaVersion = "1.2"
		if diff := cmp.Diff(d, again); diff != "" {
			t.Error(diff)
		}
		if !bytes.Equal(first, write(t, again)) {
			t.Error("written twice, differs")
		}
	}
	t.Run("every_stage", func(t *testing.T) { check(t, "testdata/every_stage.xml") })
	t.Run("shared", func(t *testing.T) {
		for _, name := range shared(t) {
			t.Run(filepath.Base(name), func(t *testing.T) { check(t, name) })
		}
	})
}

// TestObsPyAgrees lets ObsPy read the originals and what we write of them: it
// must find the same in both.
func TestObsPyAgrees(t *testing.T) {
	python := os.Getenv("HOUFENG_OBSPY")
	if python == "" {
		t.Skip("HOUFENG_OBSPY does not name a Python with ObsPy")
	}
	summary := func(name string) string {
		cmd := exec.Command(python, "testdata/summary.py", name)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, stderr.String())
		}
		return string(out)
	}
	for _, name := range append(shared(t), "testdata/every_stage.xml") {
		ours := filepath.Join(t.TempDir(), filepath.Base(name))
		if err := os.WriteFile(ours, write(t, readFile(t, name)), 0o644); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(summary(name), summary(ours)); diff != "" {
			t.Errorf("%s: %s", filepath.Base(name), diff)
		}
	}
}

const open = `<FDSNStationXML xmlns="http://www.fdsn.org/xml/station/1" schemaVersion="1.1"><Source>x</Source><Created>2020-01-01</Created>`

func TestErrors(t *testing.T) {
	channel := func(inside string) string {
		return open + "\n<Network code=\"N\">\n<Station code=\"S\"><Latitude>1</Latitude><Longitude>2</Longitude>\n<Channel code=\"HHZ\" locationCode=\"00\">" + inside + "</Channel></Station></Network></FDSNStationXML>"
	}
	for _, tt := range []struct{ name, doc, want string }{
		{"empty", "", "not a StationXML document: no element"},
		{"other", "<html></html>", `root element is "html"`},
		{"namespace", `<FDSNStationXML xmlns="urn:x"/>`, `namespace is "urn:x"`},
		{"version", `<FDSNStationXML schemaVersion="2.0"/>`, `schema version "2.0"`},
		{"cut", open, "line 1: FDSNStationXML: unexpected EOF"},
		{"nesting", open + "</Network>", "line 1: FDSNStationXML: element <FDSNStationXML> closed by </Network>"},
		{"number", channel("<Latitude>1</Latitude><Longitude>2</Longitude><Azimuth>abc</Azimuth>"), `line 4: FDSNStationXML/Network[N]/Station[S]/Channel[00.HHZ]/Azimuth: "abc" is not a number`},
		{"infinite", channel("<Latitude>1</Latitude><Longitude>2</Longitude><Depth>INF</Depth>"), `Depth: "INF" is not a number`},
		{"latitude", channel("<Latitude>95</Latitude>"), "Latitude: 95 is outside -90…90"},
		{"missing", channel("<Latitude>1</Latitude>"), "Channel[00.HHZ]: no Longitude"},
		{"code", open + "<Network/></FDSNStationXML>", "Network has no code"},
		{"time", open + `<Network code="N" startDate="yesterday"/></FDSNStationXML>`, `Network N: startDate: "yesterday" is not a date`},
		{"type", channel("<Response><Stage number=\"1\"><PolesZeros><PzTransferFunctionType>MAGIC</PzTransferFunctionType></PolesZeros></Stage></Response>"), `Stage[1]/PolesZeros: PzTransferFunctionType: unknown type "MAGIC"`},
		{"pole", channel("<Response><Stage number=\"1\"><PolesZeros><Pole><Real>1</Real></Pole></PolesZeros></Stage></Response>"), "Pole: no Imaginary"},
		{"gain", channel("<Response><Stage number=\"1\"><StageGain><Frequency>1</Frequency></StageGain></Stage></Response>"), "StageGain: no Value"},
		{"stage", channel("<Response><Stage number=\"one\"/></Response>"), `Stage: number "one" is not a counter`},
		{"symmetry", channel("<Response><Stage number=\"1\"><FIR><Symmetry>LEFT</Symmetry></FIR></Stage></Response>"), `Symmetry: "LEFT"`},
		{"encoding", `<?xml version="1.0" encoding="GB18030"?><FDSNStationXML/>`, `"GB18030" is not supported: save the document as UTF-8`},
		{"second root", open + `</FDSNStationXML><FDSNStationXML/>`, `element "FDSNStationXML" after the end`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := stationxml.Read(strings.NewReader(tt.doc))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
	if _, err := stationxml.Read(strings.NewReader("<html/>")); !errors.Is(err, stationxml.ErrNotStationXML) {
		t.Errorf("error %v is not ErrNotStationXML", err)
	}
}

// TestTolerates holds what servers write although the schema does not have it.
func TestTolerates(t *testing.T) {
	doc := `<?xml version="1.0" encoding="ISO-8859-1"?>` + "\n" + strings.Replace(open, "?xml", "", 1) +
		"<Network code=\"IU\" xmlns:iris=\"http://x\" iris:alternate=\"a\"><Station code=\"ANMO\"><Latitude>1</Latitude><Longitude>2</Longitude>" +
		"<Site><Name>Mal\xe9</Name></Site><iris:Channel code=\"no\"/><Unknown><Deep/></Unknown>" +
		"<Channel code=\"LHZ\" locationCode=\"--\"><Latitude>1</Latitude><Longitude>2</Longitude><Response><InstrumentSensitivity/></Response></Channel>" +
		"<Channel code=\"LHN\" locationCode=\"  \"><Latitude>1</Latitude><Longitude>2</Longitude></Channel>" +
		"</Station></Network></FDSNStationXML><!-- end -->\n"
	for _, r := range []io.Reader{strings.NewReader(doc), slow{strings.NewReader(doc)}} {
		d, err := stationxml.Read(r)
		if err != nil {
			t.Fatal(err)
		}
		s := d.Networks[0].Stations[0]
		if s.Site.Name != "Malé" || len(s.Channels) != 2 || s.Channels[0].LocationCode != "" || s.Channels[1].LocationCode != "" || s.Channels[0].Response.Sensitivity != nil {
			t.Errorf("read %+v", s)
		}
	}
}

// slow gives one byte at a time.
type slow struct{ r io.Reader }

func (s slow) Read(p []byte) (int, error) { return s.r.Read(p[:min(1, len(p))]) }

func TestTimes(t *testing.T) {
	for in, want := range map[string]string{
		"2008-06-30T20:00:00":           "2008-06-30T20:00:00Z",
		"2008-06-30T20:00:00.123456789": "2008-06-30T20:00:00.123456789Z",
		"2008-06-30T20:00:00+08:00":     "2008-06-30T12:00:00Z",
		"2016-12-31T23:59:60Z":          "2017-01-01T00:00:00Z",
		"2599-12-31T24:00:00Z":          "2600-01-01T00:00:00Z",
		"2010-01-02":                    "2010-01-02T00:00:00Z",
	} {
		d, err := stationxml.Read(strings.NewReader(open + `<Network code="N" startDate="` + in + `"/></FDSNStationXML>`))
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if got := d.Networks[0].Start.Format(time.RFC3339Nano); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestLimits(t *testing.T) {
	b, err := os.ReadFile("testdata/every_stage.xml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		lim  stationxml.Limits
		want string
	}{
		{stationxml.Limits{Bytes: 1000}, "document larger than 1000 bytes"},
		{stationxml.Limits{Depth: 3}, "deeper than 3"},
		{stationxml.Limits{Channels: 1}, "more than 1 channels"},
		{stationxml.Limits{Stages: 2}, "more than 2 stages"},
		{stationxml.Limits{Coefficients: 1}, "more than 1 "},
		{stationxml.Limits{Text: 5}, "longer than 5 bytes"},
	} {
		if _, err := stationxml.ReadLimited(bytes.NewReader(b), tt.lim); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: error %v, want %s", tt.lim, err, tt.want)
		}
	}
	if _, err := stationxml.ReadLimited(bytes.NewReader(b), stationxml.Limits{Bytes: int64(len(b))}); err != nil {
		t.Errorf("a document of just the allowed size: %v", err)
	}
	// Entities are not expanded, elements without end do not eat the stack.
	bomb := `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>` + open + "<Sender>&b;</Sender></FDSNStationXML>"
	if _, err := stationxml.Read(strings.NewReader(bomb)); err == nil {
		t.Error("an entity of the document's own was expanded")
	}
	if _, err := stationxml.Read(strings.NewReader(open + strings.Repeat("<a>", 1e6))); err == nil || !strings.Contains(err.Error(), "deeper than 64") {
		t.Errorf("a million nested elements: %v", err)
	}
}

func TestWriteRefuses(t *testing.T) {
	good := readFile(t, "testdata/every_stage.xml")
	for _, tt := range []struct {
		name string
		do   func(*stationxml.Document)
		want string
	}{
		{"source", func(d *stationxml.Document) { d.Source = "" }, "no Source"},
		{"created", func(d *stationxml.Document) { d.Created = time.Time{} }, "no Created"},
		{"code", func(d *stationxml.Document) { d.Networks[0].Code = "" }, "Network without code"},
		{"nan", func(d *stationxml.Document) { d.Networks[0].Stations[0].Latitude = math.NaN() }, "Latitude is NaN"},
	} {
		d := stationxml.Merge(good)
		tt.do(d)
		if err := d.Write(io.Discard); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestMerge(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2020, 1, d, 0, 0, 0, 0, time.UTC) }
	cha := func(code, loc string, start int, depth float64) stationxml.Channel {
		return stationxml.Channel{Node: stationxml.Node{Code: code, Start: day(start)}, LocationCode: loc, DepthM: depth}
	}
	doc := func(source, net, sta string, cs ...stationxml.Channel) *stationxml.Document {
		return &stationxml.Document{Source: source, Created: day(1), Networks: []stationxml.Network{{
			Node:     stationxml.Node{Code: net},
			Stations: []stationxml.Station{{Node: stationxml.Node{Code: sta}, Channels: cs}},
		}}}
	}
	a := doc("a", "BB", "S2", cha("HHZ", "00", 2, 1), cha("HHZ", "00", 1, 1))
	b := doc("b", "BB", "S1", cha("HHN", "", 1, 1))
	c := doc("a", "BB", "S2", cha("HHZ", "00", 2, 9), cha("HHE", "00", 1, 1))
	d := doc("d", "AA", "S2")
	before := write(t, a)
	m := stationxml.Merge(a, b, c, d)
	var got []string
	for _, n := range m.Networks {
		for _, s := range n.Stations {
			got = append(got, n.Code+"."+s.Code)
			for _, c := range s.Channels {
				got = append(got, c.LocationCode+"."+c.Code+c.Start.Format(" 02 ")+string(rune('0'+int(c.DepthM))))
			}
		}
	}
	want := []string{"AA.S2", "BB.S1", ".HHN 01 1", "BB.S2", "00.HHE 01 1", "00.HHZ 01 1", "00.HHZ 02 9"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if m.Source != "a, b, d" {
		t.Errorf("source %q", m.Source)
	}
	if !bytes.Equal(before, write(t, a)) {
		t.Error("a document was changed")
	}
}

func FuzzRead(f *testing.F) {
	seed, err := os.ReadFile("testdata/every_stage.xml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte(open + `<Network code="N"><Station code="S"><Latitude>1</Latitude><Longitude>2</Longitude></Station></Network></FDSNStationXML>`))
	f.Add([]byte("<?xml version=\"1.0\" encoding=\"latin1\"?><FDSNStationXML>\xe9</FDSNStationXML>"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := stationxml.ReadLimited(bytes.NewReader(b), stationxml.Limits{Bytes: 1 << 20})
		if err != nil {
			return
		}
		d.Source, d.Created = "fuzz", time.Unix(0, 0)
		if len(d.Networks) == 0 {
			return
		}
		var out bytes.Buffer
		if err := d.Write(&out); err != nil {
			t.Fatalf("what was read is not written: %v", err)
		}
		again, err := stationxml.Read(bytes.NewReader(out.Bytes()))
		if err != nil {
			t.Fatalf("what was written is not read: %v\n%s", err, out.Bytes())
		}
		var twice bytes.Buffer
		if err := again.Write(&twice); err != nil || !bytes.Equal(out.Bytes(), twice.Bytes()) {
			t.Fatalf("written twice, differs (%v)\n%s\n%s", err, out.Bytes(), twice.Bytes())
		}
	})
}

func BenchmarkRead(b *testing.B) {
	doc, err := os.ReadFile(filepath.Join(golden.Data(b, "seismic/e2e-pleasanthill-m45"), "raw", "BK.BRIB.xml"))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := stationxml.Read(bytes.NewReader(doc)); err != nil {
			b.Fatal(err)
		}
	}
}
