package journal_test

import (
	"fmt"
	"io"
	"testing"

	"houfeng/internal/engine/journal"
	"houfeng/internal/engine/journal/journaltest"
)

// BenchmarkAppend appends receipts of 512 bytes and syncs every so many.
func BenchmarkAppend(b *testing.B) {
	for _, every := range []int{1, 100, 900, 10_000} {
		b.Run(fmt.Sprintf("sync=%d", every), func(b *testing.B) {
			j := openFile(b, b.TempDir(), journal.Options{MaxBytes: 512 << 20})
			e := journaltest.Receipt(1, 1)
			b.SetBytes(512)
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				if _, err := j.Append(e); err != nil {
					b.Fatal(err)
				}
				if n++; n%every == 0 {
					if err := j.Sync(); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	j := openFile(b, b.TempDir(), journal.Options{})
	for i := range 200_000 {
		if _, err := j.Append(journaltest.Receipt(i, i)); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(512)
	b.ReportAllocs()
	r, err := j.Read(1)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { r.Close() }()
	for b.Loop() {
		_, err := r.Next()
		if err == io.EOF {
			r.Close()
			if r, err = j.Read(1); err != nil {
				b.Fatal(err)
			}
			continue
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen opens a journal of 64 MiB after an unclean end.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	j := openFile(b, dir, journal.Options{SegmentBytes: 128 << 20})
	for i := range 110_000 {
		if _, err := j.Append(journaltest.Receipt(i, i)); err != nil {
			b.Fatal(err)
		}
	}
	j.Close()
	for b.Loop() {
		j, err := journal.Open(dir, journal.Options{SegmentBytes: 128 << 20})
		if err != nil {
			b.Fatal(err)
		}
		j.Close()
	}
}
