package catalogue_test

import (
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"houfeng/fdsn"
	"houfeng/internal/engine/catalogue"
	"houfeng/internal/engine/catalogue/cataloguetest"
	"houfeng/internal/seis"
)

// usual is an event seen by 20 stations: 32 arrivals, 20 magnitudes and 20
// intensities.
func usual(id string, revision, i int) seis.Event {
	e := cataloguetest.Event(id, revision)
	e.Origin.Time = e.Origin.Time.AddSeconds(float64(i) * 61.7)
	e.Origin.Arrivals = nil
	e.Magnitude = &seis.Magnitude{Type: "ML", Value: 2 + float64(i%40)/10, Sigma: 0.21, Count: 20, Method: "ml"}
	for k := range 32 {
		f := float64(k + i)
		stream := fdsn.ID{Network: "TW", Station: fmt.Sprintf("STA%d", k%20), Location: "00", Channel: "HHZ"}
		e.Origin.Arrivals = append(e.Origin.Arrivals, seis.Arrival{
			Pick: seis.Pick{ID: fmt.Sprintf("%032x", k), Stream: stream, Phase: seis.P, Time: e.Origin.Time.AddSeconds(3 + f/7),
				SigmaS: 0.05, SNR: 10 + f/3, Amplitude: 1e4 / (f + 1), Method: "aic", Made: e.Made},
			Phase: seis.P, DistanceKm: 10 + f/3, AzimuthDeg: math.Mod(f*17.3, 360), TakeoffDeg: 90 + f/11, ResidualS: math.Sin(f) / 5, Weight: 1,
		})
		if k < 20 {
			e.Magnitude.Stations = append(e.Magnitude.Stations, seis.StationMagnitude{
				Stream: stream, Type: "ML", Value: 3 + math.Sin(f)/5, Amplitude: 1 / (f + 0.3), Unit: "mm", Time: e.Origin.Time.AddSeconds(9), DistanceKm: 10 + f/3, SNR: f, Used: true,
			})
			e.Intensities = append(e.Intensities, seis.Shaking{
				Station: stream.StationID(), Stream: stream, EventID: id, Start: e.Origin.Time, WindowS: 60, Latitude: 23 + f/100, Longitude: 121 + f/90,
				DistanceKm: 10 + f/3, PGA: 80 / (f + 1), PGV: 6 / (f + 1), PGANorth: 70 / (f + 1), PGAEast: 60 / (f + 1), PGAUp: 50 / (f + 1), GBT: 4, JMA: 3, Components: 3, Made: e.Made,
			})
		}
	}
	return e
}

func BenchmarkAddRevision(b *testing.B) {
	for name, c := range map[string]catalogue.Catalogue{
		"memory": catalogue.NewMemory(), "sqlite": open(b, filepath.Join(b.TempDir(), "c")),
	} {
		b.Run(name, func(b *testing.B) {
			i := 0
			for b.Loop() {
				e := usual(fmt.Sprint(name, b.N, "-", i/4), i%4+1, i)
				if err := c.AddRevision(b.Context(), e); err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
	}
}

func BenchmarkEvents(b *testing.B) {
	c := open(b, filepath.Join(b.TempDir(), "c"))
	const n = 2000
	for i := range n {
		cataloguetest.Add(b, c, usual(fmt.Sprintf("%06x", i), 1, i))
	}
	five := 5.0
	middle := usual("", 1, n/2).Origin.Time
	for _, q := range []struct {
		name string
		catalogue.Query
		want int
	}{
		{"newest-20", catalogue.Query{Limit: 20}, 20},
		{"page-20", catalogue.Query{Limit: 20, BeforeTime: middle, BeforeID: "0"}, 20},
		{"magnitude-5-of-2000", catalogue.Query{MinMagnitude: &five}, n / 4},
		{"1000", catalogue.Query{}, 1000},
	} {
		b.Run(q.name, func(b *testing.B) {
			for b.Loop() {
				events, err := c.Events(b.Context(), q.Query)
				if err != nil || len(events) != q.want {
					b.Fatal(len(events), err)
				}
			}
			b.ReportMetric(float64(q.want)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

func BenchmarkDocument(b *testing.B) {
	e := usual("a", 1, 0)
	doc := encode(b, e)
	b.Run("encode", func(b *testing.B) {
		b.SetBytes(int64(len(doc)))
		b.ReportAllocs()
		for b.Loop() {
			encode(b, e)
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(len(doc)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := catalogue.Decode(doc); err != nil {
				b.Fatal(err)
			}
		}
	})
}
