package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"houfeng/fdsn"
	"houfeng/internal/seis"
	"houfeng/mseed"
)

// waveformReport is what a file of miniSEED holds.
type waveformReport struct {
	Records        int            `json:"records"`
	Samples        int64          `json:"samples"`
	Bytes          int64          `json:"bytes"` // of the records
	ControlHeaders int64          `json:"control_headers,omitempty"`
	Streams        []streamReport `json:"streams"` // sorted
	Lines          []recordLine   `json:"records_list,omitempty"`
}

// streamReport is one stream of it. Gaps and overlaps are those that remain
// when the records are put in order of time.
type streamReport struct {
	Stream    string     `json:"stream"`
	Records   int        `json:"records"`
	Samples   int64      `json:"samples"`
	RatesHz   []float64  `json:"rates_hz"`
	Start     seis.Time  `json:"start"`
	End       seis.Time  `json:"end"` // just after the last sample
	Gaps      []interval `json:"gaps"`
	Overlaps  []interval `json:"overlaps"`
	Disorder  int        `json:"out_of_order"` // records that start before the one before them in the file
	Encodings []string   `json:"encodings"`
	Lengths   []int      `json:"record_lengths"`
	Versions  []int      `json:"versions"`
	Damaged   int        `json:"damaged"` // records whose samples do not decode soundly

	spans []span
}

type interval struct {
	Start   seis.Time `json:"start"`
	End     seis.Time `json:"end"`
	Seconds num       `json:"seconds"`
}

type span struct {
	start, end seis.Time
	rate       float64
}

// recordLine is one record, for --records.
type recordLine struct {
	Offset   int64     `json:"offset"`
	Length   int       `json:"length"`
	Stream   string    `json:"stream"`
	Start    seis.Time `json:"start"`
	Samples  int       `json:"samples"`
	RateHz   float64   `json:"rate_hz"`
	Encoding string    `json:"encoding"`
	Version  int       `json:"version"`
}

// waveforms reads miniSEED from f, with what is wrong and where.
func (c *inspectCmd) waveforms(a *app, f io.Reader, r *report) {
	w := &waveformReport{Streams: []streamReport{}}
	streams := map[fdsn.ID]*streamReport{}
	scanner := mseed.NewScanner(f)
	var samples []float64
	for a.ctx.Err() == nil {
		rec, err := scanner.Next()
		var skip *mseed.SkipError
		if errors.As(err, &skip) {
			r.Problems = append(r.Problems, problem{skip.Offset, skip.Length, skip.Reason})
			r.failed = true
			continue
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			r.fail(err)
			break
		}
		w.Records++
		w.Samples += int64(rec.Count)
		w.Bytes += int64(len(rec.Raw))
		s := streams[rec.ID]
		if s == nil {
			s = &streamReport{Stream: rec.ID.String(), Gaps: []interval{}, Overlaps: []interval{}}
			streams[rec.ID] = s
		}
		s.add(&rec)
		if rec.Count > 0 && rec.Encoding != mseed.Text {
			if samples, err = rec.Floats(samples[:0]); err != nil {
				s.Damaged++
				r.Problems = append(r.Problems, problem{scanner.Offset(), int64(len(rec.Raw)), fmt.Sprintf("%s: %v", rec.ID, err)})
				r.failed = true
			}
		}
		if c.Records {
			w.Lines = append(w.Lines, recordLine{
				scanner.Offset(), len(rec.Raw), rec.ID.String(), seis.TimeOf(rec.StartNS, rec.Leap), rec.Count, rec.Rate, rec.Encoding.String(), rec.Version,
			})
		}
	}
	if err := a.ctx.Err(); err != nil {
		r.fail(err)
	}
	if w.Records == 0 {
		return // not miniSEED; the problems say why
	}
	w.ControlHeaders = scanner.ControlHeaders()
	ids := make([]fdsn.ID, 0, len(streams))
	for id := range streams {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, fdsn.Compare)
	for _, id := range ids {
		streams[id].finish()
		w.Streams = append(w.Streams, *streams[id])
	}
	r.Kind, r.Waves = "miniseed", w
}

