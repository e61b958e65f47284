package acquire

import (
	"bufio"
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"houfeng/internal/engine/clock"
	"houfeng/internal/seis"
	"houfeng/seedlink"
)

func TestUpstreamConfig(t *testing.T) {
	for _, tt := range []struct {
		url     string
		address string
		secure  bool
		err     string
	}{
		{"seedlink://host", "host", false, ""}, {"seedlink://host:18000/", "host:18000", false, ""},
		{"seedlinks://[::1]:18500", "[::1]:18500", true, ""}, {"seedlink://[::1]", "[::1]", false, ""},
		{"http://host", "", false, `url "http://host": want seedlink://host:port or seedlinks://host:port`},
		{"host:18000", "", false, `url "host:18000": want seedlink://host:port or seedlinks://host:port`},
		{"seedlink://", "", false, `url "seedlink:": want a host, perhaps a port, and nothing else`},
		{"seedlink://user:secret@host", "", false, `url "seedlink://user:xxxxx@host": want a host, perhaps a port, and nothing else`},
		{"seedlink://host/path", "", false, `url "seedlink://host/path": want a host, perhaps a port, and nothing else`},
	} {
		address, secure, err := parseUpstreamURL(tt.url)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if address != tt.address || secure != tt.secure || got != tt.err {
			t.Errorf("%s: %q %v %q, want %q %v %q", tt.url, address, secure, got, tt.address, tt.secure, tt.err)
		}
	}
	for _, tt := range []struct {
		patterns string
		want     []seedlink.StreamRequest
	}{
		{"", []seedlink.StreamRequest{{Network: "*", Station: "*"}}},
		{"XX.ABC", []seedlink.StreamRequest{{Network: "XX", Station: "ABC"}}},
		{"XX.ABC.00.HHZ XX.ABC..BH? YY.*.*.HH* XX.ABC.--.LHZ", []seedlink.StreamRequest{
			{Network: "XX", Station: "ABC", Selectors: []string{"00HHZ", "--BH?", "--LHZ"}}, {Network: "YY", Station: "*", Selectors: []string{"HH?"}}}},
		{"XX.ABC.00.HHZ XX.ABC XX.ABC.10.HHZ", []seedlink.StreamRequest{{Network: "XX", Station: "ABC"}}},
		{"XX.ABC.0*.* XX.ABC.*.*Z XX.ABC.??.H**", []seedlink.StreamRequest{{Network: "XX", Station: "ABC", Selectors: []string{"0????", "??Z", "??H??"}}}},
		{"XX.ABC.10", []seedlink.StreamRequest{{Network: "XX", Station: "ABC", Selectors: []string{"10???"}}}},
		{"XX", nil}, {"XX.ABC.00.HHZ.D", nil}, {"XX.", nil}, {"X\tX.ABC", nil}, {"XX.ABC.00.HHZZ", nil}, {"XX.ABC.00.HH", nil},
		{"XX.ABC.000.HHZ", nil}, {"XX.ABC.00.H*Z*", nil}, {"XX.ABCDEFGHI", nil}, {"XX.ABC.00.HH/", nil},
	} {
		var patterns []string
		if tt.patterns != "" {
			patterns = strings.Split(tt.patterns, " ")
		}
		got, err := parseStreams(patterns)
		if diff := cmp.Diff(tt.want, got); diff != "" || (err != nil) != (tt.want == nil) {
			t.Errorf("%q: error %v (-want +got):\n%s", tt.patterns, err, diff)
		}
		for _, r := range got {
			for _, sel := range r.Selectors {
				if _, err := seedlink.ParseSelector(sel); err != nil {
					t.Errorf("%q: %v", tt.patterns, err)
				}
			}
		}
	}
	ok := UpstreamConfig{Name: "a", URL: "seedlink://host"}
	for want, configs := range map[string][]UpstreamConfig{
		"upstream a: the name is used twice":                                      {ok, ok},
		`upstream "": want a name of printable characters, at most 128 bytes`:     {{URL: "seedlink://host"}},
		`upstream "a\nb": want a name of printable characters, at most 128 bytes`: {{Name: "a\nb", URL: "seedlink://host"}},
		`upstream a: url "x": want seedlink://host:port or seedlinks://host:port`: {{Name: "a", URL: "x"}},
		`upstream a: stream "x": want NET.STA or NET.STA.LOC.CHA`:                 {{Name: "a", URL: "seedlink://h", Streams: []string{"x"}}},
	} {
		if _, err := NewUpstreams(clock.NewVirtual(seis.Time{}), configs, UpstreamOptions{}); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

const goodState = `houfeng upstream positions 1
"a b" XX.ABC 16777215 1767322800000000000
"a b" XX.DEF 0 -5
"é" XX.ABC 9223372036854775807 0
end 3 `

func TestUpstreamStateFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	f := stateFile{path: path}
	if all, err := f.load(); err != nil || len(all) != 0 {
		t.Errorf("without a file: %v, %v", all, err)
	}
	want := map[string]seedlink.State{
		"a b": {"XX.ABC": {Sequence: 16777215, Start: 1767322800000000000}, "XX.DEF": {Sequence: 0, Start: -5}},
		"é":   {"XX.ABC": {Sequence: 9223372036854775807}},
	}
	if err := f.write(want); err != nil {
		t.Fatal(err)
	}
	got, err := f.load()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	whole, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(whole), goodState) {
		t.Errorf("file %q, want it to begin %q", whole, goodState)
	}
	// Whatever is cut off or changed is noticed.
	for n := range whole {
		if _, err := parseState(bufio.NewReader(bytes.NewReader(whole[:n]))); err == nil {
			t.Errorf("cut to %d of %d bytes: no error", n, len(whole))
		}
		for _, flip := range []byte{1, 0x20, 0x80} {
			bad := bytes.Clone(whole)
			bad[n] ^= flip
			if all, err := parseState(bufio.NewReader(bytes.NewReader(bad))); err == nil {
				t.Errorf("byte %d changed: no error, %v", n, all)
			}
		}
	}
	// What was left of a write that did not end is no harm.
	if err := os.WriteFile(path+".next", []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.write(want); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path + ".next"); !os.IsNotExist(err) {
		t.Errorf("the second file is still there: %v", err)
	}
}

