package seglog

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"houfeng/internal/seis"
)

// recover finds the segments of the directory and the end of the log.
//
// Segments with an index are durable as a whole and are not read. Those after
// them (usually one) are read frame by frame. Where no whole frame is, two
// cases are told apart by the sync marks behind that place: if frames behind it
// were durable, it is damage, is reported and stays; otherwise it is where a
// crash cut the log, and the log ends there.
func (l *Log) recover() error {
	if err := l.list(); err != nil {
		return err
	}
	for i := 0; i < len(l.segs); i++ {
		s := l.segs[i]
		end := i == len(l.segs)-1
		switch err := l.load(s, end); {
		case err == nil:
		case errors.Is(err, errBroken):
			if err := l.cut(i); err != nil {
				return err
			}
			end = true
		default:
			return fmt.Errorf("%s: %w", s.path, err)
		}
		if s.bad == nil || !end {
			l.last, l.lastTime = max(l.last, s.last), later(l.lastTime, s.time)
		}
		if end {
			break
		}
	}
	if l.opt.ReadOnly {
		return nil
	}
	return l.settle()
}

func later(a, b seis.Time) seis.Time {
	if b.After(a) {
		return b
	}
	return a
}

// list reads the headers of all segments.
func (l *Log) list() error {
	names, err := os.ReadDir(l.dir)
	if err != nil {
		return err
	}
	for _, e := range names {
		digits, ok := strings.CutSuffix(e.Name(), l.opt.Ext)
		first, err := strconv.ParseUint(digits, 10, 64)
		if !ok || err != nil || len(digits) != 20 {
			continue
		}
		s := &segment{path: filepath.Join(l.dir, e.Name()), header: header{first: first}}
		if err := s.readHeader(l.opt.Format); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				continue // trimmed by the process that writes
			}
			if errors.Is(err, ErrForeign) {
				return fmt.Errorf("%s: %w", s.path, err)
			}
			s.bad = err
		}
		l.segs = append(l.segs, s)
	}
	slices.SortFunc(l.segs, func(a, b *segment) int {
		if a.header.first < b.header.first {
			return -1
		}
		return 1
	})
	// A crash may leave the newest segments without a header.
	for n := len(l.segs); n > 0 && errors.Is(l.segs[n-1].bad, errShort); n = len(l.segs) {
		if err := l.setAside(l.segs[n-1]); err != nil {
			return err
		}
		l.segs = l.segs[:n-1]
	}
	if n := len(l.segs); n > 0 && l.segs[n-1].bad != nil {
		s := l.segs[n-1]
		return fmt.Errorf("%s: %w (move the file away to go on without it)", s.path, s.bad)
	}
	return nil
}

