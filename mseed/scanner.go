package mseed

import (
	"errors"
	"fmt"
	"io"
)

// Scanner reads records one after the other from a file or any other stream:
// both versions, of mixed lengths, with or without blockette 1000, between the
// control headers of a full SEED volume, and past bytes that are no record.
//
// It holds at most 320 KiB. Every call of Next passes at least a byte of the
// input or returns the error with which the reader ended, so a loop over Next
// ends where the input ends. What Next returns does not depend on how the
// reader cuts its input into reads.
type Scanner struct {
	r        io.Reader
	buf      []byte
	from, to int   // buf[from:to] is read and not yet given out
	base     int64 // offset of buf[0] in the input
	end      error // what the reader ended with, io.EOF or worse
	last     int64 // offset of the last record
	control  int64 // control headers passed
	volume   int   // length of a SEED volume's records, once known
	ready    bool  // next is parsed and stands at from
	next     Record
}

const (
	scanChunk = 64 << 10
	scanMost  = MaxRecordLength + scanChunk // no record needs more to be parsed
)

// NewScanner returns a scanner that reads from r.
func NewScanner(r io.Reader) *Scanner { return &Scanner{r: r} }

// Offset returns where in the input the last record began.
func (s *Scanner) Offset() int64 { return s.last }

// ControlHeaders returns how many control headers of SEED volumes (types V, A,
// S and T) were passed over so far.
func (s *Scanner) ControlHeaders() int64 { return s.control }

// SkipError tells of bytes that are no record. The scanner has passed them:
// call Next again.
type SkipError struct {
	Offset, Length int64
	Reason         string // why no record starts at Offset
}

func (e *SkipError) Error() string {
	return fmt.Sprintf("skip %d bytes at %d: %s", e.Length, e.Offset, e.Reason)
}

// Next returns the next record, whose Raw, Extra and Payload are valid until
// the call of Next after it ([Record.Clone] keeps one longer).
//
// It returns a [*SkipError] once for each run of bytes that are no record, and
// io.EOF at the end. A record cut off by the end of the input is such a run.
// Any other error is the reader's, and final.
func (s *Scanner) Next() (Record, error) {
	if s.ready {
		return s.give(), nil
	}
	var skip *SkipError
	for {
		b := s.buf[s.from:s.to]
		if len(b) == 0 {
			if s.end == nil {
				s.fill(1)
				continue
			}
			if skip != nil {
				return Record{}, skip
			}
			return Record{}, s.end
		}
		if len(b) < header2Length && s.end == nil {
			s.fill(header2Length)
			continue
		}
		err := parse(&s.next, b, s.end != nil)
		if err == nil {
			s.ready = true
			if skip != nil {
				return Record{}, skip
			}
			return s.give(), nil
		}
		var sh *shortError
		if errors.As(err, &sh) && s.end == nil && s.fill(sh.need) {
			continue
		}
		if n := s.controlLength(); n > 0 {
			if skip != nil {
				return Record{}, skip
			}
			s.control++
			s.pass(int64(n))
			continue
		}
		if skip == nil {
			skip = &SkipError{Offset: s.base + int64(s.from), Reason: err.Error()}
		}
		n := candidate(s.buf[s.from:s.to], s.end != nil)
		s.from += n
		skip.Length += int64(n)
	}
}

func (s *Scanner) give() Record {
	s.ready = false
	s.last = s.base + int64(s.from)
	s.from += len(s.next.Raw)
	return s.next
}

// fill reads until need bytes are at hand, and reports whether there are more
// than before.
func (s *Scanner) fill(need int) bool {
	need = min(need, scanMost)
	before := s.to - s.from
	if s.from == s.to || len(s.buf)-s.from < need {
		buf := s.buf
		if len(buf) < need {
			buf = make([]byte, max(scanChunk, min(2*need, scanMost)))
		}
		s.to = copy(buf, s.buf[s.from:s.to])
		s.base += int64(s.from)
		s.buf, s.from = buf, 0
	}
	for idle := 0; s.to-s.from < need && s.end == nil && s.to < len(s.buf); {
		n, err := s.r.Read(s.buf[s.to:])
		if n < 0 || n > len(s.buf)-s.to {
			n, err = 0, errors.New("reader returned an impossible count")
		}
		s.to += n
		if idle++; n > 0 {
			idle = 0
		}
		if err == nil && idle > 100 {
			err = io.ErrNoProgress
		}
		s.end = err
	}
	return s.to-s.from > before || s.end != nil
}

// controlLength returns the length of the control header that stands here, or
// 0 if none does. A volume header says how long (SEED blockettes 5, 8 and 10:
// type, length and version, then a power of two in two digits); a control
// header without one ends where the next header stands.
func (s *Scanner) controlLength() int {
	if s.to-s.from < 21 && s.end == nil {
		s.fill(21)
	}
	b := s.buf[s.from:s.to]
	if !startsControl(b) || b[7] == '*' && s.control == 0 {
		return 0
	}
	if b[7] == ' ' && (len(b) < 11 || !digits(b[8:11])) {
		return 0
	}
	if b[6] == 'V' && b[7] == ' ' && len(b) >= 21 && digits(b[19:21]) {
		if e := int(b[19]-'0')*10 + int(b[20]-'0'); e >= 8 && e <= 18 {
			s.volume = 1 << e
		}
	}
	if s.volume > 0 {
		return s.volume
	}
	const step, most = 256, 1 << 16
	if s.end == nil && len(b) < most+header2Length {
		s.fill(most + header2Length)
		b = s.buf[s.from:s.to]
	}
	for n := step; n <= most; n += step {
		if n >= len(b) {
			return len(b)
		}
		if startsHeader(b[n:]) {
			return n
		}
	}
	return 0
}

// pass moves on by n bytes, or to the end if that comes first.
func (s *Scanner) pass(n int64) {
	for {
		k := min(n, int64(s.to-s.from))
		s.from += int(k)
		if n -= k; n == 0 || s.end != nil {
			return
		}
		s.fill(1)
	}
}

// candidate returns the distance, at least 1, to the next place in b where a
// header may start: to the end of b if that is the end of the input, else to
// the last bytes that cannot be told yet.
func candidate(b []byte, atEnd bool) int {
	for i := 1; i < len(b); i++ {
		if i+8 > len(b) {
			if !atEnd || kind(b[i:]) != kindNone {
				return i
			}
			continue
		}
		switch b[i+6] {
		case 'D', 'R', 'Q', 'M', 'V', 'A', 'S', 'T':
		default:
			if b[i] != 'M' {
				continue
			}
		}
		if kind(b[i:]) != kindNone || startsControl(b[i:]) {
			return i
		}
	}
	return len(b)
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