func (s *streamReport) add(rec *mseed.Record) {
	s.Records++
	s.Samples += int64(rec.Count)
	insert(&s.RatesHz, rec.Rate)
	insert(&s.Encodings, rec.Encoding.String())
	insert(&s.Lengths, len(rec.Raw))
	insert(&s.Versions, rec.Version)
	sp := span{seis.TimeOf(rec.StartNS, rec.Leap), seis.TimeOf(rec.EndNS(), false), rec.Rate}
	if n := len(s.spans); n > 0 && sp.start.Before(s.spans[n-1].start) {
		s.Disorder++
	}
	s.spans = append(s.spans, sp)
}

// insert adds v to a sorted list unless it is there.
func insert[T interface{ ~int | ~float64 | ~string }](list *[]T, v T) {
	if i, there := slices.BinarySearch(*list, v); !there {
		*list = slices.Insert(*list, i, v)
	}
}

// finish finds gaps and overlaps of more than half a sample.
func (s *streamReport) finish() {
	slices.SortStableFunc(s.spans, func(a, b span) int { return a.start.Compare(b.start) })
	s.Start, s.End = s.spans[0].start, s.spans[0].end
	for _, sp := range s.spans[1:] {
		tolerance := 0.0
		if sp.rate > 0 {
			tolerance = 0.5 / sp.rate
		}
		switch d := sp.start.SecondsSince(s.End); {
		case d > tolerance:
			s.Gaps = append(s.Gaps, interval{s.End, sp.start, num(d)})
		case d < -tolerance:
			end := sp.end
			if s.End.Before(end) {
				end = s.End
			}
			s.Overlaps = append(s.Overlaps, interval{sp.start, end, num(end.SecondsSince(sp.start))})
		}
		if s.End.Before(sp.end) {
			s.End = sp.end
		}
	}
	s.spans = nil
}

func (w *waveformReport) print(out io.Writer) error {
	fmt.Fprintf(out, "miniSEED, %s, %s, %d samples\n", many(len(w.Streams), "stream"), many(w.Records, "record"), w.Samples)
	g := newGrid("stream", ">records", ">samples", ">Hz", "start", "end", ">gaps", ">overlaps", ">late", "encoding", "length", "version")
	for i := range w.Streams {
		s := &w.Streams[i]
		g.add(s.Stream, strconv.Itoa(s.Records), strconv.FormatInt(s.Samples, 10), list(s.RatesHz), s.Start.String(), s.End.String(),
			strconv.Itoa(len(s.Gaps)), strconv.Itoa(len(s.Overlaps)), strconv.Itoa(s.Disorder), strings.Join(s.Encodings, ","), list(s.Lengths), list(s.Versions))
	}
	if err := g.print(out); err != nil {
		return err
	}
	for i := range w.Streams {
		s := &w.Streams[i]
		show := func(kind string, list []interval) {
			for j, iv := range list {
				if j == listed {
					fmt.Fprintf(out, "  %s: and %d more %ss\n", s.Stream, len(list)-j, kind)
					break
				}
				fmt.Fprintf(out, "  %s: %s of %s s from %s to %s\n", s.Stream, kind, fixed(float64(iv.Seconds), 3), iv.Start, iv.End)
			}
		}
		show("gap", s.Gaps)
		show("overlap", s.Overlaps)
	}
	if len(w.Lines) == 0 {
		return nil
	}
	g = newGrid(">offset", ">length", "stream", "start", ">samples", ">Hz", "encoding", ">version")
	for _, l := range w.Lines {
		g.add(strconv.FormatInt(l.Offset, 10), strconv.Itoa(l.Length), l.Stream, l.Start.String(), strconv.Itoa(l.Samples),
			strconv.FormatFloat(l.RateHz, 'g', -1, 64), l.Encoding, strconv.Itoa(l.Version))
	}
	return g.print(out)
}

// list prints the values of a short list with commas.
func list[T int | float64](values []T) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = strconv.FormatFloat(float64(v), 'g', 10, 64)
	}
	return strings.Join(words, ",")
}
