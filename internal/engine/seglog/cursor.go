package seglog

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sort"
)

// Cursor reads frames in order and follows the end of the log. It is used by
// one goroutine at a time.
type Cursor struct {
	l    *Log
	want uint64 // the smallest number that was not yet returned
	scan scanner
	seg  *segment
	file *os.File
	lost bool // numbers before the next frame are known to be damaged
	err  error
}

// CursorOptions tell how a cursor reads.
type CursorOptions struct {
	Chunk int  // bytes read at a time; 0: 256 KiB
	Keep  bool // payloads stay valid after the next call
}

// Cursor returns a cursor that begins with the first frame whose number is at
// least from. It returns ErrTrimmed when from is less than First.
func (l *Log) Cursor(from uint64, opt CursorOptions) (*Cursor, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, ErrClosed
	}
	if from < l.first() {
		return nil, ErrTrimmed
	}
	if opt.Chunk == 0 {
		opt.Chunk = 256 << 10
	}
	return &Cursor{l: l, want: from, scan: scanner{chunk: opt.Chunk, keep: opt.Keep}}, nil
}

// Extent is a stretch of the log that is convenient to read at once.
type Extent struct {
	From, To uint64 // numbers in [From, To)
	Bytes    int64
	Whole    bool // nothing will be added to it
}

// extentPoints is how many points an extent has: 256 KiB.
const extentPoints = 4

// Extent returns the extent in which number n lies, or, if there is no such
// number, the next one.
func (l *Log) Extent(n uint64) Extent {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.segs) == 0 {
		return Extent{From: n, To: n + 1}
	}
	i := max(0, sort.Search(len(l.segs), func(i int) bool { return l.segs[i].header.first > n })-1)
	if l.segs[i].last < n && i+1 < len(l.segs) {
		i++
	}
	s := l.segs[i]
	k := max(0, sort.Search(len(s.points), func(k int) bool { return s.points[k].number > n })-1)
	k -= k % extentPoints
	x := Extent{From: s.header.first, To: max(s.last, n) + 1, Whole: i+1 < len(l.segs)}
	begin := int64(headerSize)
	end := s.size
	if i+1 == len(l.segs) {
		end += int64(len(l.buf))
	}
	if k > 0 {
		x.From, begin = s.points[k].number, s.points[k].offset
	}
	if k+extentPoints < len(s.points) {
		p := s.points[k+extentPoints]
		x.To, end, x.Whole = p.number, p.offset, true
	}
	x.Bytes = end - begin
	return x
}

// Next returns the next frame; io.EOF when there is none yet, and a
// *DamageError once for each stretch of damage. A payload is valid until the
// next call (see CursorOptions.Keep) and must not be changed.
func (c *Cursor) Next() (Frame, error) {
	for c.err == nil {
		if c.seg == nil || c.scan.off >= c.scan.end {
			if err := c.more(); err != nil {
				return Frame{}, err
			}
			continue
		}
		h, err := c.scan.head()
		if err == nil && (h.kind == markKind || h.number < c.want) {
			c.scan.skip(h)
			continue
		}
		var payload []byte
		if err == nil {
			if c.l.opt.Dense && h.number > c.want && !c.lost {
				err := c.damage(fmt.Sprintf("numbers %d to %d are missing", c.want, h.number-1), 0)
				c.lost = true
				return Frame{}, err
			}
			payload, err = c.scan.body(h)
		}
		if errors.Is(err, errBroken) {
			return Frame{}, c.passDamage(err.Error())
		}
		if err != nil {
			return Frame{}, fmt.Errorf("read %s: %w", c.seg.path, err)
		}
		c.want, c.lost = h.number+1, false
		return Frame{Number: h.number, Time: h.time, Kind: h.kind, Payload: payload}, nil
	}
	return Frame{}, c.err
}

func (c *Cursor) damage(why string, n int64) *DamageError {
	return &DamageError{Path: c.seg.path, Offset: c.scan.off, Bytes: n, After: c.want - 1, Why: why}
}

func (c *Cursor) passDamage(why string) error {
	d := c.damage(why, 0)
	if h, err := c.scan.head(); err == nil && h.number >= c.want {
		c.want = h.number + 1
	} else {
		c.lost = true
	}
	n, err := c.scan.resync()
	if err != nil {
		return fmt.Errorf("read %s: %w", c.seg.path, err)
	}
	d.Bytes = n
	return d
}

// more finds out what can be read beyond the end seen so far: more of the same
// segment, or the next one.
func (c *Cursor) more() error {
	l := c.l
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	if c.seg == nil {
		return c.begin()
	}
	if n := len(l.segs); n > 0 && l.segs[n-1] == c.seg && len(l.buf) > 0 {
		if err := l.flush(); err != nil {
			return err
		}
	}
	if c.scan.end < c.seg.size {
		c.scan.end = c.seg.size
		return nil
	}
	i := sort.Search(len(l.segs), func(i int) bool { return l.segs[i].header.first > c.seg.header.first })
	if i == len(l.segs) {
		return io.EOF
	}
	next := l.segs[i]
	if next.header.prev > c.seg.last && next.bad == nil {
		if i == 0 {
			c.err = ErrTrimmed
			return c.err
		}
		if !c.lost {
			d := c.damage(fmt.Sprintf("numbers %d to %d are in no segment", c.seg.last+1, next.header.prev), 0)
			c.lost = true
			return errors.Join(c.enter(next, headerSize), d)
		}
	}
	return c.enter(next, headerSize)
}

// begin finds the segment of c.want.
func (c *Cursor) begin() error {
	l := c.l
	if len(l.segs) == 0 || c.want > l.last {
		return io.EOF
	}
	if c.want < l.first() {
		c.err = ErrTrimmed
		return c.err
	}
	i := sort.Search(len(l.segs), func(i int) bool { return l.segs[i].header.first > c.want }) - 1
	s := l.segs[i]
	at := int64(headerSize)
	if k := sort.Search(len(s.points), func(k int) bool { return s.points[k].number > c.want }); k > 0 {
		at = s.points[k-1].offset
	}
	return c.enter(s, at)
}

// enter opens s for reading from at on; l.mu is held.
func (c *Cursor) enter(s *segment, at int64) error {
	if s.bad != nil {
		c.closeFile()
		c.seg, c.lost = s, true
		c.scan.off, c.scan.end, c.scan.buf = s.size, s.size, nil
		c.want = max(c.want, s.last+1)
		return &DamageError{Path: s.path, Bytes: s.size, After: s.header.prev, Why: s.bad.Error()}
	}
	if n := len(c.l.segs); c.l.segs[n-1] == s {
		if err := c.l.flush(); err != nil {
			return err
		}
	}
	f, err := os.Open(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		d := &DamageError{Path: s.path, Bytes: s.size, After: s.header.prev, Why: "the file is gone"}
		c.closeFile()
		c.seg, c.lost = s, true
		c.scan.off, c.scan.end, c.scan.buf = s.size, s.size, nil
		return d
	}
	if err != nil {
		return err
	}
	c.closeFile()
	c.file, c.seg = f, s
	c.scan.r, c.scan.salt, c.scan.off, c.scan.end = f, s.header.salt, at, s.size
	if c.scan.keep {
		c.scan.buf = nil
	} else {
		c.scan.buf = c.scan.buf[:0]
	}
	return nil
}

func (c *Cursor) closeFile() error {
	if c.file == nil {
		return nil
	}
	err := c.file.Close()
	c.file = nil
	return err
}

// Close ends the cursor.
func (c *Cursor) Close() error {
	if c.err == nil {
		c.err = ErrClosed
	}
	return c.closeFile()
}
