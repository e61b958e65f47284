// Package chain is the processing chain: what happens to a record between the
// journal and the bulletin. Its stages live in the folders below and never
// import one another; they meet on the bus, in the words of package seis.
//
// Work that needs the samples of one station only (quality, picking, running
// intensity) is done by a [Processor] per station. Between two ticks of the
// journal all stations are processed in parallel; at the tick their results are
// put in one order (time, stream, digest) and said on the bus, so that the
// result never depends on how many cores there are.
package chain

import (
	"houfeng/internal/seis"
)

// Packet is the samples of one record, handed to the processors of its station
// in order of arrival.
type Packet struct {
	Record  *seis.Record
	Start   seis.Time // of Samples[0]; later than Record.Start when an overlap was cut
	Rate    float64   // samples per second
	Samples []float64 // counts; shared, must not be changed or kept
	Gap     bool      // Samples[0] does not follow the sample before it: forget filters
	Missing int       // samples missing before Samples[0], if Gap and it is known; else 0
}

// Emit hands a result to the chain. The values understood are seis.Pick,
// seis.Shaking and seis.StreamState.
type Emit func(v any)

// Processor turns the data of one station into results. It is called from one
// goroutine at a time, and its results must be a function of the calls alone:
// no clock, no random numbers, no map order.
type Processor interface {
	// Packet takes samples. Packets of one stream come in order of time and
	// never overlap.
	Packet(p *Packet, emit Emit)
	// Tick says that the centre's clock shows now and that everything that
	// arrived before has been given.
	Tick(now seis.Time, emit Emit)
}

// NewProcessor makes the processors of one station ("NET.STA").
type NewProcessor func(station string) []Processor
