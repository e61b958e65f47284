// Package mseed reads and writes miniSEED 2.4 and 3, the formats in which
// seismic waveforms travel and rest.
//
// Start with [Parse] for one record in memory, [Scanner] for files, and
// [Record.Ints] or [Record.Floats] for the samples. [Packer] turns samples
// into miniSEED 2 records.
//
// Nothing here panics on any input, and every length is checked against the
// bytes that are there before it is used. Parse, Ints and Floats do not
// allocate once the stream is known and dst is large enough.
//
// Sources: SEED Reference Manual, Format Version 2.4, chapter 8 and appendix B
// (here "SEED"); FDSN miniSEED 3 (here "miniSEED 3"). Field tables stand above
// the code that reads them, in header2.go and header3.go.
package mseed

import (
	"errors"
	"strconv"

	"houfeng/fdsn"
)

// MaxRecordLength is the longest record read, in bytes. SEED allows 2^256 and
// miniSEED 3 some 4 GiB; what is sent and archived has 128 to 65536.
const MaxRecordLength = 1 << 18

// ErrShort says that the bytes begin a record and end before it does. Call
// again with more bytes; at the end of the input the record is truncated.
var ErrShort = errors.New("more bytes needed")

// ErrEncoding says that the samples are in an encoding this package does not
// decode. The record is whole: it can be kept and passed on.
var ErrEncoding = errors.New("encoding not supported")

// ErrIntegrity says that decoded Steim samples do not end with the last sample
// that the record states (the reverse integration constant). The samples are
// returned with the error; the caller decides whether to believe them.
var ErrIntegrity = errors.New("last sample differs from the reverse integration constant")

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

// String returns the name used in messages.
func (e Encoding) String() string {
	switch e {
	case Text:
		return "text"
	case Int16:
		return "int16"
	case Int24:
		return "int24"
	case Int32:
		return "int32"
	case Float32:
		return "float32"
	case Float64:
		return "float64"
	case Steim1:
		return "Steim-1"
	case Steim2:
		return "Steim-2"
	}
	return "encoding " + strconv.Itoa(int(e))
}

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
	BigEndian     bool     // of the payload (version 2: blockette 1000 field 5; version 3: Steim only)
	Quality       byte     // version 2: D R Q M
	Publication   uint8    // version 3
	TimingQuality int      // 0–100 %, −1 if not given (blockette 1001; FDSN.Time.Quality)
	Activity      uint8    // version 2 activity flags
	IOFlags       uint8    // version 2 I/O and clock flags (bit 5: clock locked)
	DataQuality   uint8    // version 2 data quality flags (bit 1: digitizer clipping)
	Flags         uint8    // version 3 flags (bit 0: calibration, 1: time questionable, 2: clock locked)
	Extra         []byte   // version 3 extra headers (JSON), aliasing Raw
	Payload       []byte   // encoded samples, aliasing Raw
}

// Sequence returns the six characters of a version 2 record's sequence number
// as found, and "" for version 3.
func (r *Record) Sequence() string {
	if r.Version != 2 || len(r.Raw) < 6 {
		return ""
	}
	return string(r.Raw[:6])
}

// ClockLocked reports whether the digitizer said that its clock was locked
// (version 2 I/O flag 5, version 3 flag 2).
func (r *Record) ClockLocked() bool {
	if r.Version == 3 {
		return r.Flags&4 != 0
	}
	return r.IOFlags&0x20 != 0
}

// Clone returns a record that shares no memory with r.
func (r *Record) Clone() Record {
	c := *r
	c.Raw = append([]byte(nil), r.Raw...)
	extra, payload := len(r.Extra), len(r.Payload)
	c.Payload = c.Raw[len(c.Raw)-payload:]
	c.Extra = nil
	if extra > 0 {
		c.Extra = c.Raw[len(c.Raw)-payload-extra : len(c.Raw)-payload]
	}
	return c
}

// EndNS returns the time just after the last sample, StartNS + Count/Rate,
// rounded to a nanosecond and held within int64. Leap seconds between the two
// are not counted. A record that is no time series ends where it starts.
func (r *Record) EndNS() int64 { return r.StartNS + spanNS(r.Count, r.Rate) }
