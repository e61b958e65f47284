package console

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := fs.ReadFile(Files(), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Everything index.html names is there, and nothing is inline or elsewhere:
// the content policy and a room without a network would refuse it.
func TestIndexNamesWhatIsServed(t *testing.T) {
	index := read(t, "index.html")
	names := regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(index, -1)
	if len(names) < 3 {
		t.Fatalf("index.html names %d files, want script, style and icon", len(names))
	}
	for _, m := range names {
		name, ok := strings.CutPrefix(m[1], "./")
		if !ok {
			t.Errorf("index.html names %q, which is not beside it", m[1])
			continue
		}
		read(t, name)
	}
	for _, inline := range []string{`<script>`, `<style`, ` style="`, ` onclick=`} {
		if strings.Contains(index, inline) {
			t.Errorf("index.html has inline %s", inline)
		}
	}
}

// The script names no address of another host but XML namespaces and the
// pages in which Svelte explains its errors, which are never fetched.
func TestScriptAsksNobodyElse(t *testing.T) {
	for _, name := range []string{"app.js", "app.css", "index.html"} {
		for _, url := range regexp.MustCompile(`(?:https?|wss?)://[\w.-]+`).FindAllString(read(t, name), -1) {
			if url != "http://www.w3.org" && url != "https://svelte.dev" {
				t.Errorf("%s names %s", name, url)
			}
		}
	}
}

// The size of what a browser fetches is part of the promise to be small.
func TestAssetsStaySmall(t *testing.T) {
	for name, limit := range map[string]int{"app.js": 160 << 10, "app.css": 16 << 10, "world-50m.json": 800 << 10} {
		if n := len(read(t, name)); n > limit {
			t.Errorf("%s has %d bytes, at most %d", name, n, limit)
		}
	}
}
