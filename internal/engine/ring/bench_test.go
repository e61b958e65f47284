package ring_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"houfeng/internal/engine/ring"
	"houfeng/internal/engine/ring/ringtest"
)

// records are one of each of 5,000 channels, 512 bytes each.
func records() []ring.Item {
	items := make([]ring.Item, 5000)
	for i := range items {
		items[i] = ringtest.Record(i/3, i)
	}
	return items
}

// BenchmarkAppend appends records of 5,000 channels while a second goroutine
// syncs every 100 ms.
func BenchmarkAppend(b *testing.B) {
	r := openFile(b, b.TempDir(), ring.Options{MaxBytes: 1 << 30})
	items := records()
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-time.After(100 * time.Millisecond):
				r.Sync()
			case <-stop:
				return
			}
		}
	})
	b.SetBytes(512)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := r.Append(items[i%len(items)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
	close(stop)
	wg.Wait()
}

// BenchmarkReplay has readers read all of a ring of a million records from the
// segments; a record read by one reader counts once.
func BenchmarkReplay(b *testing.B) {
	r := openFile(b, b.TempDir(), ring.Options{MaxBytes: 2 << 30})
	items := records()
	const n = 1_000_000
	for i := range n {
		if _, err := r.Append(items[i%len(items)]); err != nil {
			b.Fatal(err)
		}
	}
	if err := r.Sync(); err != nil {
		b.Fatal(err)
	}
	for _, readers := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("readers=%d", readers), func(b *testing.B) {
			var read atomic.Int64
			for b.Loop() {
				var wg sync.WaitGroup
				for range readers {
					wg.Go(func() {
						k := 0
						for after := uint64(0); after < n; {
							items, err := r.Read(context.Background(), after, 1000)
							if err != nil {
								b.Error(err)
								return
							}
							after = items[len(items)-1].Position
							k += len(items)
						}
						read.Add(int64(k))
					})
				}
				wg.Wait()
			}
			b.ReportMetric(float64(read.Load())/b.Elapsed().Seconds()/1e6, "Mrecords/s")
		})
	}
}

// BenchmarkLive appends 9,000 records a second for three seconds while readers
// read along, and reports how long after it was appended a record was read.
func BenchmarkLive(b *testing.B) {
	for _, readers := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprintf("readers=%d", readers), func(b *testing.B) {
			for b.Loop() {
				before := cpu()
				begin := time.Now()
				p50, p99, err := live(b, readers, 9000, 3*time.Second)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(100*(cpu()-before).Seconds()/time.Since(begin).Seconds(), "%core")
				b.ReportMetric(float64(p50.Microseconds()), "p50-µs")
				b.ReportMetric(float64(p99.Microseconds()), "p99-µs")
			}
		})
	}
}

// cpu returns how much processor time the process has had.
func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func live(b *testing.B, readers, rate int, d time.Duration) (p50, p99 time.Duration, err error) {
	r := openFile(b, b.TempDir(), ring.Options{})
	items := records()
	n := int(d.Seconds() * float64(rate))
	appended := make([]atomic.Int64, n+1) // ns since begin, by position
	begin := time.Now()
	late := make([][]time.Duration, readers)
	var wg sync.WaitGroup
	for k := range readers {
		wg.Go(func() {
			for after := uint64(0); after < uint64(n); {
				items, err := r.Read(context.Background(), after, 1000)
				if err != nil {
					return
				}
				now := time.Since(begin)
				for _, it := range items {
					if it.Position%uint64(max(1, readers/10)) == 0 {
						late[k] = append(late[k], now-time.Duration(appended[it.Position].Load()))
					}
				}
				after = items[len(items)-1].Position
			}
		})
	}
	lastSync := time.Duration(0)
	for i := 1; i <= n; {
		due := min(n, int(time.Since(begin).Seconds()*float64(rate)))
		for ; i <= due; i++ {
			appended[i].Store(int64(time.Since(begin)))
			if _, err := r.Append(items[i%len(items)]); err != nil {
				return 0, 0, err
			}
		}
		if now := time.Since(begin); now-lastSync > 100*time.Millisecond {
			lastSync = now
			wg.Go(func() { r.Sync() })
		}
		time.Sleep(time.Millisecond)
	}
	wg.Wait()
	all := slices.Concat(late...)
	slices.Sort(all)
	return all[len(all)/2], all[len(all)*99/100], nil
}

// BenchmarkOpen opens a ring of a million records after a clean end.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	r := openFile(b, dir, ring.Options{})
	items := records()
	for i := range 1_000_000 {
		if _, err := r.Append(items[i%len(items)]); err != nil {
			b.Fatal(err)
		}
	}
	r.Close()
	for b.Loop() {
		r, err := ring.Open(dir, ring.Options{})
		if err != nil {
			b.Fatal(err)
		}
		r.Close()
	}
}
