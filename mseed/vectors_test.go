package mseed_test

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"houfeng/mseed"
)

// vector is a file of testdata/vectors; make.py there says how it is written.
type vector struct {
	want map[string]string
	raw  []byte
}

func vectors(tb testing.TB) map[string]vector {
	tb.Helper()
	paths, err := filepath.Glob("testdata/vectors/*.txt")
	if err != nil || len(paths) == 0 {
		tb.Fatalf("no vectors: %v", err)
	}
	out := map[string]vector{}
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			tb.Fatal(err)
		}
		v, head, digits := vector{want: map[string]string{}}, true, ""
		for lines := bufio.NewScanner(f); lines.Scan(); {
			line := lines.Text()
			if key, value, ok := strings.Cut(line, ": "); head && ok {
				v.want[key] = value
			} else if head && line == "" {
				head = false
			} else if !head {
				digits += line
			} else if key, ok := strings.CutSuffix(line, ":"); ok {
				v.want[key] = ""
			}
		}
		f.Close()
		if v.raw, err = hex.DecodeString(digits); err != nil || head {
			tb.Fatalf("%s: %v", path, err)
		}
		out[strings.TrimSuffix(filepath.Base(path), ".txt")] = v
	}
	return out
}

func TestVectors(t *testing.T) {
	for name, v := range vectors(t) {
		t.Run(name, func(t *testing.T) {
			r, err := mseed.Parse(v.raw)
			switch v.want["expect"] {
			case "short", "error":
				if err == nil {
					t.Fatal("no error")
				}
				if errors.Is(err, mseed.ErrShort) != (v.want["expect"] == "short") {
					t.Errorf("%v: ErrShort is %v", err, errors.Is(err, mseed.ErrShort))
				}
				if !strings.Contains(err.Error(), v.want["error"]) {
					t.Errorf("%v, want %q", err, v.want["error"])
				}
				return
			case "ok":
			default:
				t.Fatalf("expect: %q", v.want["expect"])
			}
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{
				"version": fmt.Sprint(r.Version), "id": r.ID.String(), "leap": fmt.Sprint(r.Leap),
				"start":    strings.TrimRight(time.Unix(0, r.StartNS).UTC().Format("2006-01-02T15:04:05.000000000"), "0"),
				"count":    fmt.Sprint(r.Count),
				"encoding": fmt.Sprint(r.Encoding), "big": fmt.Sprint(r.BigEndian), "length": fmt.Sprint(len(r.Raw)),
				"timing": fmt.Sprint(r.TimingQuality), "locked": fmt.Sprint(r.ClockLocked()), "quality": string(r.Quality),
			}
			got["start"] = strings.TrimSuffix(got["start"], ".")
			for key, g := range got {
				if w, ok := v.want[key]; ok && g != w {
					t.Errorf("%s: %s, want %s", key, g, w)
				}
			}
			if w, ok := v.want["rate"]; ok {
				if f, err := strconv.ParseFloat(w, 64); err != nil || r.Rate/f-1 > 1e-12 || f/r.Rate-1 > 1e-12 {
					t.Errorf("rate: %v, want %v", r.Rate, w)
				}
			}
			checkSamples(t, &r, v)
		})
	}
}

func checkSamples(t *testing.T, r *mseed.Record, v vector) {
	t.Helper()
	var want []string
	if s := v.want["samples"]; s != "" {
		want = strings.Fields(s)
	}
	floats, ferr := r.Floats(nil)
	ints, ierr := r.Ints(nil)
	isFloat := r.Encoding == mseed.Float32 || r.Encoding == mseed.Float64
	checkErr := func(err error) {
		t.Helper()
		var bad bool
		switch v.want["decode"] {
		case "ok":
			bad = err != nil
		case "integrity":
			bad = !errors.Is(err, mseed.ErrIntegrity)
		case "encoding":
			bad = !errors.Is(err, mseed.ErrEncoding)
		case "error":
			bad = err == nil || errors.Is(err, mseed.ErrIntegrity) || errors.Is(err, mseed.ErrEncoding) || !strings.Contains(err.Error(), v.want["error"])
		default:
			t.Fatalf("decode: %q", v.want["decode"])
		}
		if bad {
			t.Errorf("decode: %v, want %s %s", err, v.want["decode"], v.want["error"])
		}
	}
	checkErr(ferr)
	if isFloat {
		if !errors.Is(ierr, mseed.ErrEncoding) {
			t.Errorf("floats as integers: %v", ierr)
		}
	} else {
		checkErr(ierr)
		if len(ints) != len(want) {
			t.Fatalf("%d integers, want %d", len(ints), len(want))
		}
	}
	if len(floats) != len(want) {
		t.Fatalf("%d floats, want %d", len(floats), len(want))
	}
	for i, w := range want {
		f, err := strconv.ParseFloat(w, 64)
		if err != nil {
			t.Fatal(err)
		}
		if floats[i] != f || !isFloat && float64(ints[i]) != f {
			t.Fatalf("sample %d: %v, want %s", i, floats[i], w)
		}
	}
}

// Parse, Ints and Floats do not allocate once a stream is known.
func TestNoAllocation(t *testing.T) {
	ints, floats := make([]int32, 65536), make([]float64, 65536)
	for name, v := range vectors(t) {
		if v.want["expect"] != "ok" || v.want["decode"] != "ok" {
			continue
		}
		isFloat := strings.HasPrefix(v.want["encoding"], "float")
		if n := testing.AllocsPerRun(20, func() {
			r, err := mseed.Parse(v.raw)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := r.Floats(floats); err != nil {
				t.Fatal(err)
			}
			if _, err := r.Ints(ints); err != nil && !isFloat {
				t.Fatal(err)
			}
		}); n != 0 && !isFloat {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
