// Package mseed reads and writes miniSEED 2.4 and 3, the formats in which
// seismic waveforms travel and rest.
//
// Start with [Parse] for one record in memory and [Scanner] for files. Nothing
// here panics on any input, and every length is checked against the bytes that
// are there before it is used.
package mseed

import "houfeng/fdsn"

// Encoding is the data encoding format (SEED 2.4 blockette 1000 field 4;
// miniSEED 3 "Data payload encodings").
type Encoding uint8

const (
	Text    Encoding = 0
	Int16   Encoding = 1
	Int24   Encoding = 2
	Int32   Encoding = 3
	Float32 Encoding = 4
	Float64 Encoding = 5
	Steim1  Encoding = 10
	Steim2  Encoding = 11
)

// Record is one parsed record. Header fields are copied out; Raw and the
// payload alias the bytes given to Parse.
type Record struct {
	Raw           []byte // the whole record as received
	Version       int    // 2 or 3
	ID            fdsn.ID
	StartNS       int64    // first sample, nanoseconds since 1970 UTC; see Leap
	Leap          bool     // the start lies in second 60; StartNS then counts the second that follows
	Rate          float64  // samples per second; 0 if the record is no time series
	Count         int      // number of samples
	Encoding      Encoding // of the payload
	BigEndian     bool     // of a version 2 header's payload (blockette 1000 field 5)
	Sequence      string   // version 2: six digits, as found
	Quality       byte     // version 2: D R Q M
	Publication   uint8    // version 3
	TimingQuality int      // 0–100 %, −1 if not given (blockette 1001; FDSN.Time.Quality)
	Activity      uint8    // version 2 activity flags
	IOFlags       uint8    // version 2 I/O and clock flags (bit 5: clock locked)
	DataQuality   uint8    // version 2 data quality flags (bit 1: digitizer clipping)
	Extra         []byte   // version 3 extra headers (JSON), aliasing Raw
	Payload       []byte   // encoded samples, aliasing Raw
}
