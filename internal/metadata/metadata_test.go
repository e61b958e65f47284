package metadata_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"houfeng/fdsn"
	"houfeng/internal/golden"
	"houfeng/internal/metadata"
	"houfeng/internal/science/response"
	"houfeng/internal/seis"

	"github.com/google/go-cmp/cmp"
)

// describe prints an inventory, one epoch a line.
func describe(inv *seis.Inventory) []string {
	var out []string
	for _, id := range inv.IDs() {
		for _, c := range inv.Epochs(id) {
			s := fmt.Sprintf("%s %g,%g,%g", id, c.Latitude, c.Longitude, c.ElevationM)
			if id.Channel != "" {
				s += fmt.Sprintf(" depth %g az %g dip %g", c.DepthM, c.AzimuthDeg, c.DipDeg)
			}
			if c.RateHz != 0 {
				s += fmt.Sprintf(" %g Hz", c.RateHz)
			}
			if r := c.Response; r != nil {
				s += fmt.Sprintf(" %g %s at %g Hz", r.Sensitivity, r.Input, r.FrequencyHz)
			}
			if !c.Start.IsZero() {
				s += " from " + c.Start.String()[:10]
			}
			if !c.End.IsZero() {
				s += " to " + c.End.String()[:10]
			}
			if c.StationName != "" {
				s += " " + c.StationName
			}
			if c.Sensor != "" {
				s += " [" + c.Sensor + "]"
			}
			out = append(out, s)
		}
	}
	return out
}

func problems(ps []metadata.Problem) []string {
	var out []string
	for _, p := range ps {
		out = append(out, p.String())
	}
	return out
}

