package archivetest

import (
	"crypto/sha256"
	"fmt"

	"houfeng/fdsn"
	"houfeng/internal/seis"
	"houfeng/mseed"
)

// ID is the stream of most records here.
var ID = fdsn.ID{Network: "XX", Station: "STA", Location: "00", Channel: "HHZ"}

// Midnight is the beginning of a day, 2019-10-16.
var Midnight = seis.TimeOf(1571184000e9, false)

// Record makes a miniSEED 2 record of stream id that starts sec seconds after
// Midnight and has count samples at rate, the first of which is seed.
func Record(id fdsn.ID, sec float64, rate float64, count, seed int) *seis.Record {
	p := mseed.Packer{ID: id, Rate: rate, Encoding: mseed.Steim1, TimingQuality: -1}
	samples := make([]int32, count)
	for i := range samples {
		samples[i] = int32(seed)
	}
	full, err := p.Add(Midnight.AddSeconds(sec).Nanos(), samples)
	if err == nil {
		var rest [][]byte
		rest, err = p.Flush()
		full = append(full, rest...)
	}
	if err != nil || len(full) != 1 {
		panic(fmt.Sprintf("%d records of %d samples: %v", len(full), count, err))
	}
	return RecordOf(full[0])
}

// RecordOf parses raw.
func RecordOf(raw []byte) *seis.Record {
	h, err := mseed.Parse(raw)
	if err != nil {
		panic(err)
	}
	return &seis.Record{
		ID: h.ID, Start: seis.TimeOf(h.StartNS, h.Leap), Rate: h.Rate, Count: h.Count,
		Header: h, Digest: sha256.Sum256(raw),
	}
}