// TestUpstreamDamagedState sets a damaged file aside and says so; a file of a
// later version is no different. A file that may not be read stops the start.
func TestUpstreamDamagedState(t *testing.T) {
	if _, err := parseState(bufio.NewReader(strings.NewReader("houfeng upstream positions 1\nend 0 0de0c2b5\n"))); err != nil {
		t.Fatal(err) // the others are damaged, this one is not
	}
	for _, content := range []string{"", "houfeng upstream positions 2\nend 0 00000000\n", goodState + "00000000\n"} {
		path := filepath.Join(t.TempDir(), "state")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		up, err := NewUpstreams(clock.NewVirtual(seis.Time{}), []UpstreamConfig{{Name: "a b", URL: "seedlink://h"}},
			UpstreamOptions{StateFile: path, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := up.Position("a b", "XX.ABC"); ok {
			t.Error("a position was taken from a damaged file")
		}
		if kept, err := os.ReadFile(path + ".damaged"); err != nil || string(kept) != content {
			t.Errorf("kept %q, %v", kept, err)
		}
		if !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), "file is damaged: line ") {
			t.Errorf("log says %q", log.String())
		}
	}
	dir := t.TempDir()
	if _, err := NewUpstreams(clock.NewVirtual(seis.Time{}), nil, UpstreamOptions{StateFile: filepath.Join(dir, "file", "state")}); err != nil {
		t.Errorf("no folder yet: %v", err)
	}
	if err := os.Mkdir(filepath.Join(dir, "state"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := NewUpstreams(clock.NewVirtual(seis.Time{}), nil, UpstreamOptions{StateFile: filepath.Join(dir, "state", "x\x00")}); err == nil {
		t.Error("a path that cannot be opened: no error")
	}
}

func FuzzUpstreamState(f *testing.F) {
	f.Add([]byte("houfeng upstream positions 1\nend 0 0de0c2b5\n"))
	f.Add([]byte(goodState + "00000000\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		all, err := parseState(bufio.NewReader(bytes.NewReader(b)))
		if err != nil {
			return
		}
		file := stateFile{path: filepath.Join(t.TempDir(), "state")}
		if err := file.write(all); err != nil {
			t.Fatal(err)
		}
		again, err := file.load()
		if diff := cmp.Diff(all, again); diff != "" || err != nil {
			t.Errorf("%v (-first +again):\n%s", err, diff)
		}
	})
}
