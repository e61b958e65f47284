// Package ground is what the ground of the simulator does: noise between
// Peterson's models, wave trains of local earthquakes, plane waves of distant
// ones, and what an instrument makes of them.
//
// Everything is a pure function of its arguments and of the keys that seed its
// random numbers. [Noise] draws the noise of a site block by block, so that
// any stretch of any day can be had without what came before. [LocalEvent] and
// [DistantEvent] give the counts that one earthquake adds at one site.
//
// Local earthquakes follow the stochastic method of D. M. Boore, "Simulation of
// ground motion using the stochastic method", Pure Appl. Geophys. 160, 635–676
// (2003), with one departure: its noise bursts are shaped with filters of zero
// phase, which start before they begin; here the spectrum is given to a causal
// wavelet of minimum phase, which is convolved with a pulse at the onset and a
// random train of scattered pulses after it, so that onsets are sharp, carry a
// polarity, and come when they should.
package ground
