package httpd

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func TestHostsAnsweredTo(t *testing.T) {
	for _, tt := range []struct {
		host  string
		names []string
		want  bool
	}{
		{"127.0.0.1:8470", nil, true},
		{"[::1]:8470", nil, true},
		{"[fe80::1%25eth0]:80", nil, true},
		{"localhost", nil, true},
		{"LOCALHOST.:8470", nil, true},
		{"192.0.2.7", nil, true},
		{"centre.example", nil, false},
		{"127.0.0.1.centre.example", nil, false},
		{"localhost.centre.example", nil, false},
		{"", nil, false},
		{"centre.example:8470", []string{"Centre.example"}, true},
		{"other.example", []string{"centre.example"}, false},
		{"other.example", []string{"*"}, true},
	} {
		if got := hostAllowed(tt.host, tt.names); got != tt.want {
			t.Errorf("host %q with names %v: %v, want %v", tt.host, tt.names, got, tt.want)
		}
	}
}

// page of a console of one file.
func consoleFS() fstest.MapFS {
	return fstest.MapFS{
		"index.html": {Data: []byte("<!doctype html><title>t</title>" + strings.Repeat("houfeng ", 400))},
		"a/icon.svg": {Data: []byte("<svg/>")},
	}
}

func ask(t *testing.T, h http.Handler, method, target string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	r.Host = "localhost"
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func bodyOf(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func newServer(t *testing.T, o Options, src Sources) *Server {
	t.Helper()
	s, err := New(o, src)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	s := newServer(t, Options{}, Sources{Console: consoleFS(), Metrics: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		panic("metrics broke")
	})})
	for _, tt := range []struct {
		method, target string
		header         []string
		want           int
	}{
		{"GET", "/", nil, 200},
		{"HEAD", "/", nil, 200},
		{"GET", "/healthz", nil, 200},
		{"GET", "/nothing", nil, 404},
		{"GET", "/a", nil, 404}, // a folder is not listed
		{"GET", "/../../etc/passwd", nil, 307},
		{"GET", "/events.geojson", nil, 404}, // no catalogue configured
		{"GET", "/stream", nil, 404},
		{"GET", "/metrics", nil, 500}, // the panic is answered
		{"POST", "/", nil, 405},
		{"DELETE", "/events/a", nil, 405},
		{"GET", "/", []string{"Host", "evil.example"}, 421},
		{"GET", "/status.json", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}, 403},
		{"GET", "/", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}, 200}, // a link
		{"GET", "/?" + strings.Repeat("a", maxURLBytes), nil, 414},
	} {
		r := ask(t, s.Handler(), tt.method, tt.target, tt.header...)
		if r.StatusCode != tt.want {
			t.Errorf("%s %.40s: status %d, want %d", tt.method, tt.target, r.StatusCode, tt.want)
		}
		csp := r.Header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s %.40s: content security policy %q", tt.method, tt.target, csp)
		}
		if r.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %.40s: no nosniff", tt.method, tt.target)
		}
		if r.StatusCode >= 400 && r.StatusCode != 405 && r.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %.40s: error is %s", tt.method, tt.target, r.Header.Get("Content-Type"))
		}
	}
}

func TestFilesAreCompressedAndKept(t *testing.T) {
	s := newServer(t, Options{}, Sources{Console: consoleFS()})
	plain := ask(t, s.Handler(), "GET", "/")
	packed := ask(t, s.Handler(), "GET", "/", "Accept-Encoding", "br;q=1, gzip;q=0.5")
	if e := packed.Header.Get("Content-Encoding"); e != "gzip" || len(bodyOf(t, packed)) >= len(bodyOf(t, plain))/2 {
		t.Errorf("encoding %q, not much smaller", e)
	}
	if plain.Header.Get("Content-Encoding") != "" || plain.Header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("plain answer has headers %v", plain.Header)
	}
	if ask(t, s.Handler(), "GET", "/", "Accept-Encoding", "gzip;q=0").Header.Get("Content-Encoding") != "" {
		t.Errorf("gzip;q=0 was answered with gzip")
	}
	etag := packed.Header.Get("ETag")
	if etag == "" || etag == plain.Header.Get("ETag") {
		t.Errorf("etags %q and %q, want two", etag, plain.Header.Get("ETag"))
	}
	again := ask(t, s.Handler(), "GET", "/", "Accept-Encoding", "gzip", "If-None-Match", `"x", `+etag)
	if again.StatusCode != http.StatusNotModified || bodyOf(t, again) != "" {
		t.Errorf("status %d with the etag known, want 304", again.StatusCode)
	}
	if ask(t, s.Handler(), "GET", "/", "If-None-Match", etag).StatusCode != 200 {
		t.Errorf("the etag of the compressed file was taken for the plain one")
	}
	if got := ask(t, s.Handler(), "GET", "/a/icon.svg").Header.Get("Content-Type"); got != "image/svg+xml" {
		t.Errorf("icon is %s", got)
	}
}
