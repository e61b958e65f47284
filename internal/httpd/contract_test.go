package httpd_test

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"houfeng/internal/engine/bus"
	"houfeng/internal/httpd"
	"houfeng/internal/seis"
)

// contract is docs/openapi.yaml.
func contract(t *testing.T) (paths map[string]any, c schemas) {
	t.Helper()
	b, err := os.ReadFile("../../docs/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	v, err := parseYAML(string(b))
	if err != nil {
		t.Fatalf("read openapi.yaml: %v", err)
	}
	root := v.(map[string]any)
	return root["paths"].(map[string]any), root["components"].(map[string]any)["schemas"].(map[string]any)
}

// dig follows keys; nil when there is none.
func dig(v any, keys ...string) any {
	for _, k := range keys {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	return v
}

func TestContractListsTheRoutes(t *testing.T) {
	paths, _ := contract(t)
	var documented []string
	for p := range paths {
		documented = append(documented, p)
	}
	slices.Sort(documented)
	served := httpd.Patterns()
	slices.Sort(served)
	if !slices.Equal(documented, served) {
		t.Errorf("documented are %v\nserved are %v", documented, served)
	}
}

// Every answer is one that the contract has: its status, its type, and every
// property of it.
func TestAnswersKeepTheContract(t *testing.T) {
	paths, c := contract(t)
	s := serve(t, httpd.Options{Version: "v", Centre: "c", MaxStreams: 1})
	s.advance(t, 70*time.Second)
	next, _ := follow(t, s.url)
	for must(t, next, "tick"); ; { // until the server has heard of the newest tick
		if m := decode[struct {
			CentreMs int64 `json:"centre_ms"`
		}](t, must(t, next, "tick").data); m.CentreMs == s.feed.Now().Nanos()/1e6 {
			break
		}
	}
	list := get(t, s.url+"/events.geojson")
	first := dig(list.json, "features").([]any)[0].(map[string]any)["id"].(string)

	for _, tt := range []struct {
		path, target string
		want         int
	}{
		{"/events.geojson", "/events.geojson", 200},
		{"/events.geojson", "/events.geojson?minmagnitude=3&limit=2&includerejected=true", 200},
		{"/events.geojson", "/events.geojson?end=1990-01-01", 200},
		{"/events.geojson", "/events.geojson?wrong=1", 400},
		{"/events/{id}", "/events/" + first, 200},
		{"/events/{id}", "/events/" + first + ".xml", 200},
		{"/events/{id}", "/events/nothing", 404},
		{"/events/{id}", "/events/nothing.xml", 404},
		{"/events/{id}", "/events/" + strings.Repeat("n", 300), 404},
		{"/events/{id}/revisions", "/events/" + first + "/revisions", 200},
		{"/events/{id}/revisions", "/events/nothing/revisions", 404},
		{"/stations.geojson", "/stations.geojson", 200},
		{"/stream", "/stream?last_event_id=x", 400},
		{"/stream", "/stream", 503},
		{"/traces", "/traces", 426},
		{"/status.json", "/status.json", 200},
		{"/healthz", "/healthz", 200},
		{"/metrics", "/metrics", 404},
	} {
		a := get(t, s.url+tt.target)
		if a.status != tt.want {
			t.Errorf("%.60s: status %d, want %d", tt.target, a.status, tt.want)
			continue
		}
		response := dig(paths, tt.path, "get", "responses", fmt.Sprint(a.status))
		if response == nil {
			t.Errorf("%.60s: status %d is not documented", tt.target, a.status)
			continue
		}
		var schema any
		if dig(response, "$ref") != nil {
			if schema = c["Problem"]; a.mediaType != "application/problem+json" {
				t.Errorf("%.60s: a problem is %s", tt.target, a.mediaType)
			}
		} else if content, _ := dig(response, "content").(map[string]any); content != nil {
			media, ok := content[a.mediaType]
			if !ok {
				t.Errorf("%.60s: %s is not documented", tt.target, a.mediaType)
				continue
			}
			schema = dig(media, "schema")
		}
		if schema == nil || !strings.HasSuffix(a.mediaType, "json") {
			continue
		}
		if err := c.check(schema, a.json, tt.target); err != nil {
			t.Error(err)
		}
	}
}

func TestStreamKeepsTheContract(t *testing.T) {
	_, c := contract(t)
	s := serve(t, httpd.Options{})
	next, _ := follow(t, s.url)
	missing := map[string]bool{}
	for name := range c {
		if kind, ok := strings.CutPrefix(name, "Stream_"); ok && kind != "resync" {
			missing[kind] = true
		}
	}
	s.advance(t, 35*time.Second)
	for len(missing) > 0 {
		m := must(t, next, "")
		schema := c["Stream_"+m.name]
		if schema == nil {
			t.Fatalf("message %q is not documented", m.name)
		}
		if err := c.check(schema, decode[any](t, m.data), m.name); err != nil {
			t.Fatal(err)
		}
		if (m.name == "event") != (m.id != "") {
			t.Errorf("message %q has id %q", m.name, m.id)
		}
		delete(missing, m.name)
	}

	// More events than the server keeps or its catalogue gives: start anew.
	for i := range 1001 {
		e := seis.Event{ID: fmt.Sprint("e", i), Revision: 1, Type: "earthquake", Status: seis.Preliminary, Made: s.feed.Now()}
		if err := s.feed.Catalogue.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := bus.Publish(t.Context(), s.feed.Bus, bus.Ticks, "", "", s.feed.Now()); err != nil {
		t.Fatal(err)
	}
	again, _ := follow(t, s.url, "Last-Event-ID", fmt.Sprint(s.feed.Now().Nanos()))
	if err := c.check(c["Stream_resync"], decode[any](t, must(t, again, "resync").data), "resync"); err != nil {
		t.Error(err)
	}
}

// What the feeds say is what the catalogue holds.
func TestEventsArePaged(t *testing.T) {
	s := serve(t, httpd.Options{})
	var ids []string
	pages := 0
	for target := "events.geojson?limit=4&includerejected=true"; target != ""; pages++ {
		a := get(t, s.url+"/"+target)
		for _, f := range dig(a.json, "features").([]any) {
			ids = append(ids, dig(f, "id").(string))
		}
		target = dig(a.json, "metadata", "next").(string)
	}
	unique := slices.Clone(ids)
	slices.Sort(unique)
	if unique = slices.Compact(unique); len(ids) != 11 || len(unique) != 11 || pages != 3 {
		t.Errorf("%d events, %d different, on %d pages; want 11 on 3", len(ids), len(unique), pages)
	}
	etag := get(t, s.url+"/events.geojson").header.Get("ETag")
	r, err := http.NewRequest("GET", s.url+"/events.geojson", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("If-None-Match", etag)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != 304 {
		t.Errorf("status %d with the etag known, want 304", answer.StatusCode)
	}
}

type answer struct {
	status    int
	mediaType string
	header    http.Header
	json      any
}

func get(t *testing.T, url string) answer {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: r.StatusCode, header: r.Header}
	a.mediaType, _, _ = mime.ParseMediaType(r.Header.Get("Content-Type"))
	if strings.HasSuffix(a.mediaType, "json") {
		if err := json.Unmarshal(b, &a.json); err != nil {
			t.Fatalf("%s: %v", url, err)
		}
	}
	return a
}