func (s *segment) readHeader(f Format) error {
	file, err := os.Open(s.path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	s.size = info.Size()
	b := make([]byte, headerSize)
	n, err := io.ReadFull(file, b)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	h, err := decodeHeader(f, b[:n])
	if err != nil {
		return err
	}
	if h.first != s.header.first {
		return fmt.Errorf("begins with number %d, is named after %d", h.first, s.header.first)
	}
	s.header, s.last, s.time = h, h.prev, h.prevTime
	return nil
}

// load takes what is in segment s from its index or by reading it. It returns
// an error that is errBroken when the log ends within it; s.size is then where.
func (l *Log) load(s *segment, end bool) error {
	next := l.after(s)
	if s.bad != nil {
		durable, err := l.durableBehind(s, scanner{})
		if err != nil {
			return err
		}
		if durable <= l.last {
			return broken("%w", s.bad)
		}
		l.recovery.Damage = append(l.recovery.Damage,
			&DamageError{Path: s.path, Bytes: s.size, After: l.last, Why: s.bad.Error()})
		s.header.prev, s.header.prevTime = l.last, l.lastTime
		s.last, s.time = l.last, l.lastTime
		if next.bad == nil {
			s.last, s.time = next.header.prev, next.header.prevTime
		}
		return nil
	}
	if !end {
		if sections, err := s.loadIndex(l.opt.Format, s.size); err == nil {
			if l.opt.Restore == nil || l.opt.Restore(s.header.first, sections) == nil {
				return nil
			}
			s.points, s.sealed, s.last, s.time = nil, false, s.header.prev, s.header.prevTime
		}
	}
	file, err := os.Open(s.path)
	if err != nil {
		return err
	}
	defer file.Close()
	sc := scanner{r: file, salt: s.header.salt, off: headerSize, end: s.size, chunk: 1 << 20}
	lost := false
	for {
		at := sc.off
		h, payload, err := sc.next()
		if err == io.EOF {
			break
		}
		if err == nil && h.kind == markKind {
			continue
		}
		hole := false
		if err == nil {
			err = l.follows(s.last, h.number, lost)
			hole = err != nil && h.number > s.last
		}
		if err == nil {
			s.take(h, at)
			lost = false
			if l.opt.Scanned != nil {
				if err := l.opt.Scanned(s.header.first, Frame{h.number, h.time, h.kind, payload}); err != nil {
					return fmt.Errorf("frame %d at %d: %w", h.number, at, err)
				}
			}
			continue
		}
		if !errors.Is(err, errBroken) {
			return err
		}
		sc.off = at
		if durable, derr := l.durableBehind(s, sc); derr != nil {
			return derr
		} else if durable <= s.last {
			s.size = at
			return err
		}
		n := int64(0)
		if !hole {
			var err error
			if n, err = sc.resync(); err != nil {
				return err
			}
		}
		lost = true
		l.recovery.Damage = append(l.recovery.Damage,
			&DamageError{Path: s.path, Offset: at, Bytes: n, After: s.last, Why: err.Error()})
	}
	if next != nil && next.bad == nil && next.header.prev > s.last && !lost {
		if durable, err := l.durableBehind(s, sc); err != nil {
			return err
		} else if durable <= s.last {
			return broken("ends with %d, the next segment follows %d", s.last, next.header.prev)
		}
	}
	return nil
}

// follows says whether a frame may come after the one numbered last.
func (l *Log) follows(last, number uint64, lost bool) error {
	if number <= last || l.opt.Dense && !lost && number != last+1 {
		return broken("number %d follows %d", number, last)
	}
	return nil
}

// take notes frame h, which begins at offset at.
func (s *segment) take(h frameHead, at int64) {
	if k := len(s.points); k == 0 || at >= s.points[k-1].offset+pointEvery {
		s.points = append(s.points, point{h.number, at})
	}
	if s.began.IsZero() {
		s.began = h.time
	}
	s.last, s.time = h.number, h.time
}

func (l *Log) after(s *segment) *segment {
	if i := slices.Index(l.segs, s); i+1 < len(l.segs) {
		return l.segs[i+1]
	}
	return nil
}

// durableBehind returns the highest number that a sync mark behind place sc of
// segment s, or behind s if sc is zero, says was durable. A later segment that has an index was.
func (l *Log) durableBehind(s *segment, sc scanner) (uint64, error) {
	durable := uint64(0)
	if sc.r != nil {
		var err error
		sc.buf, sc.base = nil, 0
		if durable, err = sc.marks(); err != nil {
			return 0, err
		}
	}
	for next := l.after(s); next != nil; next = l.after(next) {
		if next.bad != nil {
			continue
		}
		probe := *next
		if _, err := probe.loadIndex(l.opt.Format, next.size); err == nil {
			return math.MaxUint64, nil
		}
		file, err := os.Open(next.path)
		if err != nil {
			return 0, err
		}
		sc := scanner{r: file, salt: next.header.salt, off: headerSize, end: next.size, chunk: 1 << 20}
		d, err := sc.marks()
		file.Close()
		if err != nil {
			return 0, err
		}
		durable = max(durable, d)
	}
	return durable, nil
}

// marks returns the highest number of the sync marks from s.off to s.end.
func (s *scanner) marks() (highest uint64, err error) {
	for {
		h, _, err := s.next()
		switch {
		case err == io.EOF:
			return highest, nil
		case errors.Is(err, errBroken):
			if _, err := s.resync(); err != nil {
				return 0, err
			}
		case err != nil:
			return 0, err
		case h.kind == markKind:
			highest = max(highest, h.number)
		}
	}
}
