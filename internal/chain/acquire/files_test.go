package acquire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"houfeng/fdsn"
	"houfeng/internal/golden"
	"houfeng/internal/seis"
)

func write(t testing.TB, path string, parts ...[]byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Join(parts, nil), 0o644); err != nil {
		t.Fatal(err)
	}
}

// readAll returns all entries.
func readAll(t testing.TB, paths []string, opts FileOptions) (*FileSource, []seis.Entry) {
	t.Helper()
	s, err := Files(context.Background(), paths, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	var out []seis.Entry
	for {
		e, err := s.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	if s.Len() != len(out) {
		t.Errorf("Len %d, but %d entries", s.Len(), len(out))
	}
	return s, out
}

// told is an entry in a line.
func told(e seis.Entry) string {
	r := e.Receipt
	return fmt.Sprintf("%v %s@%d %d bytes %v %s", e.Time, r.Peer, r.UpstreamSeq, len(r.Bytes), r.Verdict, r.Reason)
}

func lines(es []seis.Entry) []string {
	var out []string
	for _, e := range es {
		out = append(out, told(e))
	}
	return out
}

// streams are records of streams that overlap in time. Two of them have the
// same times, and of one there is every record in two qualities.
func streams(t testing.TB) map[fdsn.ID][][]byte {
	out := map[fdsn.ID][][]byte{}
	for i, c := range []string{"HHZ", "HHN", "HHE", "HH1"} {
		id := hhz
		id.Channel = c
		start := at(t, "2026-03-01T12:00:00Z").AddSeconds(float64(i%3) * 1.7)
		out[id] = pack(t, steim2(id), start, golden.Waveform(uint64(i%3), 12000))
	}
	for _, raw := range out[hhz] {
		raw = bytes.Clone(raw)
		raw[6] = 'Q'
		out[hhz] = append(out[hhz], raw)
	}
	return out
}

func TestFilesOrder(t *testing.T) {
	byID := streams(t)
	var all [][]byte
	for _, c := range []string{"HHE", "HHN", "HHZ", "HH1"} {
		id := hhz
		id.Channel = c
		all = append(all, byID[id]...)
	}

	// One file per stream, and the same records shuffled over many files in
	// folders elsewhere, give the same records in the same order.
	a := t.TempDir()
	for id, recs := range byID {
		write(t, filepath.Join(a, id.String()+".mseed"), recs...)
	}
	s, es := readAll(t, []string{a}, FileOptions{})
	if first, last := s.Interval(); first != es[0].Time || last != es[len(es)-1].Time {
		t.Errorf("interval %v to %v", first, last)
	}
	if got, want := fmt.Sprint(s.Streams()), "[XX.ABC.00.HH1 XX.ABC.00.HHE XX.ABC.00.HHN XX.ABC.00.HHZ]"; got != want {
		t.Errorf("streams %v, want %v", got, want)
	}
	if len(es) != len(all) {
		t.Fatalf("%d entries, want %d", len(es), len(all))
	}
	for i, e := range es {
		if e.Kind != seis.EntryReceipt || e.Serial != 0 || e.Receipt.Verdict != 0 || e.Receipt.Source != "files" || e.Receipt.Protocol != "file" {
			t.Fatalf("entry %d: %+v %+v", i, e, e.Receipt)
		}
		rec, v, reason := NewJudge(JudgeOptions{}).Judge(e.Receipt.Bytes, e.Time)
		if v != seis.Accepted {
			t.Fatalf("entry %d: %v %s", i, v, reason)
		}
		if d := rec.End().Sub(e.Time); d > 1 || d < -1 {
			t.Fatalf("entry %d at %v, record ends %v", i, e.Time, rec.End())
		}
		if i > 0 && e.Time.Before(es[i-1].Time) {
			t.Fatalf("entry %d at %v comes after %v", i, e.Time, es[i-1].Time)
		}
		if i > 0 && e.Time == es[i-1].Time && e.Receipt.Peer < es[i-1].Receipt.Peer {
			t.Fatalf("entry %d of %s comes after one of %s", i, e.Receipt.Peer, es[i-1].Receipt.Peer)
		}
	}

	r := rand.New(rand.NewPCG(7, 7))
	for round := range 5 {
		b := filepath.Join(t.TempDir(), "elsewhere")
		r.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
		for i := 0; i < len(all); {
			n := min(1+r.IntN(9), len(all)-i)
			write(t, filepath.Join(b, fmt.Sprint("d", r.IntN(3)), fmt.Sprint("f", r.IntN(1e9))), all[i:i+n]...)
			i += n
		}
		_, fs := readAll(t, []string{b}, FileOptions{})
		if !slices.EqualFunc(es, fs, func(x, y seis.Entry) bool {
			return x.Time == y.Time && bytes.Equal(x.Receipt.Bytes, y.Receipt.Bytes)
		}) {
			t.Fatalf("round %d: another order", round)
		}
	}

	// Moving the folder changes nothing at all; nor does naming it twice, or
	// one of its files beside it.
	c := filepath.Join(t.TempDir(), "x", "y")
	for id, recs := range byID {
		write(t, filepath.Join(c, id.String()+".mseed"), recs...)
	}
	_, cs := readAll(t, []string{filepath.Join(c, "XX.ABC.00.HHZ.mseed"), c, c}, FileOptions{})
	if d := cmp.Diff(lines(es), lines(cs)); d != "" {
		t.Error(d)
	}
}

func TestFilesInterval(t *testing.T) {
	dir := t.TempDir()
	recs := pack(t, steim2(hhz), at(t, "2026-03-01T12:00:00Z"), golden.Waveform(1, 12000))
	write(t, filepath.Join(dir, "a"), recs...)
	start, end := at(t, "2026-03-01T12:00:30Z"), at(t, "2026-03-01T12:01:00Z")
	_, es := readAll(t, []string{dir}, FileOptions{Start: start, End: end})
	n := 0
	for _, raw := range recs {
		rec, _, _ := NewJudge(JudgeOptions{}).Judge(raw, seis.Time{})
		if rec.Start.Before(end) && rec.End().After(start) {
			n++
		}
	}
	late := hhz
	late.Channel = "HHE"
	write(t, filepath.Join(dir, "b"), pack(t, steim2(late), end, golden.Waveform(1, 1200))...)
	if s, _ := readAll(t, []string{dir}, FileOptions{End: end}); len(s.Streams()) != 1 {
		t.Errorf("streams %v, want HHZ alone", s.Streams())
	}
	if len(es) != n || n == 0 || n == len(recs) {
		t.Errorf("%d entries of %d records, want %d", len(es), len(recs), n)
	}
}

func TestFilesBroken(t *testing.T) {
	dir := t.TempDir()
	recs := pack(t, steim2(hhz), at(t, "2026-03-01T12:00:00Z"), golden.Waveform(1, 2000))
	old := bytes.Clone(recs[0])
	old[20], old[21] = 0x07, 0x6d // 1901
	noise := bytes.Repeat([]byte("noise "), 50)
	write(t, filepath.Join(dir, "a"), noise, recs[0], noise, recs[1], recs[2][:100])
	write(t, filepath.Join(dir, "b"), old, recs[3])
	write(t, filepath.Join(dir, "empty"))
	write(t, filepath.Join(dir, "sub", "readme.txt"), []byte("The data of March.\n"))
	write(t, filepath.Join(dir, "huge"), bytes.Repeat(noise, 1000), recs[4])
	if err := os.Symlink(dir, filepath.Join(dir, "loop")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "lost")); err != nil {
		t.Fatal(err)
	}
	s, es := readAll(t, []string{dir}, FileOptions{})
	reason := func(what string) string {
		return `parse record: header at 0: "` + what + `", want "MS\x03" or six digits and quality D, R, Q or M`
	}
	end := func(i int) string {
		rec, _, _ := NewJudge(JudgeOptions{}).Judge(recs[i], seis.Time{})
		return rec.End().String()
	}
	want := []string{
		end(0) + " a@300 512 bytes unknown ",
		end(0) + " a@0 300 bytes refused " + reason("noise no"),
		end(0) + " a@812 300 bytes refused " + reason("noise no"),
		end(1) + " a@1112 512 bytes unknown ",
		end(1) + " a@1624 100 bytes refused parse record: miniSEED 2 record: 100 bytes, want 512: more bytes needed",
		end(3) + " b@512 512 bytes unknown ",
		end(3) + " b@0 512 bytes unknown ",
		end(4) + " huge@300000 512 bytes unknown ",
		end(4) + " huge@0 65536 bytes refused " + reason("noise no") + " (the first 65536 of 300000 bytes)",
	}
	got := lines(es)
	// Equal times: digests decide, which this table does not foresee.
	slices.Sort(got)
	slices.Sort(want)
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if !slices.IsSortedFunc(es, func(a, b seis.Entry) int { return a.Time.Compare(b.Time) }) {
		t.Error("times decrease")
	}
	if i := slices.IndexFunc(es, func(e seis.Entry) bool { return e.Receipt.Verdict == seis.Refused }); i == 0 {
		t.Error("refused bytes come before their neighbour")
	}

	var problems []string
	for _, p := range s.Problems() {
		problems = append(problems, p.String())
	}
	if d := cmp.Diff([]string{
		"a: 700 of 1724 bytes are no record; skip 300 bytes at 0: " + reason("noise no"),
		"empty: empty",
		"huge: 300000 of 300512 bytes are no record; skip 300000 bytes at 0: " + reason("noise no"),
		"loop: a link to a folder, not followed",
		"lost: stat: no such file or directory",
		"sub/readme.txt: no miniSEED record: skip 19 bytes at 0: " + reason("The data"),
	}, problems); d != "" {
		t.Error(d)
	}
}

func TestFilesWithoutTime(t *testing.T) {
	dir := t.TempDir()
	recs := pack(t, steim2(hhz), at(t, "2026-03-01T12:00:00Z"), golden.Waveform(1, 900))
	old := bytes.Clone(recs[0])
	old[20], old[21] = 0x07, 0x6d // 1901
	write(t, filepath.Join(dir, "old"), old)
	if _, es := readAll(t, []string{dir}, FileOptions{}); len(es) != 1 || es[0].Time != at(t, "1970-01-02") {
		t.Errorf("alone: %q", lines(es))
	}
	write(t, filepath.Join(dir, "new"), recs[1])
	_, es := readAll(t, []string{dir}, FileOptions{})
	if len(es) != 2 || es[0].Time != es[1].Time || es[0].Time.Before(at(t, "2026-03-01")) {
		t.Errorf("with another: %q", lines(es))
	}
	if _, es := readAll(t, []string{dir}, FileOptions{End: at(t, "2027-01-01")}); len(es) != 1 {
		t.Errorf("in an interval: %q", lines(es))
	}
}

func TestFilesErrors(t *testing.T) {
	ctx := context.Background()
	if _, err := Files(ctx, nil, FileOptions{}); err == nil {
		t.Error("no path: no error")
	}
	missing := filepath.Join(t.TempDir(), "missing")
	if _, err := Files(ctx, []string{missing}, FileOptions{}); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), missing) {
		t.Errorf("missing path: %v", err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	write(t, path, pack(t, steim2(hhz), at(t, "2026-03-01T12:00:00Z"), golden.Waveform(1, 900))...)

	ctx, cancel := context.WithCancel(ctx)
	s, err := Files(ctx, []string{dir}, FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := os.Truncate(path, 700); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Next(); err != nil {
		t.Errorf("first record: %v", err)
	}
	cancel()
	if _, err := s.Next(); !errors.Is(err, context.Canceled) {
		t.Errorf("after cancel: %v", err)
	}
	if _, err := Files(ctx, []string{dir}, FileOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}

	s, err = Files(context.Background(), []string{dir}, FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := os.Truncate(path, 100); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Next(); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.HasPrefix(err.Error(), "read record at 0 of a again: ") {
		t.Errorf("truncated: %v", err)
	}
}

// Many files are read through few open ones.
func TestFilesOpensFew(t *testing.T) {
	dir := t.TempDir()
	recs := pack(t, steim2(hhz), at(t, "2026-03-01T12:00:00Z"), golden.Waveform(1, 200000))
	for i, raw := range recs {
		n := i % (maxOpen + 30)
		f, err := os.OpenFile(filepath.Join(dir, fmt.Sprint(n)), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(raw); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	var done, total int64
	s, es := readAll(t, []string{dir}, FileOptions{Progress: func(d, n int64) {
		if d < done {
			t.Errorf("progress went from %d to %d", done, d)
		}
		done, total = d, n
	}})
	if len(es) != len(recs) || len(s.reader.open) != maxOpen {
		t.Errorf("%d entries of %d, %d files open, want %d", len(es), len(recs), len(s.reader.open), maxOpen)
	}
	for i, e := range es {
		if !bytes.Equal(e.Receipt.Bytes, recs[i]) {
			t.Fatalf("entry %d is another record", i)
		}
	}
	if size := int64(len(recs) * len(recs[0])); done != size || total != size {
		t.Errorf("progress ended at %d of %d, want %d", done, total, size)
	}
}

// The shared sets: every record is read and accepted. Records and samples were
// counted with ObsPy 1.5.1 (get_record_information over each file).
func TestFilesShared(t *testing.T) {
	for _, c := range []struct {
		set                        string
		streams, records, problems int
		samples                    int
	}{
		{"seismic/e2e-pleasanthill-m45/raw", 39, 1031, 11, 1341755},
		{"seismic/e2e-hengill-2018/wave", 60, 10209, 0, 3510060},
	} {
		t.Run(c.set, func(t *testing.T) {
			s, es := readAll(t, []string{golden.Data(t, c.set)}, FileOptions{})
			j := NewJudge(JudgeOptions{})
			samples := 0
			for _, e := range es {
				rec, v, reason := j.Judge(e.Receipt.Bytes, e.Time)
				if v != seis.Accepted {
					t.Errorf("%s: %v %s", told(e), v, reason)
					continue
				}
				samples += rec.Count
			}
			if len(s.Streams()) != c.streams || len(es) != c.records || samples != c.samples || len(s.Problems()) != c.problems {
				t.Errorf("%d streams, %d records, %d samples, %d problems, want %+v", len(s.Streams()), len(es), samples, len(s.Problems()), c)
			}
			for _, p := range s.Problems() {
				if !strings.HasSuffix(p.Path, ".xml") {
					t.Error(p)
				}
			}
		})
	}
}
