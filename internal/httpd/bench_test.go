package httpd

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"houfeng/fdsn"
	"houfeng/internal/seis"
	"houfeng/mseed"
)

// busyNetwork is a network of a thousand stations with five streams each.
func busyNetwork(b *testing.B) (*network, []*seis.Record, []seis.Shaking) {
	b.Helper()
	n := newNetwork(30 * time.Second)
	now := seis.TimeOf(1571117622e9, false)
	random := rand.New(rand.NewPCG(1, 2))
	samples := make([]int32, 4000)
	for i := range samples {
		samples[i] = int32(random.NormFloat64() * 300)
	}
	p := mseed.Packer{ID: fdsn.ID{Network: "XX", Station: "S", Channel: "HHZ"}, Rate: 100, Encoding: mseed.Steim2}
	raws, err := p.Add(now.Nanos(), samples)
	if err != nil {
		b.Fatal(err)
	}
	var records []*seis.Record
	var shaking []seis.Shaking
	for i := range 1000 {
		station := fmt.Sprintf("S%04d", i)
		for _, c := range []string{"HHZ", "HHN", "HHE", "HNZ", "HNE"} {
			h, err := mseed.Parse(raws[i%len(raws)])
			if err != nil {
				b.Fatal(err)
			}
			records = append(records, &seis.Record{ID: fdsn.ID{Network: "XX", Station: station, Channel: c}, Start: now, Rate: 100, Count: h.Count, Arrived: now.AddSeconds(5), Header: h})
		}
		shaking = append(shaking, seis.Shaking{Station: "XX." + station, Start: now, WindowS: 1, PGA: random.ExpFloat64(), PGV: random.ExpFloat64(), GBT: 1 + random.Float64(), JMA: random.Float64()})
	}
	n.records(records)
	n.tick(now.AddSeconds(5))
	return n, records, shaking
}

// What the server does five times a second for its clients: gather and encode
// one second of a thousand stations.
func BenchmarkFlush1000Stations(b *testing.B) {
	n, _, shaking := busyNetwork(b)
	wall := time.Unix(1571117622, 0)
	b.ReportAllocs()
	bytes := 0
	for b.Loop() {
		for i := range shaking {
			n.shook(shaking[i])
		}
		bytes = 0
		for _, m := range liveMessages(n.changes(wall)) {
			bytes += len(m)
		}
	}
	b.ReportMetric(float64(bytes), "bytes/flush")
}

// What each record costs while nobody looks at its trace, and while one of the
// 64 streams a client follows in bins of 20 Hz is among them.
func BenchmarkRecords(b *testing.B) {
	for _, clients := range []int{0, 1, 20} {
		b.Run(fmt.Sprintf("%d_clients", clients), func(b *testing.B) {
			n, records, _ := busyNetwork(b)
			o := Options{}
			o.setDefaults()
			t := newTraces(o)
			for range clients {
				c := &tracer{streams: map[fdsn.ID]bool{}, maxRate: 20}
				for i := range maxTraceStreams {
					c.streams[records[i*70].ID] = true
				}
				t.clients[c] = struct{}{}
			}
			b.ReportAllocs()
			for b.Loop() {
				n.records(records)
				t.records(records)
				for c := range t.clients {
					for c.take() != nil {
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(records)), "ns/record")
		})
	}
}
