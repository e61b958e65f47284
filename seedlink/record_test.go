package seedlink

import (
	"encoding/binary"
	"fmt"
	"time"

	"houfeng/fdsn"
)

// testRecord makes a miniSEED 2 record of 512 bytes that lasts length (at most
// 11 s) from start: 32-bit integers 0, 1, 2, … at ten samples per second.
func testRecord(id fdsn.ID, start time.Time, length time.Duration) []byte {
	b := make([]byte, 512)
	copy(b, fmt.Sprintf("000001D %-5s%-2s%-3s%-2s", id.Station, id.Location, id.Channel, id.Network))
	start = start.UTC()
	be := binary.BigEndian
	be.PutUint16(b[20:], uint16(start.Year()))
	be.PutUint16(b[22:], uint16(start.YearDay()))
	b[24], b[25], b[26] = byte(start.Hour()), byte(start.Minute()), byte(start.Second())
	be.PutUint16(b[28:], uint16(start.Nanosecond()/100000))
	be.PutUint16(b[30:], uint16(length/(100*time.Millisecond))) // 10 samples per second
	be.PutUint16(b[32:], 10)
	be.PutUint16(b[34:], 1)
	b[39] = 1
	be.PutUint16(b[44:], 64)
	be.PutUint16(b[46:], 48)
	be.PutUint16(b[48:], 1000)
	b[52], b[53], b[54] = 3, 1, 9
	for i := range int(length / (100 * time.Millisecond)) {
		be.PutUint32(b[64+4*i:], uint32(i))
	}
	return b
}

var (
	abcZ  = fdsn.ID{Network: "XX", Station: "ABC", Location: "", Channel: "HHZ"}
	abcN  = fdsn.ID{Network: "XX", Station: "ABC", Location: "", Channel: "HHN"}
	abc00 = fdsn.ID{Network: "XX", Station: "ABC", Location: "00", Channel: "BHZ"}
	defZ  = fdsn.ID{Network: "XX", Station: "DEF", Location: "10", Channel: "HHZ"}
	ghiZ  = fdsn.ID{Network: "YY", Station: "GHI", Location: "", Channel: "HHZ"}

	epoch = time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
)

// fill appends n records of ten seconds to id, one after the other from start.
func fill(m *Memory, id fdsn.ID, start time.Time, n int) {
	for i := range n {
		at := start.Add(time.Duration(i) * 10 * time.Second)
		if _, err := m.Append(id, at.UnixNano(), at.Add(10*time.Second).UnixNano(), testRecord(id, at, 10*time.Second)); err != nil {
			panic(err)
		}
	}
}
