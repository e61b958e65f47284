package archive_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"houfeng/internal/engine/archive/archivetest"
	"houfeng/internal/seis"
)

// TestForget: an archive that remembers the ends of hardly any files stores the
// same as one that remembers all, also when several goroutines add to it.
func TestForget(t *testing.T) {
	a := openFolder(t, t.TempDir())
	a.RememberAtMost(1)
	const streams, each = 5, 40
	var wg sync.WaitGroup
	for k := range streams {
		id := archivetest.ID
		id.Station = fmt.Sprint("S", k)
		for range 2 { // both add the same records
			wg.Go(func() {
				for i := range each {
					if err := a.Add(context.Background(), []*seis.Record{archivetest.Record(id, float64(i*10), 10, 50, i)}); err != nil {
						t.Error(err)
					}
					if i%3 == 0 {
						if err := a.Sync(); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
	}
	wg.Wait()
	for k := range streams {
		id := archivetest.ID
		id.Station = fmt.Sprint("S", k)
		raw := archivetest.MustRead(t, a, id, archivetest.All[0], archivetest.All[1])
		if len(raw) != each {
			t.Errorf("stream %d has %d records, want %d", k, len(raw), each)
		}
	}
	if n := a.Remembered(); n > 2*streams {
		t.Errorf("remembers %d files", n)
	}
}
