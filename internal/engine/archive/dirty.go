package archive

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"houfeng/internal/engine/seglog"
	"houfeng/mseed"
)

// dirtyList is the file DIRTY: after the line "HOUFENG-ARCHIVE DIRTY 1", a line
// for each file written to since the archive was opened, with the offset from
// which its bytes may not be whole records: "1572864 2019/XX/STA/…". It is
// removed by a clean end.
type dirtyList struct {
	path string

	mu       sync.Mutex
	f        *os.File // nil until the first note
	noted    map[string]int64
	unsynced bool
}

var dirtyFormat = seglog.Format{Name: "HOUFENG-ARCHIVE DIRTY", Version: 1}

// openDirty has the files of a list that a crash left repaired, and begins a
// new one.
func openDirty(root string, repair func(path string, from int64) error) (*dirtyList, error) {
	l := &dirtyList{path: filepath.Join(root, "DIRTY"), noted: map[string]int64{}}
	b, err := os.ReadFile(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return nil, err
	}
	first, rest, whole := bytes.Cut(b, []byte("\n"))
	if whole { // else the crash came before anything was written to
		if err := dirtyFormat.CheckMagic(append(first, '\n')); err != nil {
			return nil, fmt.Errorf("%s: %w", l.path, err)
		}
	}
	from := map[string]int64{}
	lines := bufio.NewScanner(bytes.NewReader(rest))
	for lines.Scan() {
		var at int64
		offset, name, ok := strings.Cut(lines.Text(), " ")
		if _, err := fmt.Sscan(offset, &at); err != nil || !ok || at < 0 || !filepath.IsLocal(name) {
			continue // the last line may not be whole
		}
		if known, ok := from[name]; !ok || at < known {
			from[name] = at
		}
	}
	for name, at := range from {
		if err := repair(filepath.Join(root, name), at); err != nil {
			return nil, err
		}
	}
	if err := os.Remove(l.path); err != nil {
		return nil, err
	}
	return l, nil
}

// note says that the file is about to be written to from offset at on.
func (l *dirtyList) note(name string, at int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if known, ok := l.noted[name]; ok && known <= at {
		return nil
	}
	if l.f == nil {
		f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(f, "%s %d\n", dirtyFormat.Name, dirtyFormat.Version); err != nil {
			f.Close()
			return err
		}
		l.f = f
	}
	if _, err := fmt.Fprintf(l.f, "%d %s\n", at, filepath.ToSlash(name)); err != nil {
		return err
	}
	l.noted[name], l.unsynced = at, true
	return nil
}

func (l *dirtyList) sync() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.unsynced {
		return nil
	}
	l.unsynced = false
	return errors.Join(seglog.Datasync(l.f), seglog.SyncDir(filepath.Dir(l.path)))
}

// close ends the list; clean says that everything in it is whole.
func (l *dirtyList) close(clean bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.f == nil {
		return nil
	}
	err := l.f.Close()
	if clean {
		err = errors.Join(err, os.Remove(l.path))
	}
	return err
}

// repair cuts an unfinished record off the end of a file whose bytes before
// offset from are whole.
func (a *Folder) repair(path string, from int64) error {
	dir, name := filepath.Split(path)
	os.Remove(dir + "." + name + ".new") // was to replace the file
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if from > info.Size() {
		from = 0
	}
	b := make([]byte, info.Size()-from)
	if _, err := f.ReadAt(b, from); err != nil && len(b) > 0 {
		return err
	}
	end, err := scan(b, func(int64, *mseed.Record) {})
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if end == int64(len(b)) {
		return nil
	}
	if err := cut(f, path, from+end, int64(len(b))-end, a.keepTornLocked); err != nil {
		return err
	}
	return seglog.Datasync(f)
}
