package centre

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"houfeng/internal/chain/acquire"
	"houfeng/internal/seis"
)

var compareTimes = cmp.AllowUnexported(seis.Time{})

// The table of settings is itself right: names are unique, sections exist,
// defaults are allowed.
func TestSettings(t *testing.T) {
	seen := map[string]bool{}
	fresh := &Config{Upstreams: make([]acquire.UpstreamConfig, 1), Trusts: make([]TrustRule, 1)}
	for i := range settings {
		s := &settings[i]
		if seen[s.name()] {
			t.Errorf("%s is there twice", s.name())
		}
		seen[s.name()] = true
		if sectionNamed(s.section) == nil {
			t.Fatalf("%s: no such section", s.name())
		}
		s.reset(fresh)
		if _, must := required[s.name()]; must || s.allow == nil {
			continue
		}
		check := []any{s.def}
		if list, ok := s.def.([]time.Duration); ok {
			check = nil
			for _, d := range list {
				check = append(check, d)
			}
		}
		for _, v := range check {
			if !s.allow.check(v) {
				t.Errorf("%s: default %v is not allowed: %s", s.name(), v, s.wants())
			}
		}
		if s.doc == "" || strings.HasSuffix(s.doc, ".") {
			t.Errorf("%s: doc %q, want words without a full stop", s.name(), s.doc)
		}
	}
	for name, example := range required {
		s := settingNamed(name)
		if s == nil || !s.allow.check(example) {
			t.Errorf("%s: example %q is not allowed", name, example)
		}
	}
}

// What is printed is read as the same again, for the defaults and for a
// configuration in which every setting was changed.
func TestTOMLIsReadAgain(t *testing.T) {
	changed, err := ParseConfig([]byte(everything), "everything.toml")
	if err != nil {
		t.Fatal(err)
	}
	for i := range settings {
		s := &settings[i]
		if _, must := required[s.name()]; !must && s.print(changed) == s.print(fresh(s)) {
			t.Errorf("%s still has its default %s; change it in this test", s.name(), s.print(changed))
		}
	}
	for name, c := range map[string]*Config{"defaults": DefaultConfig(), "everything": changed} {
		printed := c.TOML()
		again, err := ParseConfig(printed, "printed.toml")
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, printed)
		}
		if diff := cmp.Diff(c, again, compareTimes); diff != "" {
			t.Errorf("%s (−printed +read):\n%s", name, diff)
		}
		if string(again.TOML()) != string(printed) {
			t.Errorf("%s: printed twice gives two texts", name)
		}
	}
}

func fresh(s *setting) *Config {
	c := &Config{Upstreams: make([]acquire.UpstreamConfig, 1), Trusts: make([]TrustRule, 1)}
	s.reset(c)
	return c
}

