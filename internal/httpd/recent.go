package httpd

import (
	"slices"
	"time"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

// recent keeps the newest records, as received, to fill a trace that is
// opened. It is bounded in bytes and in time since arrival. The caller locks.
type recent struct {
	maxBytes int
	span     time.Duration

	bytes  int
	queue  []*seis.Record // by arrival; [0, head) were let go
	head   int
	stream map[fdsn.ID][]*seis.Record // by arrival
}

// recordOverhead is about what a record takes besides its bytes.
const recordOverhead = 512

func size(r *seis.Record) int { return len(r.Raw()) + recordOverhead }

func (q *recent) add(r *seis.Record) {
	q.queue = append(q.queue, r)
	q.stream[r.ID] = append(q.stream[r.ID], r)
	q.bytes += size(r)
	for q.head < len(q.queue)-1 && (q.bytes > q.maxBytes || r.Arrived.Sub(q.queue[q.head].Arrived) > q.span) {
		q.drop()
	}
}

func (q *recent) drop() {
	r := q.queue[q.head]
	q.queue[q.head] = nil
	q.head++
	if q.head > 1024 && q.head > len(q.queue)/2 {
		q.queue = slices.Delete(q.queue, 0, q.head)
		q.head = 0
	}
	q.bytes -= size(r)
	s := q.stream[r.ID] // its first is r: both are by arrival
	s[0] = nil
	if s = s[1:]; len(s) == 0 {
		delete(q.stream, r.ID)
	} else {
		q.stream[r.ID] = s
	}
}

// of returns the records of a stream with samples after since.
func (q *recent) of(id fdsn.ID, since seis.Time) []*seis.Record {
	var out []*seis.Record
	for _, r := range q.stream[id] {
		if r.End().After(since) {
			out = append(out, r)
		}
	}
	return out
}

// newest returns the end of the newest record of a stream.
func (q *recent) newest(id fdsn.ID) (end seis.Time) {
	for _, r := range q.stream[id] {
		if e := r.End(); e.After(end) {
			end = e
		}
	}
	return end
}

func (q *recent) len() int { return len(q.queue) - q.head }
