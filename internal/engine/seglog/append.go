package seglog

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Append adds a frame. Its number must be greater than Last; with Dense it must
// be the next one. The frame is in memory until it is written by and by; Sync
// makes it durable. When the disk refuses, the frame was not added. Append
// returns the first number of the segment that took the frame.
func (l *Log) Append(f Frame) (segment uint64, err error) {
	if f.Kind == markKind || len(f.Payload) > MaxPayload {
		return 0, fmt.Errorf("append frame of kind %d with %d bytes: kind 0 is reserved, %d bytes the most", f.Kind, len(f.Payload), MaxPayload)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.writable(); err != nil {
		return 0, err
	}
	if f.Number <= l.last || l.opt.Dense && f.Number != l.last+1 {
		return 0, fmt.Errorf("append frame %d: the last one is %d", f.Number, l.last)
	}
	n := int64(frameSize + len(f.Payload))
	if err := l.makeRoom(f, n); err != nil {
		return 0, fmt.Errorf("append frame %d to %s: %w", f.Number, l.dir, err)
	}
	s := l.segs[len(l.segs)-1]
	if l.marked < l.durable {
		l.buf = appendFrame(l.buf, s.header.salt, Frame{Number: l.durable, Kind: markKind})
		l.marked = l.durable
	}
	offset := s.size + int64(len(l.buf))
	if k := len(s.points); k == 0 || offset >= s.points[k-1].offset+pointEvery {
		s.points = append(s.points, point{f.Number, offset})
	}
	l.buf = appendFrame(l.buf, s.header.salt, f)
	l.last, l.lastTime = f.Number, f.Time
	s.last, s.time = f.Number, f.Time
	if s.began.IsZero() {
		s.began = f.Time
	}
	return s.header.first, nil
}

// makeRoom sees to it that there is a segment and a buffer for n bytes of f.
func (l *Log) makeRoom(f Frame, n int64) error {
	if len(l.buf) > 0 && int64(len(l.buf))+n > bufferSize {
		if err := l.flush(); err != nil {
			return err
		}
	}
	if len(l.segs) == 0 {
		return l.begin(f)
	}
	s := l.segs[len(l.segs)-1]
	size := s.size + int64(len(l.buf))
	aged := l.opt.MaxAge > 0 && f.Time.Sub(s.began) > l.opt.MaxAge/8
	if empty := s.last == s.header.prev; empty || size+n <= l.opt.SegmentBytes && !aged {
		return l.openOut(s)
	}
	if err := l.flush(); err != nil {
		return err
	}
	if len(l.full) >= maxFull {
		if err := l.syncFull(); err != nil {
			return err
		}
	}
	if err := l.openOut(s); err != nil {
		return err
	}
	if err := l.begin(f); err != nil {
		return err
	}
	l.trim()
	return nil
}

// begin starts the segment whose first frame is f and leaves the one before it
// to the next Sync.
func (l *Log) begin(f Frame) error {
	salt, err := l.opt.Salt()
	if err != nil {
		return err
	}
	s := &segment{path: l.path(f.Number), header: header{first: f.Number, salt: salt}, size: headerSize}
	if n := len(l.segs); n > 0 {
		s.header.prev, s.header.prevTime = l.segs[n-1].last, l.segs[n-1].time
	}
	s.last, s.time = s.header.prev, s.header.prevTime
	out, err := l.disk.open(s.path, os.O_RDWR|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	if _, err := out.WriteAt(s.header.encode(l.opt.Format), 0); err != nil {
		out.Close()
		l.disk.remove(s.path)
		return err
	}
	if n := len(l.segs); n > 0 {
		l.finish(l.segs[n-1])
	}
	l.out, l.newNames, l.mayAge = out, true, mostByAge
	l.segs = append(l.segs, s)
	return nil
}

// finish takes the last segment out of use for writing.
func (l *Log) finish(s *segment) {
	var sections []Section
	if l.opt.Sections != nil {
		sections = l.opt.Sections(s.header.first)
	}
	s.index = s.encodeIndex(l.opt.Format, sections)
	s.out, l.out = l.out, nil
	l.full = append(l.full, s)
}

// mostByAge is how many segments may go for their age when one is begun.
const mostByAge = 2

func (l *Log) path(first uint64) string {
	return filepath.Join(l.dir, fmt.Sprintf("%020d%s", first, l.opt.Ext))
}

func (l *Log) openOut(s *segment) (err error) {
	if l.out == nil {
		l.out, err = l.disk.open(s.path, os.O_RDWR)
	}
	return err
}

// flush writes the buffer. When it fails the buffer stays, to be written at the
// same place later.
func (l *Log) flush() error {
	if len(l.buf) == 0 {
		return nil
	}
	s := l.segs[len(l.segs)-1]
	n, err := l.out.WriteAt(l.buf, s.size)
	if err != nil {
		return fmt.Errorf("write %s at %d: %w", s.path, s.size+int64(n), err)
	}
	s.size += int64(len(l.buf))
	if cap(l.buf) > 4*bufferSize {
		l.buf = nil // after a large frame
	}
	l.buf = l.buf[:0]
	return nil
}

func (l *Log) writable() error {
	switch {
	case l.closed:
		return ErrClosed
	case l.opt.ReadOnly:
		return ErrReadOnly
	}
	return l.err
}

// trim removes the segments that are too old or too many. One goes only when
// the next is durable, so that no crash can leave the log without its end. And
// each segment begun lets only two go for their age, so that a clock which
// jumps ahead does not empty the log.
func (l *Log) trim() {
	size := l.sizeHeld()
	for len(l.segs) > 1 {
		s := l.segs[0]
		newest := l.segs[1].header.prevTime
		if l.durable < l.segs[1].header.first && l.segs[1].bad == nil {
			return
		}
		tooOld := l.opt.MaxAge > 0 && l.mayAge > 0 && l.lastTime.Sub(newest) > l.opt.MaxAge
		if !tooOld && (l.opt.MaxBytes == 0 || size <= l.opt.MaxBytes) {
			return
		}
		if tooOld {
			l.mayAge--
		}
		s.gone = true
		l.disk.remove(s.indexPath())
		l.disk.remove(s.path)
		l.segs = slices.Delete(l.segs, 0, 1)
		size -= s.size
		if l.opt.Removed != nil {
			l.opt.Removed(s.header.first, l.segs[0].header.first)
		}
	}
}
