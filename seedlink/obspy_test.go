package seedlink

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"houfeng/fdsn"
)

// TestObsPy lets ObsPy's clients loose on the server. HOUFENG_OBSPY names a
// Python that has ObsPy; without it the test is passed over.
func TestObsPy(t *testing.T) {
	python := os.Getenv("HOUFENG_OBSPY")
	if python == "" {
		t.Skip("HOUFENG_OBSPY names no Python with ObsPy")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	m := scene()
	// WRP: its newest record has sequence 0x1000000, shown as 000000.
	wrapped := NewMemory(MemoryConfig{FirstSequence: 0xFFFFFE})
	fill(wrapped, fdsn.ID{Network: "XX", Station: "WRP", Channel: "HHZ"}, epoch, 3)
	m.mu.Lock()
	m.stations[stationKey{"XX", "WRP"}] = wrapped.stations[stationKey{"XX", "WRP"}]
	m.mu.Unlock()
	live := fdsn.ID{Network: "XX", Station: "LIV", Channel: "HHZ"}
	fill(m, live, epoch, 1)

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Store: m, Organization: "ObsPy test"}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l) }()
	go func() {
		for at := epoch.Add(10 * time.Second); ctx.Err() == nil; at = at.Add(10 * time.Second) {
			fill(m, live, at, 1)
			select {
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	}()

	host, port, _ := net.SplitHostPort(l.Addr().String())
	cmd := exec.CommandContext(ctx, python, "-W", "ignore", "testdata/obspy_clients.py", host, port)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, stdout, stderr.Bytes())
	}
	got := make(map[string]any)
	lines := bufio.NewScanner(bytes.NewReader(stdout))
	for lines.Scan() {
		var line struct {
			Name  string
			Value any
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		got[line.Name] = line.Value
	}
	list := func(v ...any) []any { return v }
	want := map[string]any{
		"stations": list(list("XX", "ABC"), list("XX", "DEF"), list("XX", "LIV"), list("XX", "WRP"), list("YY", "GHI")),
		"channels": list(list("XX", "ABC", "", "HHN"), list("XX", "ABC", "", "HHZ"), list("XX", "ABC", "00", "BHZ"),
			list("XX", "DEF", "10", "HHZ"), list("XX", "LIV", "", "HHZ"), list("XX", "WRP", "", "HHZ"), list("YY", "GHI", "", "HHZ")),
		"waveforms":          list("XX.ABC..HHZ 2026-01-02T03:00:00.000000Z 51 0 50"),
		"waveforms location": list("XX.ABC.00.BHZ 2026-01-02T03:00:20.000000Z 100 0 99"),
		"waveforms wildcard": list("XX.ABC..HHZ 2026-01-02T03:00:01.000000Z 71 10 80", "XX.DEF.10.HHZ 2026-01-02T03:00:01.000000Z 71 10 80",
			"XX.LIV..HHZ 2026-01-02T03:00:01.000000Z 71 10 80", "XX.WRP..HHZ 2026-01-02T03:00:01.000000Z 71 10 80", "YY.GHI..HHZ 2026-01-02T03:00:01.000000Z 71 10 80"),
		"capabilities":        list("dialup", "multistation", "window-extraction", "info:id", "info:capabilities", "info:stations", "info:streams", "info:connections"),
		"cat":                 "XX ABC   A \"hill\" & more <?>\r\nXX DEF   \r\nXX LIV   \r\nXX WRP   \r\nYY GHI   \r\nEND",
		"easy":                list("XX.LIV..HHZ", "XX.LIV..HHZ", "XX.LIV..HHZ"),
		"resume":              list("4 XX.ABC..HHZ", "5 XX.ABC..HHN", "7 XX.ABC..HHZ", "8 XX.ABC..HHN"),
		"resume two":          list("1 YY.GHI..HHZ", "2 YY.GHI..HHZ", "9 XX.ABC.00.BHZ"),
		"resume at the wrap":  list("0 XX.WRP..HHZ"),
		"dialup":              list("4 XX.ABC..HHZ", "7 XX.ABC..HHZ", "END"),
		"live with keepalive": list("XX.LIV..HHZ", "XX.LIV..HHZ", "XX.LIV..HHZ"),
		"refused":             list("7 XX.ABC..HHZ"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ObsPy received (-want +got):\n%s", diff)
	}
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
}
