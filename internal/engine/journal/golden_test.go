package journal

import (
	"bytes"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"houfeng/internal/engine/journal/journaltest/entrydiff"
	"houfeng/internal/seis"
)

var update = flag.Bool("update", false, "write the golden files of a format version that has none")

// golden is a journal with every kind of entry, in two segments.
func golden() []seis.Entry {
	at := func(sec int64) seis.Time { return seis.TimeOf(1571117622_000000000+sec*1e9, false) }
	return []seis.Entry{
		{Kind: seis.EntrySetup, Time: at(0), Setup: &seis.Setup{
			Version: "0.1.0", Config: []byte("[centre]\nname = \"golden\"\n"),
			Inventory: []seis.File{{Name: "XX.xml", Bytes: []byte("<FDSNStationXML/>")}, {Name: "empty.txt"}},
			Models:    []seis.File{{Name: "iasp91", Bytes: []byte("0 5.8 3.36\n20 5.8 3.36\n")}},
		}},
		{Kind: seis.EntryReceipt, Time: at(1), Receipt: &seis.Receipt{
			Bytes: bytes.Repeat([]byte("000001D "), 64), Peer: "192.0.2.7:18000", Source: "upstream", Identity: "CN=xx.sta",
			Protocol: "seedlink/3.1", UpstreamSeq: 0xABCDEF, Verdict: seis.Accepted,
		}},
		{Kind: seis.EntryReceipt, Time: at(1), Receipt: &seis.Receipt{
			Bytes: []byte("GET / HTTP/1.1\r\n"), Peer: "[2001:db8::1]:4242", Source: "upstream", Protocol: "seedlink/3.1",
			UpstreamSeq: -1, Verdict: seis.Refused, Reason: "not miniSEED: begins with 47 45 54",
		}},
		{Kind: seis.EntryTick, Time: seis.TimeOf(1571117624_000000000, true)},
		{Kind: seis.EntryTick, Time: at(-5)}, // is given the time before it
		{Kind: seis.EntryTrust, Time: at(2), Trust: &seis.Trust{
			Stream: "XX.*.*.HH?", Start: seis.TimeOf(1483228800_500000000, true), End: at(90), Standing: seis.NonDeciding,
			Weight: math.NaN(), Reasons: []string{"clock 3.2 s ahead", "同一路由器"}, FateGroups: []string{"router/r7"}, Made: at(2),
		}},
		{Kind: seis.EntryReceipt, Time: at(3), Receipt: &seis.Receipt{Protocol: "file", UpstreamSeq: 512, Verdict: seis.Duplicate, Reason: "entry 2"}},
		{Kind: seis.EntryTick, Time: at(4)},
	}
}

func writeGolden(t *testing.T, dir string) {
	t.Helper()
	salt := uint64(0x5eed)
	j, err := Open(dir, Options{SegmentBytes: 1000, salt: func() (uint64, error) { salt++; return salt, nil }})
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range golden() {
		if _, err := j.Append(e); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 { // sync marks
			if err := j.Sync(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

const golden1 = "testdata/v1"

// TestGoldenReads: journals of version 1 stay readable.
func TestGoldenReads(t *testing.T) {
	if *update {
		if _, err := os.Stat(golden1); err == nil {
			t.Fatalf("%s exists; files of a released version are not written again", golden1)
		}
		writeGolden(t, golden1)
		os.Remove(filepath.Join(golden1, "LOCK"))
	}
	j, err := OpenRead(golden1)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	r, err := j.Read(1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var before seis.Time
	for i, want := range golden() {
		want.Serial = uint64(i + 1)
		if i > 0 && want.Time.Before(before) {
			want.Time = before
		}
		before = want.Time
		got, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if d := entrydiff.Diff(want, got); d != "" {
			t.Errorf("entry %d (−want +got):\n%s", i+1, d)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Errorf("at the end: %v, want io.EOF", err)
	}
	if e, err := j.Setup(5); err != nil || e.Serial != 1 || e.Setup.Version != "0.1.0" {
		t.Errorf("Setup(5) = %+v, %v", e, err)
	}
	if r := j.Recovered(); r.Dropped != 0 || r.Damage != nil {
		t.Errorf("recovered %+v", r)
	}
}

// TestGoldenWrites: the same entries still make the same files, byte for byte.
// If this fails the format has changed and needs a new version.
func TestGoldenWrites(t *testing.T) {
	dir := t.TempDir()
	writeGolden(t, dir)
	files, err := os.ReadDir(golden1)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		want, err := os.ReadFile(filepath.Join(golden1, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v, %d bytes differ from the %d of version 1", f.Name(), err, len(got), len(want))
		}
	}
	if len(files) < 4 {
		t.Errorf("%d golden files, want two segments, an index and a setup", len(files))
	}
}

// FuzzEntry: any payload decodes to an entry that encodes to the same bytes, or
// to an error; and it takes no more memory than its length warrants.
func FuzzEntry(f *testing.F) {
	for _, e := range golden() {
		f.Add(uint8(e.Kind), appendPayload(nil, &e))
	}
	f.Add(uint8(seis.EntrySetup), []byte{0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Add(uint8(seis.EntryReceipt), []byte{1, 0x80, 0})
	f.Add(uint8(9), []byte{})
	// A length of zero in two bytes: the same entry in another form.
	trust := appendPayload(nil, &seis.Entry{Kind: seis.EntryTrust, Trust: &seis.Trust{}})
	f.Add(uint8(seis.EntryTrust), append([]byte{0x80, 0}, trust[1:]...))
	f.Fuzz(func(t *testing.T, kind uint8, payload []byte) {
		e, err := decodePayload(seis.EntryKind(kind), payload)
		if err != nil {
			return
		}
		if err := check(e); err != nil {
			t.Fatalf("decoded an entry that cannot be appended: %v", err)
		}
		if again := appendPayload(nil, &e); !bytes.Equal(again, payload) {
			t.Fatalf("decoded and encoded again:\n%x, was\n%x", again, payload)
		}
	})
}
