package seglog

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// cut ends the log within segment i, at the size that load found, or before it
// if it has no header.
func (l *Log) cut(i int) error {
	s := l.segs[i]
	if s.bad != nil {
		i--
	}
	later := l.segs[i+1:]
	l.segs = l.segs[:i+1]
	for _, next := range later {
		if err := l.setAside(next); err != nil {
			return err
		}
	}
	if s.bad != nil {
		return nil
	}
	info, err := os.Stat(s.path)
	if err != nil {
		return err
	}
	n := info.Size() - s.size
	l.recovery.Dropped += n
	if n == 0 || l.opt.ReadOnly {
		return nil
	}
	f, err := os.OpenFile(s.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := l.copyAside(f, s, n); err != nil {
		return err
	}
	if err := f.Truncate(s.size); err != nil {
		return err
	}
	return l.datasync(s.path)
}

// copyAside keeps the n last bytes of segment s in a file of their own, unless
// they are all zero.
func (l *Log) copyAside(f *os.File, s *segment, n int64) error {
	tail := make([]byte, min(n, 1<<20))
	var out *os.File
	for at := s.size; at < s.size+n; {
		k, err := f.ReadAt(tail[:min(int64(len(tail)), s.size+n-at)], at)
		if err != nil && err != io.EOF || k == 0 {
			return fmt.Errorf("read %s at %d: %w", s.path, at, err)
		}
		if out == nil && len(bytes.Trim(tail[:k], "\x00")) > 0 {
			if out, err = createAside(s.path); err != nil {
				return err
			}
			defer out.Close()
			l.recovery.Copies = append(l.recovery.Copies, out.Name())
		}
		if out != nil {
			if _, err := out.Write(tail[:k]); err != nil {
				return err
			}
		}
		at += int64(k)
	}
	if out != nil {
		return l.datasync(out.Name())
	}
	return nil
}

func createAside(path string) (*os.File, error) {
	for i := 1; ; i++ {
		f, err := os.OpenFile(asideName(path, i), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

func asideName(path string, i int) string { return fmt.Sprintf("%s.%d.dropped", path, i) }

// setAside takes a whole segment out of the log.
func (l *Log) setAside(s *segment) error {
	l.recovery.Dropped += s.size
	if l.opt.ReadOnly {
		return nil
	}
	os.Remove(s.indexPath())
	if s.size == 0 {
		return os.Remove(s.path)
	}
	for i := 1; ; i++ {
		name := asideName(s.path, i)
		if _, err := os.Lstat(name); err == nil {
			continue
		}
		l.recovery.Copies = append(l.recovery.Copies, name)
		return os.Rename(s.path, name)
	}
}

// settle makes what was found durable and indexed, so that the next Open finds
// the same, and removes indices that belong to no segment.
func (l *Log) settle() error {
	if n := len(l.segs); n > 0 {
		// A segment without a frame is named after one that may never come.
		if s := l.segs[n-1]; s.last == s.header.prev && (n > 1 || s.header.prev == 0) {
			if err := l.disk.remove(s.path); err != nil {
				return err
			}
			l.segs = l.segs[:n-1]
		}
	}
	l.dropOrphans()
	for i, s := range l.segs {
		last := i == len(l.segs)-1
		if last {
			os.Remove(s.indexPath()) // it may grow again
		}
		if s.sealed || s.bad != nil {
			continue
		}
		if err := l.datasync(s.path); err != nil {
			return fmt.Errorf("%s: %w", s.path, err)
		}
		if last {
			continue
		}
		var sections []Section
		if l.opt.Sections != nil {
			sections = l.opt.Sections(s.header.first)
		}
		if err := l.disk.writeWhole(s.indexPath(), s.encodeIndex(l.opt.Format, sections)); err != nil {
			return err
		}
		s.sealed = true
	}
	return l.disk.syncDir(l.dir)
}

func (l *Log) datasync(path string) error {
	f, err := l.disk.open(path, os.O_RDWR)
	if err != nil {
		return err
	}
	return errors.Join(f.datasync(), f.Close())
}

func (l *Log) dropOrphans() {
	held := map[string]bool{}
	for _, s := range l.segs {
		held[s.indexPath()] = true
	}
	names, _ := os.ReadDir(l.dir)
	for _, e := range names {
		p := l.dir + string(os.PathSeparator) + e.Name()
		if strings.HasSuffix(p, l.opt.Ext+".idx") && !held[p] || strings.HasSuffix(p, ".idx.new") {
			os.Remove(p)
		}
	}
}
