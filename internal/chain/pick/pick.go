// Package pick finds the onsets of P and S waves in the data of one station.
//
// [Station] is the processor. Each sensor of the station (the components that
// share location, band and source code) has a P trigger on its vertical
// ([trigger]) whose onset is then refined ([refine]), and after each P pick a
// search for S on its horizontals ([shear]). All of it advances by samples, not
// by packets or ticks: cutting a stream elsewhere changes no pick.
package pick

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"

	"houfeng/internal/method"
	"houfeng/internal/seis"
)

// Methods declares the pickers.
var Methods = []method.Method{{
	Kind: "pick", Name: "stalta-aic",
	Summary:  "P: recursive STA/LTA of the band-passed vertical, LTA held during the onset, refined by Maeda's AIC.",
	Citation: "Withers et al. (1998), Bull. Seism. Soc. Am. 88, 95–106 (recursive STA/LTA); Maeda (1985), Zisin 38, 365–379 (AIC)",
	Params: []method.Param{
		{Name: "sta_s", Unit: "s", Default: "0.3", Doc: "short average"},
		{Name: "lta_s", Unit: "s", Default: "10", Doc: "long average, and the warm-up after a gap"},
		{Name: "on", Default: "7", Doc: "ratio of energies that triggers"},
		{Name: "off", Default: "2", Doc: "ratio that ends a trigger"},
		{Name: "band_low_hz", Unit: "Hz", Default: "2", Doc: "lower corner of the picker's band"},
		{Name: "band_high_hz", Unit: "Hz", Default: "20", Doc: "upper corner, at most 0.4 of the sampling rate"},
		{Name: "min_snr", Default: "3", Doc: "least ratio of the first peak to the noise rms"},
	},
}, {
	Kind: "pick", Name: "aic-s",
	Summary:  "S: AIC of both horizontals between P and the largest horizontal motion, kept when motion grows and turns horizontal.",
	Citation: "AIC after Maeda (1985), Zisin 38, 365–379; search between P and the S maximum as in Diehl et al. (2009), Bull. Seism. Soc. Am. 99, 1906–1920",
	Params: []method.Param{
		{Name: "s_max_s", Unit: "s", Default: "40", Doc: "latest S after P that is looked for"},
		{Name: "s_min_snr", Default: "1.6", Doc: "least ratio of horizontal rms after and before"},
	},
}}

// Options of the pickers; zero values stand for the defaults in [Methods].
type Options struct {
	STAs, LTAs float64
	On, Off    float64
	BandLowHz  float64
	BandHighHz float64
	MinSNR     float64
	MinRateHz  float64 // streams slower than this are not picked; 0: 10
	RefineS    float64 // data after the trigger that refinement waits for; 0: 0.8 s
	SMaxS      float64
	SMinSNR    float64
}

func (o *Options) fill() {
	def := func(p *float64, v float64) {
		if *p == 0 {
			*p = v
		}
	}
	def(&o.STAs, 0.3)
	def(&o.LTAs, 10)
	def(&o.On, 7)
	def(&o.Off, 2)
	def(&o.BandLowHz, 2)
	def(&o.BandHighHz, 20)
	def(&o.MinSNR, 3)
	def(&o.MinRateHz, 10)
	def(&o.RefineS, 0.8)
	def(&o.SMaxS, 40)
	def(&o.SMinSNR, 1.6)
}

// pickID names a pick by what it says.
func pickID(p *seis.Pick) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%d", p.Stream, p.Phase, p.Time.Nanos()))
	return hex.EncodeToString(h[:10])
}

// sigmaOf is the uncertainty of an onset: a floor, and a part that grows as the
// onset sinks into the noise.
func sigmaOf(floorS, noiseS, snr, rate float64) float64 {
	return math.Hypot(math.Max(floorS, 1/rate), noiseS/math.Max(snr, 1))
}
