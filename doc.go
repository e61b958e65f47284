// Package houfeng is the software of an earthquake monitoring centre. It holds
// no code; this page is the tour. To run it, see the command, cmd/houfeng.
//
// # The life of a sample
//
// A station's digitiser packs samples into a miniSEED record, and a server
// offers it over SeedLink. From there on:
//
//   - internal/chain/acquire keeps the connection (package seedlink), takes the
//     bytes, and has them judged: is this one miniSEED record (package mseed), a
//     time series, with a time that can be, not seen before? The verdict is
//     accepted, duplicate, or refused with a reason.
//   - internal/engine/journal gets bytes and verdict before anybody else does.
//     The upstream hears that its record arrived only when the journal is
//     durable. The journal, with a tick of the clock ten times a second, is the
//     only thing that moves the chain: see [the decision].
//   - internal/engine/ring keeps the newest records, as received, for those who
//     read along over SeedLink; internal/engine/archive keeps them for good.
//   - internal/chain, the conductor, decodes the samples once, cuts overlaps,
//     notices gaps, and hands them to the processors of their station, all
//     stations in parallel: chain/quality (is the stream healthy), chain/pick
//     (has a wave begun), chain/intensity (how strongly does it shake now).
//   - At the tick their results are put in one order and said on
//     internal/engine/bus, whose topics.go is the map of who talks to whom.
//   - chain/associate finds picks that belong together and asks whether the
//     healthy stations nearby saw it too; chain/locate finds where and when;
//     chain/magnitude and chain/intensity go back to the samples and measure.
//   - chain/publish decides when what is believed is said aloud, as numbered
//     revisions of an event that are never changed.
//   - internal/engine/catalogue keeps every revision; internal/httpd serves them,
//     with the console (internal/console), to people and programs.
//
// internal/centre joins these parts: New and Run for the live centre, Chain for
// what one journal entry causes, Replay for recordings. internal/seis is the
// vocabulary all of them share, and a good second page to read.
//
// # What is promised
//
// The same journal gives the same picks, events and files, byte for byte, on
// any number of cores. A record's bytes are stored as they came. Data that is
// doubted is labelled and weighed down, never dropped.
//
// # The public packages
//
// fdsn, mseed, seedlink, stationxml and quakeml import nothing but the standard
// library and one another; lift them out and use them alone.
//
// [the decision]: docs/adr/0001-journal-drives-the-chain.md
package houfeng
