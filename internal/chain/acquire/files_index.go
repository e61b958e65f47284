package acquire

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"time"

	"houfeng/fdsn"
	"houfeng/mseed"
)

// look notes the records of one file.
func (s *FileSource) look(n uint32, known map[fdsn.ID]uint32, opts FileOptions, progress func(int64)) error {
	f := &s.files[n]
	problem := func(reason string) { s.problems = append(s.problems, Problem{f.peer, reason}) }
	if f.size == 0 {
		problem("empty")
		return nil
	}
	fh, err := os.Open(f.path)
	if err != nil {
		problem(cause(err))
		return nil
	}
	defer fh.Close()

	var (
		scan     = mseed.NewScanner(fh)
		records  int
		skipped  int64
		reported int64
		first    = len(s.items)      // of this file
		lost     []int               // items of this file that wait for a neighbour's time
		near     = item{end: noTime} // neighbour: the record before
		loss     string
	)
	for {
		r, err := scan.Next()
		var bad *mseed.SkipError
		switch {
		case err == io.EOF:
		case errors.As(err, &bad):
			skipped += bad.Length
			if loss == "" {
				loss = bad.Error()
			}
			s.skips = append(s.skips, skip{bad.Offset, bad.Length, bad.Reason})
			lost = append(lost, len(s.items))
			s.items = append(s.items, item{end: noTime, start: noTime, offset: int64(len(s.skips) - 1), file: n})
		case err != nil:
			problem(cause(err))
		default:
			records++
			id, ok := known[r.ID]
			if !ok {
				id = uint32(len(s.ids))
				known[r.ID] = id
				s.ids = append(s.ids, r.ID)
			}
			sum := sha256.Sum256(r.Raw)
			it := item{
				end: r.EndNS(), start: r.StartNS, offset: scan.Offset(), file: n,
				length: uint32(len(r.Raw)), id: id, digest: binary.BigEndian.Uint32(sum[:]),
			}
			if it.end-it.start > int64(maxSpan) || it.start < int64(24*time.Hour) {
				it.end, it.start = noTime, noTime // the judge will refuse it
				lost = append(lost, len(s.items))
			} else {
				near = it
			}
			s.items = append(s.items, it)
		}
		// What has no time of its own takes that of the record before it in the
		// file, or of the first one.
		if near.end != noTime {
			for _, i := range lost {
				s.items[i].end, s.items[i].start = near.end, near.start
				if s.items[i].length == 0 {
					s.items[i].id = near.id
				}
			}
			lost = lost[:0]
		}
		if err == io.EOF || err != nil && bad == nil {
			break
		}
		if at := scan.Offset(); at-reported >= 1<<20 {
			reported = at
			progress(at)
			if err := s.ctx.Err(); err != nil {
				return err
			}
		}
	}
	switch {
	case records == 0:
		// No miniSEED file: none of it goes on.
		s.items = s.items[:first]
		if len(s.problems) == 0 || s.problems[len(s.problems)-1].Path != f.peer {
			problem("no miniSEED record: " + loss)
		}
		return s.ctx.Err()
	case skipped > 0:
		problem(fmt.Sprintf("%d of %d bytes are no record; %s", skipped, f.size, loss))
	}
	s.items = append(s.items[:first], slices.DeleteFunc(s.items[first:], func(it item) bool {
		return !opts.overlaps(it.start, it.end)
	})...)
	return s.ctx.Err()
}

// noTime marks an item whose file has no record with a usable time.
const noTime = math.MinInt64

// overlaps reports whether an item is wanted. One without time is, unless
// there are limits.
func (o *FileOptions) overlaps(start, end int64) bool {
	if end == noTime {
		return o.Start.IsZero() && o.End.IsZero()
	}
	if !o.End.IsZero() && start >= o.End.Nanos() {
		return false
	}
	return o.Start.IsZero() || end > o.Start.Nanos() || start == end && start == o.Start.Nanos()
}

// sort puts the items in the one order: end, stream, start, records before
// skipped bytes, digest, and then file and offset, which only equal records
// come to.
func (s *FileSource) sort(known map[fdsn.ID]uint32) {
	first := int64(math.MaxInt64)
	used := make([]bool, len(s.ids))
	for _, it := range s.items {
		used[it.id] = true
		if it.end != noTime {
			first = min(first, it.end)
		}
	}
	if first == math.MaxInt64 {
		first = int64(24 * time.Hour)
	}
	s.ids = slices.DeleteFunc(s.ids, func(id fdsn.ID) bool { return !used[known[id]] })
	slices.SortFunc(s.ids, fdsn.Compare)
	rank := make([]uint32, len(used))
	for i, id := range s.ids {
		rank[known[id]] = uint32(i)
	}
	for i := range s.items {
		it := &s.items[i]
		it.id = rank[it.id]
		if it.end == noTime {
			it.end, it.start = first, first
		}
	}
	slices.SortFunc(s.items, func(a, b item) int {
		switch {
		case a.end != b.end:
			return compare(a.end, b.end)
		case a.id != b.id:
			return compare(a.id, b.id)
		case a.start != b.start:
			return compare(a.start, b.start)
		case (a.length == 0) != (b.length == 0):
			if a.length == 0 {
				return 1
			}
			return -1
		case a.digest != b.digest:
			return compare(a.digest, b.digest)
		case a.file != b.file:
			return compare(a.file, b.file) // files are sorted by peer
		}
		return compare(a.offset, b.offset)
	})
}

func compare[T int64 | uint32](a, b T) int {
	if a < b {
		return -1
	}
	if a > b {
		return 1
	}
	return 0
}
