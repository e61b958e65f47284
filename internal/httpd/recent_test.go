package httpd

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"houfeng/fdsn"
	"houfeng/internal/seis"
	"houfeng/mseed"
)

// What is kept is the newest of what came, within bytes and span, and each
// stream's list holds the same records in the same order.
func TestRecentKeepsTheNewest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		maxBytes := rapid.IntRange(1, 20_000).Draw(t, "max bytes")
		span := time.Duration(rapid.IntRange(1, 100).Draw(t, "span s")) * time.Second
		q := &recent{maxBytes: maxBytes, span: span, stream: map[fdsn.ID][]*seis.Record{}}
		var all []*seis.Record
		now := seis.TimeOf(1e18, false)
		for range rapid.IntRange(1, 3000).Draw(t, "records") {
			now = now.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "ms")) * time.Millisecond)
			id := fdsn.ID{Network: "XX", Station: fmt.Sprint(rapid.IntRange(0, 4).Draw(t, "station")), Channel: "HHZ"}
			r := &seis.Record{ID: id, Start: now, Rate: 100, Count: 100, Arrived: now,
				Header: mseed.Record{Raw: make([]byte, rapid.IntRange(1, 512).Draw(t, "size"))}}
			q.add(r)
			all = append(all, r)
		}
		kept := all[len(all)-q.len():]
		bytes := 0
		streams := map[fdsn.ID][]*seis.Record{}
		for _, r := range kept {
			bytes += size(r)
			streams[r.ID] = append(streams[r.ID], r)
			if r.Arrived.Before(now.Add(-span)) && q.len() > 1 {
				t.Fatalf("a record of %v is kept at %v, span %v", r.Arrived, now, span)
			}
		}
		if bytes != q.bytes || bytes > maxBytes && q.len() > 1 {
			t.Fatalf("%d records of %d bytes, accounted %d, allowed %d", q.len(), bytes, q.bytes, maxBytes)
		}
		if len(streams) != len(q.stream) {
			t.Fatalf("%d streams listed, want %d", len(q.stream), len(streams))
		}
		for id, want := range streams {
			got := q.of(id, seis.TimeOf(0, false))
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("stream %v lists %d records, want %d", id, len(got), len(want))
			}
		}
		// Nothing that fits was let go.
		if q.len() < len(all) {
			next := all[len(all)-q.len()-1]
			if bytes+size(next) <= maxBytes && !next.Arrived.Before(now.Add(-span)) {
				t.Fatalf("a record that fits was let go")
			}
		}
	})
}
