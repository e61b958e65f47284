// Package intensity measures how strongly the ground moved: peak acceleration
// and velocity, the instrumental intensity of GB/T 17742-2020 and that of the
// Japan Meteorological Agency.
//
// There are two parts. [NewStation] is the running value of one station, second
// by second, from recursive filters: it knows of no earthquake, is there a
// second after the ground moved, and feeds the console. [New] is the stage that
// measures an earthquake: for every located event it takes the waveforms around
// the arrivals and applies the scales by their definitions; it measures again
// while the shaking goes on. Its values are the ones published.
//
// Both take one instrument per station, an accelerometer rather than a
// seismometer, whose counts become ground motion by the sensitivity alone; a
// stream without one is not measured. Start with [GBT], [JMA] and [Measure] for
// the formulas.
package intensity

import (
	"houfeng/internal/chain"
)

// Options of the stage and the station processor; zero values stand for the
// defaults named.
type Options struct {
	MaxDistanceKm float64 // epicentral; 0: 300 km
	MinSNR        float64 // peak acceleration over rms noise; 0: 5
	LeadS         float64 // data taken before the earliest possible arrival; 0: 30 s
	MeasureS      float64 // an event is measured for so long; 0: 300 s
}

func (o Options) withDefaults() Options {
	def := func(v *float64, d float64) {
		if *v <= 0 {
			*v = d
		}
	}
	def(&o.MaxDistanceKm, 300)
	def(&o.MinSNR, 5)
	def(&o.LeadS, 30)
	def(&o.MeasureS, 300)
	return o
}

var _ chain.Processor = (*Station)(nil)
