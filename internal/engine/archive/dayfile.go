package archive

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"houfeng/fdsn"
	"houfeng/internal/engine/seglog"
	"houfeng/internal/seis"
	"houfeng/mseed"
)

// dayFile is the file of one stream and day. Records that come in order are
// appended to it; late ones wait until there are many, or until Sync, and are
// then put in their places by writing the file anew beside and renaming it.
type dayFile struct {
	id   fdsn.ID
	day  day
	path string
	pins int // users, by the Folder's lock

	mu     sync.Mutex
	loaded bool
	size   int64 // bytes up to the end of the last whole record
	behind int64 // bytes after that: a record that was not finished
	last   seis.Time
	group  [][sha256.Size]byte // digests of the records that start at last
	buf    []byte              // records to append
	queued []record            // the same records
	late   []record            // records to put in order
	lateN  int                 // their bytes
}

const (
	mostBuffered = 256 << 10
	mostLate     = 4 << 20
)

// scan calls f for each record in b, with its offset, and returns where the
// last one ends. Bytes between records are passed over.
func scan(b []byte, f func(at int64, h *mseed.Record)) (end int64, err error) {
	s := mseed.NewScanner(bytes.NewReader(b))
	for {
		h, err := s.Next()
		var skip *mseed.SkipError
		switch {
		case err == io.EOF:
			return end, nil
		case errors.As(err, &skip):
			continue
		case err != nil:
			return end, err
		}
		at := s.Offset()
		end = at + int64(len(h.Raw))
		h.Raw = b[at:end:end]
		f(at, &h)
	}
}

// load finds out where the file ends and what its newest record is. d.mu is
// held.
func (d *dayFile) load() error {
	if d.loaded {
		return nil
	}
	b, err := os.ReadFile(d.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	d.group = nil
	d.size, err = scan(b, func(_ int64, h *mseed.Record) {
		d.newest(recordOf(h))
	})
	if err != nil {
		return fmt.Errorf("%s: %w", d.path, err)
	}
	d.behind = int64(len(b)) - d.size
	d.loaded = true
	return nil
}

// newest takes note of r if none starts later, and reports whether it is new.
func (d *dayFile) newest(r record) bool {
	c := r.start.Compare(d.last)
	if len(d.group) > 0 && c < 0 {
		return false
	}
	sum := sha256.Sum256(r.raw)
	if len(d.group) == 0 || c > 0 {
		d.last, d.group = r.start, d.group[:0]
	}
	if slices.Contains(d.group, sum) {
		return false
	}
	d.group = append(d.group, sum)
	return true
}

// add stores r in memory or, when there is much, in the file. d.mu is held and
// the file loaded.
func (d *dayFile) add(r record) {
	if len(d.group) > 0 && r.start.Before(d.last) {
		r.raw = bytes.Clone(r.raw)
		before := len(d.late)
		if d.late = insert(d.late, r); len(d.late) > before {
			d.lateN += len(r.raw)
		}
		return
	}
	if !d.newest(r) {
		return // the same bytes again
	}
	at := len(d.buf)
	d.buf = append(d.buf, r.raw...)
	d.queued = append(d.queued, record{r.start, r.end, d.buf[at:len(d.buf):len(d.buf)]})
}

func (d *dayFile) pending() bool { return len(d.buf) > 0 || len(d.late) > 0 }

// piece is a record of a file with what lies between it and the next one.
type piece struct {
	record
	junk []byte
}

// pieces returns the records of the file's bytes b and those in memory, in
// order, and what lies before the first one in the file.
func (d *dayFile) pieces(b []byte) (head []byte, ps []piece, err error) {
	var prev int64 // end of the record before
	end, err := scan(b, func(at int64, h *mseed.Record) {
		if junk := b[prev:at]; len(ps) == 0 {
			head = junk
		} else {
			ps[len(ps)-1].junk = junk
		}
		ps = append(ps, piece{record: recordOf(h)})
		prev = at + int64(len(h.Raw))
	})
	if err != nil {
		return nil, nil, err
	}
	if end == 0 && len(b) > 0 {
		head = nil // no record at all: all of it is behind
	}
	slices.SortStableFunc(ps, func(x, y piece) int { return compareStarts(x.record, y.record) })
	for _, r := range slices.Concat(d.queued, d.late) {
		i, _ := slices.BinarySearchFunc(ps, r, func(p piece, r record) int {
			if p.start.After(r.start) {
				return 1
			}
			return -1
		})
		same := func(p piece) bool { return bytes.Equal(p.raw, r.raw) }
		k := i
		for k > 0 && ps[k-1].start == r.start {
			k--
		}
		if !slices.ContainsFunc(ps[k:i], same) {
			ps = slices.Insert(ps, i, piece{record: r})
		}
	}
	return head, ps, nil
}

// read returns all records of the day in order. d.mu is held.
func (d *dayFile) read() ([]piece, error) {
	b, err := os.ReadFile(d.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	_, ps, err := d.pieces(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.path, err)
	}
	return ps, nil
}

// flush writes what is in memory to the file; what has reached it is not yet
// durable. d.mu is held and the file loaded. torn keeps bytes of an unfinished
// record before they are cut off.
func (d *dayFile) flush(torn func(path string, at int64, b []byte) error) error {
	if !d.pending() {
		return nil
	}
	f, err := os.OpenFile(d.path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if len(d.late) > 0 || info.Size() != d.size+d.behind {
		return d.rewrite(torn)
	}
	if d.behind > 0 {
		if err := cut(f, d.path, d.size, d.behind, torn); err != nil {
			return err
		}
		d.behind = 0
	}
	if _, err := f.WriteAt(d.buf, d.size); err != nil {
		f.Truncate(d.size) // half a record is worse than none
		return err
	}
	d.size += int64(len(d.buf))
	d.forgetBuffer()
	return nil
}

func (d *dayFile) forgetBuffer() {
	d.buf, d.queued, d.late, d.lateN = nil, nil, nil, 0
}

// cut takes the n bytes behind size off the file.
func cut(f *os.File, path string, size, n int64, torn func(string, int64, []byte) error) error {
	b := make([]byte, n)
	if _, err := f.ReadAt(b, size); err != nil {
		return err
	}
	if err := torn(path, size, b); err != nil {
		return err
	}
	return f.Truncate(size)
}

// rewrite writes the file anew with everything in order.
func (d *dayFile) rewrite(torn func(string, int64, []byte) error) error {
	b, err := os.ReadFile(d.path)
	if err != nil {
		return err
	}
	head, ps, err := d.pieces(b)
	if err != nil {
		return err
	}
	end, err := scan(b, func(int64, *mseed.Record) {})
	if err != nil {
		return err
	}
	if end < int64(len(b)) {
		if err := torn(d.path, end, b[end:]); err != nil {
			return err
		}
	}
	out := bytes.Clone(head)
	for _, p := range ps {
		out = append(append(out, p.raw...), p.junk...)
	}
	if err := replace(d.path, out); err != nil {
		return err
	}
	d.size, d.behind, d.group = int64(len(out)), 0, nil
	for _, p := range ps {
		d.newest(p.record)
	}
	d.forgetBuffer()
	return nil
}

// replace makes path hold b, or what it held before, whatever happens. The
// name is durable after the folder was synced.
func replace(path string, b []byte) error {
	dir, name := filepath.Split(path)
	tmp := dir + "." + name + ".new"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = seglog.Datasync(f)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(tmp)
		return err
	}
	return os.Rename(tmp, path)
}