// everything changes every setting, in all the ways to write TOML.
const everything = `
ring.max_bytes = "1.5 GiB"   # a dotted key
model = { name = "ak135", file = 'my model.txt' }  # an inline table
[centre]
name = "Test \"centre\" 测试"
agency = 'TST-1'
data = "/var/lib/h"
[acquisition]
max_future_s = 1
max_rate_hz = 1000
keep_mismatch = true
[[upstream]]
url = "seedlink://[::1]:18001"
[[upstream]]
url = "seedlink://a.example:18000"
streams = ["XX.*", "YY.ABC.00.HH?", ] # trailing comma
identity = "a"
name = "b"
[inventory]
paths = [
  "a.xml", # a comment
  "b",
]
[journal]
max_age = "30d"
max_bytes = 123456789
tick_ms = 1_000
[archive]
enabled = false
path = "sds"
[http]
listen = ":80"
hosts = ["h.example"]
max_conns = 10
[seedlink]
listen = ""
max_clients = 2
[pick]
sta_s = 0.51
lta_s = 21
on = 8.5
off = 1.51
band_low_hz = 1.1
band_high_hz = 15.5
min_snr = 4.1
min_rate_hz = 21
refine_s = 1.1
s_max_s = 31
s_min_snr = 2.1
[quality]
warm_up_s = 60.5
max_latency_s = 5e0
repeat_s = 30
[associate]
min_stations = 13
min_phases = 17
tolerance_s = 1.51
tolerance_fraction = 0.0501
max_depth_km = 51
min_seen = 0.26
window_s = 61
max_rms_s = 0.81
keep_s = 201
max_distance_km = 301
[locate]
model_error = 0.0201
model_error_min_s = 0.201
model_error_max_s = 1
min_depth_km = -2
max_depth_km = 100
depth_prior_km = 8
depth_prior_sigma_km = 11
outlier_share = 0.101
cells = 5001
s_weight = 0.5
[magnitude]
method = "ml-di-bona-2016"
max_distance_km = 500
max_stations = 41
min_stations = 7
min_snr = 3.7
trim = 0.61
wait_s = 201
[intensity]
max_distance_km = 251
min_snr = 6.1
lead_s = 21
measure_s = 241
[publish]
intervals_s = [0.5, 3]
close_after = "5m"
move_km = 1
depth_km = 2
shift = "250ms"
magnitude = 0.1
intensity = 0.2
confirm_stations = 8
confirm_seen = 0.75
unsized_stations = 12
[[trust]]
stream = "XX.BAD.*.*"
standing = "non-deciding"
weight = 0.25
reasons = ["clock drifts"]
from = 2024-01-31T12:00:00Z
to = "2024-02-01"
[log]
level = "debug"
format = "json"
`

func TestParseConfig(t *testing.T) {
	c, err := ParseConfig([]byte(everything), "everything.toml")
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != `Test "centre" 测试` || c.Model.Name != "ak135" || c.Journal.MaxAge != 30*24*time.Hour || c.Journal.MaxBytes != 123456789 ||
		c.Ring.MaxBytes != 3<<29 || c.Journal.TickMS != 1000 || c.Quality.MaxLatencyS != 5 {
		t.Errorf("read %+v", c)
	}
	if diff := cmp.Diff([]time.Duration{time.Second / 2, 3 * time.Second}, c.Publish.Intervals); diff != "" {
		t.Errorf("intervals (−want +got):\n%s", diff)
	}
	if len(c.Upstreams) != 2 || c.Upstreams[0].Streams[0] != "*.*" || c.Upstreams[0].Name != "[::1]:18001" || c.Upstreams[0].Identity != "" || c.Upstreams[1].Streams[1] != "YY.ABC.00.HH?" {
		t.Errorf("upstreams %+v", c.Upstreams)
	}
	ts := c.Standings()
	if len(ts) != 1 || ts[0].Standing != seis.NonDeciding || ts[0].PickWeight() != 0.25 || ts[0].Start.String() != "2024-01-31T12:00:00.000000Z" || ts[0].End.String() != "2024-02-01T00:00:00.000000Z" {
		t.Errorf("standings %+v", ts)
	}
}