func TestTables(t *testing.T) {
	for _, tt := range []struct {
		name, text     string
		want, problems []string
	}{
		{
			name: "header in any order",
			text: "lat,lon,Elevation (km),STA,NET\n31.25,103.5,0.9,AAA,SC\n\n30,104,1.5,BBB,SC\n",
			want: []string{"SC.AAA.. 31.25,103.5,900", "SC.BBB.. 30,104,1500"},
		},
		{
			name: "channels",
			text: "network,station,location,channel,latitude,longitude,elevation,depth,azimuth,dip,sensitivity,units,sample_rate,start,end\n" +
				"SC,AAA,00,HHZ,31.25,103.5,900,2,0,-90,6e8,m/s,100,2020-01-01,2021-06-01T12:00:00\n" +
				"SC,AAA,00,HHZ,31.25,103.5,900,2,0,-90,7e8,m/s,100,2021/06/02,3000-01-01\n" +
				"SC,AAA,--,HNE,31.25,103.5,900,0,88,0,2.5e3,cm/s**2,200,,\n" +
				"SC,AAA,20,BDF,31.25,103.5,900,0,,,1e3,Pa,20,,\n",
			want: []string{
				"SC.AAA..HNE 31.25,103.5,900 depth 0 az 88 dip 0 200 Hz 250000 M/S**2 at 1 Hz",
				"SC.AAA.00.HHZ 31.25,103.5,900 depth 2 az 0 dip -90 100 Hz 6e+08 M/S at 1 Hz from 2020-01-01 to 2021-06-01",
				"SC.AAA.00.HHZ 31.25,103.5,900 depth 2 az 0 dip -90 100 Hz 7e+08 M/S at 1 Hz from 2021-06-02",
				"SC.AAA.20.BDF 31.25,103.5,900 depth 0 az 0 dip 0 20 Hz",
			},
		},
		{
			name: "units by instrument code",
			text: "net;sta;cha;lat;lon;gain\nSC;AAA;HNZ;31,25;103,5;2e5\nSC;AAA;EHE;31,25;103,5;1e8\nSC;AAA;XXZ;31,25;103,5;1e8\n",
			want: []string{
				"SC.AAA..EHE 31.25,103.5,0 depth 0 az 90 dip 0 1e+08 M/S at 1 Hz",
				"SC.AAA..HNZ 31.25,103.5,0 depth 0 az 0 dip -90 200000 M/S**2 at 1 Hz",
			},
			problems: []string{"t.csv:4: SC.AAA..XXZ: sensitivity without units, and the channel code does not tell them"},
		},
		{
			name: "components",
			text: "station\tlatitude\tlongitude\tcomponent\tresponse\tcolour\nCI.BOM.01.HH\t33.365\t-115.73\tE,N,Z\t1e8,2e8,3e8\tred\nCI.COA..HN\t32\t-115\tZ\t2e5\tred\n",
			want: []string{
				"CI.BOM.01.HHE 33.365,-115.73,0 depth 0 az 90 dip 0 1e+08 M/S at 1 Hz",
				"CI.BOM.01.HHN 33.365,-115.73,0 depth 0 az 0 dip 0 2e+08 M/S at 1 Hz",
				"CI.BOM.01.HHZ 33.365,-115.73,0 depth 0 az 0 dip -90 3e+08 M/S at 1 Hz",
				"CI.COA..HNZ 32,-115,0 depth 0 az 0 dip -90 200000 M/S**2 at 1 Hz",
			},
			problems: []string{"t.csv: columns not used: colour"},
		},
		{
			name: "FDSN text, stations",
			text: "#Network|Station|Latitude|Longitude|Elevation|SiteName|StartTime|EndTime\nIU|ANMO|34.94591|-106.4572|1820.0|Albuquerque, New Mexico, USA|2008-06-30T20:00:00|2599-12-31T23:59:59\n",
			want: []string{"IU.ANMO.. 34.94591,-106.4572,1820 from 2008-06-30 Albuquerque, New Mexico, USA"},
		},
		{
			name: "FDSN text, channels",
			text: "#Network | Station | Location | Channel | Latitude | Longitude | Elevation | Depth | Azimuth | Dip | SensorDescription | Scale | ScaleFreq | ScaleUnits | SampleRate | StartTime | EndTime\n" +
				"IU|ANMO|00|BHZ|34.945981|-106.457133|1671.0|145.0|0.0|-90.0|Geotech KS-54000|3.27508E9|0.02|M/S|20.0|2008-06-30T20:00:00|2011-02-18T19:11:00\n" +
				"IU|ANMO|00|VMZ|34.945981|-106.457133|1671.0|145.0|0.0|-90.0|mass position||||0.1|2008-06-30T20:00:00|\n",
			want: []string{
				"IU.ANMO.00.BHZ 34.945981,-106.457133,1671 depth 145 az 0 dip -90 20 Hz 3.27508e+09 M/S at 0.02 Hz from 2008-06-30 to 2011-02-18 [Geotech KS-54000]",
				"IU.ANMO.00.VMZ 34.945981,-106.457133,1671 depth 145 az 0 dip -90 0.1 Hz from 2008-06-30 [mass position]",
			},
		},
		{
			name: "no header",
			text: "# stations of the valley\nSC AAA 31.25 103.5 900\nSC 58360   -30.5   181 \n\nSC CCC 30 104 1000\n",
			want: []string{"SC.58360.. -30.5,-179,0", "SC.AAA.. 31.25,103.5,900", "SC.CCC.. 30,104,1000"},
		},
		{
			name:     "no header, dotted, with commas",
			text:     "PB.B916,36.1925,-117.6685,1859.0,781398000.0\n",
			want:     []string{"PB.B916.. 36.1925,-117.6685,1859"},
			problems: []string{"t.csv: columns not used: 5 (there is no header to say what it is)"},
		},
		{
			name: "Chinese headers, byte order mark, CRLF",
			text: "\ufeff台网代码,台站代码,纬度,经度,高程\r\nSC,AAA,31.25,103.5,900\r\n",
			want: []string{"SC.AAA.. 31.25,103.5,900"},
		},
		{
			name: "quoted",
			text: "network,station,latitude,longitude,name\nSC,AAA,31.25,103.5,\"Aba, the\nvalley\"\n",
			want: []string{"SC.AAA.. 31.25,103.5,0 Aba, the\nvalley"},
		},
		{
			name: "bad rows",
			text: "network,station,latitude,longitude,start,end\nSC,AAA,103.5,31.25,,\nSC,BBB,north,31,,\n,CCC,31,103,,\nSC,,31,103,,\nSC,D D,31,103,,\n" +
				"SC,EEE,,,,\nSC,FFF,31,103,soon,\nSC,GGG,31,103,2021-01-01,2020-01-01\nSC,HHH,31,103,2020-01-01,\nSC,III,31,999,,\n",
			want: []string{"SC.HHH.. 31,103,0 from 2020-01-01"},
			problems: []string{
				"t.csv:2: latitude 103.5 is outside −90…90: are latitude and longitude swapped?",
				`t.csv:3: latitude "north" is not a number`,
				"t.csv:4: station CCC has no network code",
				"t.csv:5: no station code",
				`t.csv:6: station code "D D": byte 0x20 at 1 is not a letter or digit`,
				"t.csv:7: SC.EEE: no latitude and longitude",
				`t.csv:8: start "soon" is not a date such as 2019-10-15 or 2019-10-15T05:33:42`,
				"t.csv:9: SC.GGG..: epoch ends 2020-01-01T00:00:00.000000Z before it starts 2021-01-01T00:00:00.000000Z: not used",
				"t.csv:11: longitude 999 is outside −180…360",
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inv, ps, err := metadata.FromFiles([]seis.File{{Name: "t.csv", Bytes: []byte(tt.text)}})
			if err != nil {
				t.Fatal(err, ps)
			}
			if diff := cmp.Diff(tt.want, describe(inv)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.problems, problems(ps)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestForeign: what is no metadata is skipped, with a reason.
func TestForeign(t *testing.T) {
	record := append([]byte("000001D AAA  00HHZSC"), make([]byte, 492)...)
	for _, tt := range []struct{ name, text, want string }{
		{"empty", " \n", "empty"},
		{"prose", "Read me first.\nThese are the stations of the valley.\n", "no table of stations"},
		{"json", `{"type": "FeatureCollection"}`, "JSON"},
		{"quakeml", `<?xml version="1.0"?><q:quakeml xmlns:q="x"><a/></q:quakeml>`, "QuakeML: events, not stations"},
		{"seiscomp", `<seiscomp version="0.12"><Inventory/></seiscomp>`, "SeisComP inventory: export it as StationXML"},
		{"html", "<html><body>502 Bad Gateway</body></html>", "error page"},
		{"xml", "<shakemap-data/>", `root element "shakemap-data"`},
		{"miniseed", string(record), "miniSEED waveforms"},
		{"miniseed 3", "MS\x03\x00\x00", "miniSEED waveforms"},
		{"gzip", "\x1f\x8b\x08\x00", "gzip"},
		{"spreadsheet", "PK\x03\x04\x00", "save the table as CSV"},
		{"seed", "000001V 0100208~", "SEED volume"},
		{"latin1", "network,station,latitude,longitude,name\nSC,AAA,31,103,Mal\xe9\n", "byte 57 is not UTF-8"},
		{"without network", "AAA 31.25 103.5 900\n", "stations without network codes"},
		{"catalogue", "time,latitude,longitude,depth\n2020-01-01,1,2,3\n", "header without column station"},
		{"numbers", "2019 12 45 30 1\n", "no table of stations"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, ps, err := metadata.FromFiles([]seis.File{{Name: tt.name, Bytes: []byte(tt.text)}})
			if !errors.Is(err, metadata.ErrNothing) {
				t.Errorf("error %v, want ErrNothing", err)
			}
			if len(ps) != 1 || !ps[0].Skipped || !strings.Contains(ps[0].Text, tt.want) {
				t.Errorf("problems %v, want one with %q", ps, tt.want)
			}
		})
	}
}

const document = `<?xml version="1.0"?>
<FDSNStationXML xmlns="http://www.fdsn.org/xml/station/1" schemaVersion="1.1"><Source>x</Source><Created>2020-01-01</Created>
<Network code="SC"><Station code="AAA" startDate="2020-01-01"><Latitude>31</Latitude><Longitude>103</Longitude><Site><Name>Aba</Name></Site>%s</Station></Network></FDSNStationXML>`

func channel(code, inside string) string {
	return `<Channel code="` + code + `" locationCode=""><Latitude>31</Latitude><Longitude>103</Longitude><Elevation>900</Elevation><SampleRate>100</SampleRate>` + inside + `</Channel>`
}

func response1(value, unit, stages string) string {
	s := "<Response>"
	if value != "" {
		s += "<InstrumentSensitivity><Value>" + value + "</Value><Frequency>1</Frequency><InputUnits><Name>" + unit + "</Name></InputUnits></InstrumentSensitivity>"
	}
	return s + stages + "</Response>"
}

func stage(number, inside, gain string) string {
	return `<Stage number="` + number + `">` + inside + "<StageGain><Value>" + gain + "</Value><Frequency>1</Frequency></StageGain></Stage>"
}

const paz = `<PolesZeros><InputUnits><Name>m/s</Name></InputUnits><PzTransferFunctionType>%s</PzTransferFunctionType><NormalizationFactor>%s</NormalizationFactor><NormalizationFrequency>1</NormalizationFrequency>
<Pole><Real>-1000</Real><Imaginary>0</Imaginary></Pole></PolesZeros>`

func TestStationXML(t *testing.T) {
	flat := fmt.Sprintf(paz, "LAPLACE (RADIANS/SECOND)", "1000.02")
	for _, tt := range []struct {
		name, channels string
		want           []string
		ignored        string
		problems       []string
	}{
		{name: "station only", channels: "", want: []string{"SC.AAA.. 31,103,0 from 2020-01-01 Aba"}},
		{
			name: "sensitivity", channels: channel("HHZ", response1("6e8", "M/S", "")),
			want: []string{"SC.AAA..HHZ 31,103,900 depth 0 az 0 dip -90 100 Hz 6e+08 M/S at 1 Hz Aba"},
		},
		{
			name: "per nanometre", channels: channel("HHZ", response1("0.6", "nm/s", "")),
			want: []string{"SC.AAA..HHZ 31,103,900 depth 0 az 0 dip -90 100 Hz 6e+08 M/S at 1 Hz Aba"},
		},
		{
			name:     "stage gains alone",
			channels: channel("HHZ", response1("", "", stage("1", flat, "1500")+stage("2", "", "4e5"))),
			want:     []string{"SC.AAA..HHZ 31,103,900 depth 0 az 0 dip -90 100 Hz 6e+08 M/S at 1 Hz Aba"},
		},
		{
			name: "stages ignored",
			channels: channel("HHZ", response1("6e8", "m/s", stage("1", flat, "1500")+stage("2", "", "4e5")+
				stage("3", "<FIR><Symmetry>NONE</Symmetry><NumeratorCoefficient>1</NumeratorCoefficient></FIR>", "1")+
				stage("4", "<FIR><Symmetry>NONE</Symmetry><NumeratorCoefficient>1</NumeratorCoefficient></FIR>", "1")+
				stage("5", fmt.Sprintf(paz, "DIGITAL (Z-TRANSFORM)", "1"), "1"))),
			want:    []string{"SC.AAA..HHZ 31,103,900 depth 0 az 0 dip -90 100 Hz 6e+08 M/S at 1 Hz Aba"},
			ignored: "3–4 FIR, 5 digital PolesZeros",
		},
		{
			name:     "absurd factor and sensitivity",
			channels: channel("HHZ", response1("6e8", "m/s", stage("1", fmt.Sprintf(paz, "LAPLACE (RADIANS/SECOND)", "1"), "1500")+stage("2", "", "1"))),
			want:     []string{"SC.AAA..HHZ 31,103,900 depth 0 az 0 dip -90 100 Hz 6e+08 M/S at 1 Hz Aba"},
			problems: []string{
				"x.xml: SC.AAA..HHZ from the beginning: sensitivity 6e+08 is used, but the stage gains multiply to 1500",
				"x.xml: SC.AAA..HHZ from the beginning: stage 1: normalisation factor 1 gives a gain of 0.001 at 1 Hz, want 1: computed anew as 1000.02",
			},
		},
		{
			name: "no response", channels: channel("HHZ", "") + channel("LOG", "") + channel("BDF", response1("1e3", "Pa", "")) + channel("BHE", response1("0", "m/s", stage("1", flat, "0"))),
			want: []string{
				"SC.AAA..BDF 31,103,900 depth 0 az 0 dip 0 100 Hz Aba", "SC.AAA..BHE 31,103,900 depth 0 az 90 dip 0 100 Hz Aba",
				"SC.AAA..HHZ 31,103,900 depth 0 az 0 dip -90 100 Hz Aba", "SC.AAA..LOG 31,103,900 depth 0 az 0 dip 0 100 Hz Aba",
			},
			problems: []string{"x.xml: SC.AAA..HHZ from the beginning: no instrument response", "x.xml: SC.AAA..BHE from the beginning: no sensitivity and no stage gains"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inv, ps, err := metadata.FromFiles([]seis.File{{Name: "x.xml", Bytes: fmt.Appendf(nil, document, tt.channels)}})
			if err != nil {
				t.Fatal(err, ps)
			}
			if diff := cmp.Diff(tt.want, describe(inv)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(tt.problems, problems(ps)); diff != "" {
				t.Error(diff)
			}
			if r := inv.Epochs(inv.IDs()[0])[0].Response; r != nil && r.Ignored != tt.ignored {
				t.Errorf("ignored %q, want %q", r.Ignored, tt.ignored)
			}
		})
	}
	_, ps, err := metadata.FromFiles([]seis.File{{Name: "x.xml", Bytes: fmt.Appendf(nil, document, channel("HHZ", "<Azimuth>x</Azimuth>"))}})
	if !errors.Is(err, metadata.ErrNothing) || len(ps) != 1 || ps[0].Skipped || !strings.Contains(ps[0].Text, "line 3: FDSNStationXML/Network[SC]/Station[AAA]/Channel[.HHZ]/Azimuth") {
		t.Errorf("a broken document: %v, %v", err, ps)
	}
}

// TestLoad goes through a folder as a centre has one.
func TestLoad(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("meta/b/AAA.xml", fmt.Sprintf(document, channel("HHZ", response1("6e8", "m/s", ""))))
	put("meta/a.csv", "network,station,channel,latitude,longitude,sensitivity\nSC,AAA,HHZ,31,103,5e8\nSC,BBB,HHZ,30,104,5e8\n")
	put("meta/README", "Stations of the valley.\n")
	put("meta/.hidden.csv", "network,station,latitude,longitude\nSC,ZZZ,1,2\n")
	put("meta/.git/c.csv", "network,station,latitude,longitude\nSC,ZZZ,1,2\n")
	put("more.txt", "SC CCC 29 105 100\n")
	inv, ps, files, err := metadata.Load([]string{filepath.Join(dir, "meta"), filepath.Join(dir, "more.txt")})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"SC.AAA..HHZ 31,103,900 depth 0 az 0 dip -90 100 Hz 6e+08 M/S at 1 Hz Aba",
		"SC.BBB..HHZ 30,104,0 depth 0 az 0 dip -90 5e+08 M/S at 1 Hz",
		"SC.CCC.. 29,105,100",
	}
	if diff := cmp.Diff(want, describe(inv)); diff != "" {
		t.Error(diff)
	}
	wantProblems := []string{
		"README: text, but no table of stations (no header with station, latitude and longitude)",
		"b/AAA.xml: SC.AAA..HHZ from the beginning: elevation differs from that in a.csv: the later file counts",
	}
	if diff := cmp.Diff(wantProblems, problems(ps)); diff != "" {
		t.Error(diff)
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	if diff := cmp.Diff([]string{"a.csv", "b/AAA.xml", "more.txt"}, names); diff != "" {
		t.Error(diff)
	}
	again, _, err := metadata.FromFiles(files)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(describe(inv), describe(again)); diff != "" {
		t.Errorf("rebuilt from its files: %s", diff)
	}
	if _, _, _, err := metadata.Load([]string{filepath.Join(dir, "nowhere")}); err == nil || errors.Is(err, metadata.ErrNothing) {
		t.Errorf("a path that is not there: %v", err)
	}
	if _, _, _, err := metadata.Load([]string{filepath.Join(dir, "meta", "README")}); !errors.Is(err, metadata.ErrNothing) || !strings.Contains(err.Error(), "README") {
		t.Errorf("nothing usable: %v", err)
	}
}

// TestBareStation: a table of stations serves any stream of theirs.
func TestBareStation(t *testing.T) {
	inv, _, err := metadata.FromFiles([]seis.File{{Name: "t", Bytes: []byte("SC AAA 31.25 103.5 900\n")}})
	if err != nil {
		t.Fatal(err)
	}
	c, ok := inv.Channel(fdsn.ID{Network: "SC", Station: "AAA", Location: "00", Channel: "HHE"}, seis.TimeOf(1e18, false))
	if !ok || c.Latitude != 31.25 || c.ElevationM != 900 || c.AzimuthDeg != 90 || c.HasResponse() {
		t.Errorf("%+v, %v", c, ok)
	}
	if _, ok := inv.Channel(fdsn.ID{Network: "SC", Station: "BBB", Channel: "HHE"}, seis.TimeOf(1e18, false)); ok {
		t.Error("a station that is not listed")
	}
}

func TestHengill(t *testing.T) {
	inv, ps, files, err := metadata.Load([]string{filepath.Join(golden.Data(t, "seismic/e2e-hengill-2018"), "stations.csv")})
	if err != nil {
		t.Fatal(err)
	}
	if len(inv.Stations()) != 20 || len(ps) != 0 || len(files) != 1 {
		t.Errorf("%d stations, problems %v, %d files", len(inv.Stations()), ps, len(files))
	}
	c, ok := inv.Channel(fdsn.ID{Network: "2C", Station: "BIT06", Channel: "HHE"}, seis.TimeOf(1546138800e9, false))
	if !ok || c.Latitude != 64.049 || c.Longitude != -21.267 || c.ElevationM != 414 || c.HasResponse() {
		t.Errorf("%+v, %v", c, ok)
	}
}

func TestPleasantHill(t *testing.T) {
	inv, ps, files, err := metadata.Load([]string{filepath.Join(golden.Data(t, "seismic/e2e-pleasanthill-m45"), "raw")})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 11 || len(inv.Stations()) != 11 || len(inv.IDs()) != 39 {
		t.Errorf("%d files, %d stations, %d streams", len(files), len(inv.Stations()), len(inv.IDs()))
	}
	for _, p := range ps {
		if !p.Skipped {
			t.Errorf("%s", p)
		}
	}
	ot, _ := seis.ParseTime("2019-10-15T05:33:42.81Z")
	for _, id := range inv.IDs() {
		c, ok := inv.Channel(id, ot)
		if !ok || !c.HasResponse() || c.Response.PolesZeros == nil || c.RateHz == 0 {
			t.Errorf("%s: %+v, %v", id, c, ok)
		}
	}
	c, _ := inv.Channel(fdsn.ID{Network: "BK", Station: "BRIB", Location: "01", Channel: "HNE"}, ot)
	if c.Response.Input != response.Acceleration || c.Response.Sensitivity != 215875.537 || c.DepthM != 1.7907 || c.AzimuthDeg != 105 {
		t.Errorf("%+v, %+v", c, c.Response)
	}
	again, _, err := metadata.FromFiles(files)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(describe(inv), describe(again)); diff != "" {
		t.Error(diff)
	}
}

func FuzzFromFiles(f *testing.F) {
	f.Add(fmt.Appendf(nil, document, channel("HHZ", response1("6e8", "m/s", stage("1", fmt.Sprintf(paz, "LAPLACE (HERTZ)", "1"), "1500")))))
	f.Add([]byte("network,station,latitude,longitude\nSC,AAA,31,103\n"))
	f.Add([]byte("#Network|Station|Latitude|Longitude|Elevation|SiteName|StartTime|EndTime\nIU|ANMO|34.9|-106.4|1820.0|A|2008-06-30T20:00:00|\n"))
	f.Add([]byte("station\tlatitude\tlongitude\tcomponent\tresponse\nCI.BOM..HH\t33\t-115\tE,N,Z\t1,2,3\n"))
	f.Add([]byte("SC AAA 31.25 103.5 900\n"))
	f.Add([]byte("net;sta;lat;lon\nA;B;1,5;2\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		inv, _, err := metadata.FromFiles([]seis.File{{Name: "f", Bytes: bytes.Clone(b)}})
		if err != nil {
			return
		}
		for _, id := range inv.IDs() {
			if err := id.Check(); err != nil {
				t.Fatal(err)
			}
			for _, c := range inv.Epochs(id) {
				if c.Latitude < -90 || c.Latitude > 90 || c.Longitude < -180 || c.Longitude > 180 {
					t.Fatalf("%+v", c)
				}
			}
		}
	})
}
