package mseed_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"houfeng/fdsn"
	"houfeng/mseed"
)

func ExamplePacker() {
	p := mseed.Packer{
		ID:       fdsn.ID{Network: "XX", Station: "ABC", Location: "00", Channel: "HHZ"},
		Rate:     100,
		Encoding: mseed.Steim2,
	}
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	full, err := p.Add(start.UnixNano(), []int32{12, 15, 11, 4, -3})
	if err != nil {
		fmt.Println(err)
		return
	}
	rest, err := p.Flush()
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := mseed.Parse(rest[0])
	if err != nil {
		fmt.Println(err)
		return
	}
	samples, err := r.Ints(nil)
	fmt.Println(len(full), len(rest), r.ID, r.Rate, samples, err)
	// Output: 0 1 XX.ABC.00.HHZ 100 [12 15 11 4 -3] <nil>
}

func ExampleScanner() {
	record, err := mseed.TextRecord(fdsn.ID{Network: "XX", Station: "ABC", Channel: "LOG"}, 0, []byte("clock locked"), 128, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	s := mseed.NewScanner(io.MultiReader(bytes.NewReader([]byte("noise")), bytes.NewReader(record)))
	for {
		r, err := s.Next()
		var skip *mseed.SkipError
		switch {
		case err == io.EOF:
			return
		case errors.As(err, &skip):
			fmt.Println("skipped", skip.Length, "bytes at", skip.Offset)
		case err != nil:
			fmt.Println(err)
			return
		default:
			fmt.Printf("%v at %d: %s\n", r.ID, s.Offset(), r.Payload[:r.Count])
		}
	}
	// Output:
	// skipped 5 bytes at 0
	// XX.ABC..LOG at 5: clock locked
}