func TestMistakes(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"[associate]\nmin_statoins = 4", `c:2:1: associate.min_statoins: no such setting; did you mean "associate.min_stations"?`},
		{"[locate]\n  min_stations = 4", `c:2:3: locate.min_stations: no such setting; did you mean "associate.min_stations"?`},
		{"[asociate]\nmin_stations = 4", `c:1:2: asociate: no such table; did you mean "associate"?`},
		{"[frobnicate]\nx = 4", `c:1:2: frobnicate: no such table`},
		{"nothing_like_it_at_all = 1", `c:1:1: nothing_like_it_at_all: no such setting`},
		{"[associate]\nmin_stations = 2", `c:2:16: associate.min_stations = 2: want 3 to 100`},
		{"[associate]\nmin_stations = 4.5", `c:2:16: associate.min_stations = 4.5: want a whole number, 3 to 100`},
		{"[associate]\nmin_stations = 99999999999999999999", `c:2:16: decimal`},
		{"[pick]\nmin_rate_hz = \"ten\"", `c:2:15: pick.min_rate_hz = "ten": want a number, 1 to 1000 Hz`},
		{"[pick]\nmin_rate_hz = nan", `c:2:15: pick.min_rate_hz = nan: want a number, 1 to 1000 Hz`},
		{"[pick]\nmin_rate_hz = inf", `c:2:15: pick.min_rate_hz = inf: want a number, 1 to 1000 Hz`},
		{"[archive]\nenabled = 1", `c:2:11: archive.enabled = 1: want true or false`},
		{"[journal]\nmax_age = 7", `c:2:11: journal.max_age = 7: want a time such as "90s", "12h" or "7d", 1h to 36500d`},
		{"[journal]\nmax_age = \"1s\"", `c:2:11: journal.max_age = "1s": want 1h to 36500d`},
		{"[journal]\nmax_bytes = \"many\"", `c:2:13: journal.max_bytes = "many": want a size such as "20 GiB" or a number of bytes, 64 MiB to 1024 TiB`},
		{"[journal]\nmax_bytes = -1", `c:2:13: journal.max_bytes = -1: want 64 MiB to 1024 TiB`},
		{"[publish]\nintervals_s = []", `c:2:15: publish.intervals_s = []: want 1 to 100 numbers, each 0.1 to 3600 s`},
		{"[publish]\nintervals_s = [1, 0]", `c:2:15: publish.intervals_s = [1, 0]: want 0.1 to 3600 s`},
		{"[publish]\nintervals_s = 1", `c:2:15: publish.intervals_s = 1: want a list of numbers in brackets, each 0.1 to 3600 s`},
		{"[inventory]\npaths = \"a\"", `c:2:9: inventory.paths = "a": want a list in brackets: a list of paths`},
		{"[[upstream]]\nurl = \"http://h:1\"", `c:2:7: upstream.url = "http://h:1": want seedlink://host:port, or seedlinks://host:port for TLS`},
		{"[[upstream]]\nurl = \"seedlink://h\"", `c:2:7: upstream.url = "seedlink://h": want seedlink://host:port, or seedlinks://host:port for TLS`},
		{"[[upstream]]\nstreams = [\"XX.*\"]", `c:1:3: upstream.url: missing: say where it listens, seedlink://host:port, or seedlinks://host:port for TLS`},
		{"[[upstream]]\nurl = \"seedlink://h:1\"\n[[upstream]]\nurl = \"seedlink://h:1\"", `c:3:3: upstream.name: upstream 1 is also named "h:1": write one table with the streams of both, or give them names`},
		{"[[upstream]]\nurl = \"seedlink://h:1\"\nstreams = [\"XX\"]", `c:1:3: upstream: stream "XX": want NET.STA or NET.STA.LOC.CHA`},
		{"[[upstream]]\nurl = \"seedlink://u:p@h:1\"", `c:1:3: upstream: url "seedlink://u:xxxxx@h:1": want a host, perhaps a port, and nothing else`},
		{"[upstream]\nurl = \"seedlink://h:1\"", `c:1:2: upstream: write [[upstream]], once for each`},
		{"upstream.url = \"seedlink://h:1\"", `c:1:1: upstream.url: no such setting; did you mean "upstream.url"?`},
		{"[[log]]\nlevel = \"info\"", `c:1:3: log: write [log], there is only one`},
		{"[log]\nlevel = \"loud\"", `c:2:9: log.level = "loud": want "debug", "info", "warn", "error"`},
		{"[http]\nlisten = \"8470\"", `c:2:10: http.listen = "8470": want an address and port such as "127.0.0.1:8470" or ":8470", or ""`},
		{"[http]\nlisten = \":1\"\n[seedlink]\nlisten = \":1\"", `c:4:10: seedlink.listen: ":1" is also http.listen`},
		{"[pick]\non = 2", `c:2:6: pick.off: 2 is not less than pick.on, 2`},
		{"[pick]\nlta_s = 1\nsta_s = 2", `c:3:9: pick.sta_s: 2 is not less than pick.lta_s, 1`},
		{"[associate]\nmin_stations = 8", `c:2:16: associate.min_phases: 6 is less than associate.min_stations, 8`},
		{"[[trust]]\nstanding = \"use\"", `c:1:3: trust.stream: missing: say which streams, NET.STA.LOC.CHA with wildcards * and ?`},
		{"[[trust]]\nstream = \"A\"\nfrom = \"2024-01-02\"\nto = \"2024-01-01\"", `c:1:3: trust.to: 2024-01-01T00:00:00.000000Z is not after trust.from, 2024-01-02T00:00:00.000000Z`},
		{"[[trust]]\nstream = \"A\"\nfrom = \"yesterday\"", `c:3:8: trust.from = "yesterday": want a time in UTC such as "2024-01-31T12:00:00Z", or ""`},
		{"[centre]\nname = \"a\\nb\"", `c:2:8: centre.name = "a\nb": want 1 to 80 bytes of text`},
		{"[log]\nlevel = \"info\"\nlevel = \"warn\"", `c:3:1: `}, // the parser's own words
		{"[log\n", `c:1:`},
		{"centre = 1", `c:1:1: centre: no such setting`},
		{"log = { level = \"warn\", lvel = 1 }", `c:1:25: log.lvel: no such setting; did you mean "log.level"?`},
	} {
		_, err := ParseConfig([]byte(tt.text), "c")
		if err == nil {
			t.Errorf("no mistake found in\n%s", tt.text)
			continue
		}
		if got := err.Error(); got != tt.want && !(strings.HasPrefix(got, tt.want) && len(tt.want) < 20) {
			t.Errorf("%q:\n got %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	_, err := ParseConfig([]byte("[log]\nlevel = 1\nfromat = 2\n[nope]\nx = 1\ny = 2\n[ring]\nmax_bytes = 0\n"), "c")
	ms, ok := err.(Mistakes)
	if !ok || len(ms) != 4 {
		t.Errorf("got %T with\n%v\nwant four mistakes", err, err)
	}
}

func TestReadConfigResolvesPaths(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "houfeng.toml")
	if err := os.WriteFile(name, []byte("[centre]\ndata = 'd'\n[inventory]\npaths = ['i', '/abs/j']\n[http]\nlisten = ''\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := ReadConfig(name)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(c.Data, c.Inventory, c.Archive.Path)
	if want := fmt.Sprint(filepath.Join(dir, "d"), []string{filepath.Join(dir, "i"), "/abs/j"}, ""); got != want {
		t.Errorf("paths %s, want %s", got, want)
	}
	if _, err := ReadConfig(filepath.Join(dir, "none")); err == nil {
		t.Error("a file that is not there was read")
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"statoins", "stations", 1}, {"a", "b", 1}} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

// FuzzParseConfig: whatever is read, there is a configuration or mistakes that
// lie in the file; what is accepted prints and reads as the same again.
func FuzzParseConfig(f *testing.F) {
	f.Add([]byte(everything))
	f.Add(DefaultConfig().TOML())
	f.Add([]byte("[[trust]]\nstream='A'\nfrom=1979-05-27 07:32:00\n"))
	f.Add([]byte("a.b={c=[{d=1},[]]}\n[pick]\n[\"publish\"]\nintervals_s=[1,\n#x\n2]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseConfig(b, "fuzz.toml")
		if err != nil {
			for _, m := range err.(Mistakes) {
				if m.Line < 1 || m.Column < 1 || m.Line > strings.Count(string(b), "\n")+1 || m.Text == "" {
					t.Errorf("mistake %+v lies outside the file", m)
				}
			}
			return
		}
		again, err := ParseConfig(c.TOML(), "printed.toml")
		if err != nil {
			t.Fatalf("printed configuration: %v\n%s", err, c.TOML())
		}
		if !reflect.DeepEqual(c, again) {
			t.Errorf("(−read +printed and read):\n%s", cmp.Diff(c, again, compareTimes))
		}
	})
}
