// Package dsp is the signal processing of a monitoring centre: filters that
// run sample by sample on live data, the characteristic functions that pickers
// trigger on, and the block operations that measurements need.
//
// Start with [BandPass] and [Filter]. What streams ([Filter], [RecursiveSTALTA],
// [SeisComPSTALTA], [RunningMean], [Integrator], …) keeps its state in a small
// struct, allocates nothing per sample, and gives the same numbers whether the
// samples come one at a time or in blocks, on every machine: products are
// rounded before they are added, so that no compiler fuses them. What works on
// a block ([Detrend], [Taper], [AIC], [FFT], [Envelope]) says whether it works
// in place.
//
// Rates are samples per second and frequencies hertz throughout. A value that
// is not a number stays in the state of a recursive filter until it is reset;
// callers keep such samples out.
package dsp
