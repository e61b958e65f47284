package archive

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"houfeng/fdsn"
	"houfeng/internal/seis"
	"houfeng/mseed"
)

// record is a stored record: its bytes, and what its header says of its time.
type record struct {
	start seis.Time
	end   seis.Time // just after the last sample
	raw   []byte
}

func recordOf(h *mseed.Record) record {
	return record{seis.TimeOf(h.StartNS, h.Leap), seis.TimeOf(h.EndNS(), false), h.Raw}
}

// overlaps reports whether the record has a part in [start, end). One without
// duration has its start.
func (r *record) overlaps(start, end seis.Time) bool {
	return start.Before(end) && r.start.Before(end) && (r.end.After(start) || !r.start.Before(start))
}

// day is a day of UTC, counted from 1970-01-01.
type day int

const dayNS = int64(24 * time.Hour)

// dayOf returns the day whose file a record that starts at t lies in.
func dayOf(t seis.Time) day {
	ns := t.Nanos()
	if t.Leap() {
		ns -= int64(time.Second) // 23:59:60 is of the day it ends
	}
	d := ns / dayNS
	if ns%dayNS < 0 {
		d--
	}
	return day(d)
}

func (d day) date() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// take returns what is to be stored of r, or why it cannot be.
func take(r *seis.Record) (record, error) {
	h := r.Header
	if h.Version == 0 {
		var err error
		if h, err = mseed.Parse(r.Raw()); err != nil {
			return record{}, err
		}
		if len(h.Raw) != len(r.Raw()) {
			return record{}, fmt.Errorf("%d bytes behind a record of %d", len(r.Raw())-len(h.Raw), len(h.Raw))
		}
	}
	if err := checkID(r.ID); err != nil {
		return record{}, err
	}
	if len(h.Raw) == 0 {
		return record{}, errors.New("no bytes")
	}
	return recordOf(&h), nil
}

func checkID(id fdsn.ID) error {
	if id.Station == "" || id.Channel == "" {
		return errors.New("no station or channel code")
	}
	if len(id.Channel) > 64 {
		return fmt.Errorf("channel code of %d letters", len(id.Channel))
	}
	return id.Check()
}

func compareStarts(a, b record) int { return a.start.Compare(b.start) }

// insert puts r into sorted, behind those of the same start, unless the same
// bytes are there already.
func insert(sorted []record, r record) []record {
	i, _ := slices.BinarySearchFunc(sorted, r, func(a, b record) int {
		if a.start.After(b.start) {
			return 1
		}
		return -1 // to the end of those that start together
	})
	for k := i - 1; k >= 0 && sorted[k].start == r.start; k-- {
		if slices.Equal(sorted[k].raw, r.raw) {
			return sorted
		}
	}
	return slices.Insert(sorted, i, r)
}
