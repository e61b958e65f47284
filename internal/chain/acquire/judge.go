// Package acquire is where data enters the chain: it takes records from
// upstream servers and from files, and decides about each arrival.
//
// [Judge] gives the verdict on bytes that arrived. [Files] reads archives as if
// their records arrived one after the other.
package acquire

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"time"

	"houfeng/internal/seis"
	"houfeng/mseed"
)

// JudgeOptions are the limits of a [Judge]. The zero value suits bare files.
type JudgeOptions struct {
	Live         bool      // refuse records that start more than MaxFutureS after they arrived
	MaxFutureS   float64   // s; 0 is 60
	Earliest     seis.Time // earliest start; zero is 1970-01-02
	MaxRateHz    float64   // samples per second; 0 is 100000
	Digests      int       // records of a stream whose repetition is surely noticed; 0 is 2048
	Streams      int       // streams remembered; 0 is 16384
	KeepMismatch bool      // accept Steim records whose last sample is not the one they state
}

// maxSpan is how long one record may last. A slow channel (0.001 Hz) fills a
// record in some 50 days; beyond a year the rate is wrong.
const maxSpan = 366 * 24 * time.Hour

// Judge decides what becomes of the bytes that arrive: see [Judge.Judge]. Its
// verdicts are a function of the calls before, in their order; it is not safe
// for concurrent use.
type Judge struct {
	opts    JudgeOptions
	seen    *memory
	samples []float64
}

// NewJudge returns a judge that has seen nothing.
func NewJudge(opts JudgeOptions) *Judge {
	if opts.MaxFutureS <= 0 {
		opts.MaxFutureS = 60
	}
	if opts.Earliest.IsZero() {
		opts.Earliest = seis.TimeOf(int64(24*time.Hour), false)
	}
	if opts.MaxRateHz <= 0 {
		opts.MaxRateHz = 100_000
	}
	if opts.Digests <= 0 {
		opts.Digests = 2048
	}
	if opts.Streams <= 0 {
		opts.Streams = 16384
	}
	return &Judge{opts: opts, seen: newMemory(opts.Streams, opts.Digests)}
}

// Judge decides about one arrival. It accepts exactly one miniSEED record that
// is a time series, has a time and rate that can be, and decodes to finite
// samples. The same bytes once more are a duplicate. Everything else is
// refused, with a reason in words.
//
// The record is nil unless accepted. It keeps raw, which must not change
// afterwards; Serial is left to the caller, who journals first.
func (j *Judge) Judge(raw []byte, arrived seis.Time) (rec *seis.Record, v seis.Verdict, reason string) {
	h, err := mseed.Parse(raw)
	if err != nil {
		return nil, seis.Refused, "no miniSEED record: " + err.Error()
	}
	start := seis.TimeOf(h.StartNS, h.Leap)
	if reason := j.objection(&h, len(raw), start, arrived); reason != "" {
		return nil, seis.Refused, reason
	}
	digest := sha256.Sum256(raw)
	if j.seen.has(h.ID, digest) {
		return nil, seis.Duplicate, fmt.Sprintf("repeats the record of %v that starts %v", h.ID, start)
	}
	if reason := j.decode(&h); reason != "" {
		return nil, seis.Refused, reason
	}
	j.seen.add(h.ID, digest)
	return &seis.Record{
		ID: h.ID, Start: start, Rate: h.Rate, Count: h.Count,
		Arrived: arrived, Header: h, Digest: digest,
	}, seis.Accepted, ""
}

// Remember tells the judge of a record that was accepted before, in another
// run, so that its repetition is noticed. Bytes that are no record are passed
// over.
func (j *Judge) Remember(raw []byte) {
	if h, err := mseed.Parse(raw); err == nil {
		j.seen.add(h.ID, sha256.Sum256(raw))
	}
}

// objection says what is wrong with a header, "" if nothing is.
func (j *Judge) objection(h *mseed.Record, bytes int, start, arrived seis.Time) string {
	switch {
	case len(h.Raw) != bytes:
		return fmt.Sprintf("a record of %d bytes and %d bytes more", len(h.Raw), bytes-len(h.Raw))
	case h.Encoding == mseed.Text || !(h.Rate > 0):
		return "no time series"
	case h.Rate > j.opts.MaxRateHz:
		return fmt.Sprintf("rate %g Hz is above %g Hz", h.Rate, j.opts.MaxRateHz)
	case h.Count == 0:
		return "no samples"
	case h.EndNS()-h.StartNS > int64(maxSpan):
		return fmt.Sprintf("%d samples at %g Hz last more than a year", h.Count, h.Rate)
	case start.Before(j.opts.Earliest):
		return fmt.Sprintf("start %v is before %v", start, j.opts.Earliest)
	case j.opts.Live && start.SecondsSince(arrived) > j.opts.MaxFutureS:
		return fmt.Sprintf("start %v is %.1f s after arrival, more than %g s", start, start.SecondsSince(arrived), j.opts.MaxFutureS)
	}
	return ""
}

// decode says why the samples cannot be used, "" if they can.
func (j *Judge) decode(h *mseed.Record) string {
	samples, err := h.Floats(j.samples)
	j.samples = samples
	if err != nil && !(j.opts.KeepMismatch && errors.Is(err, mseed.ErrIntegrity)) {
		return err.Error()
	}
	if h.Encoding == mseed.Float32 || h.Encoding == mseed.Float64 {
		for i, v := range samples {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Sprintf("sample %d is %v", i, v)
			}
		}
	}
	return ""
}
