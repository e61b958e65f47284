package seglog

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// cutDisk is a disk whose power can be cut: it remembers what each file held
// when it was last synced, and which names were.
type cutDisk struct {
	osDisk
	dir     string
	durable map[string][]byte // by path: content at the last datasync
	named   map[string]bool   // names that syncDir made durable
	removed []removal         // since then, oldest first
	fail    error             // returned by every datasync from now on
	full    bool              // every write fails from now on
}

// quickDisk syncs nothing.
type quickDisk struct{ osDisk }

type quickFile struct{ file }

func (quickFile) datasync() error { return nil }

func (quickDisk) syncDir(string) error { return nil }

func (d quickDisk) open(path string, flag int) (file, error) {
	f, err := d.osDisk.open(path, flag)
	if err != nil {
		return nil, err
	}
	return quickFile{f}, nil
}

type removal struct {
	path    string
	content []byte
}

func newCutDisk(dir string) *cutDisk {
	d := &cutDisk{dir: dir, durable: map[string][]byte{}, named: map[string]bool{}}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, path := range files { // what an earlier Open left is durable
		d.durable[path], _ = os.ReadFile(path)
		d.named[path] = true
	}
	return d
}

type cutFile struct {
	file
	d    *cutDisk
	path string
}

func (f cutFile) datasync() error {
	if f.d.fail != nil {
		return f.d.fail
	}
	b, err := os.ReadFile(f.path)
	if err == nil { // else it was removed
		f.d.durable[f.path] = b
	}
	return nil
}

func (f cutFile) WriteAt(b []byte, at int64) (int, error) {
	if f.d.full {
		n, _ := f.file.WriteAt(b[:len(b)/2], at)
		return n, errors.New("no space left on device")
	}
	return f.file.WriteAt(b, at)
}

func (d *cutDisk) open(path string, flag int) (file, error) {
	f, err := d.osDisk.open(path, flag)
	if err != nil {
		return nil, err
	}
	return cutFile{f, d, path}, nil
}

func (d *cutDisk) remove(path string) error {
	if b, err := os.ReadFile(path); err == nil && d.named[path] {
		d.removed = append(d.removed, removal{path, b})
	}
	return d.osDisk.remove(path)
}

func (d *cutDisk) syncDir(dir string) error {
	if d.fail != nil {
		return d.fail
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, path := range files {
		d.named[path] = true
	}
	d.removed = nil
	return nil
}

// cut makes, in a new directory, what the disk might hold after the power was
// cut now: files that were synced hold at least that; what was written later
// is there or not, in blocks, in any order.
func (d *cutDisk) cut(t testing.TB, rnd *rand.Rand) string {
	t.Helper()
	to := t.TempDir()
	put := func(path string, b []byte) {
		if err := os.WriteFile(filepath.Join(to, filepath.Base(path)), b, 0o640); err != nil {
			t.Fatal(err)
		}
	}
	files, _ := filepath.Glob(filepath.Join(d.dir, "*"))
	sort.Strings(files)
	for _, path := range files {
		if filepath.Base(path) == "LOCK" || strings.HasSuffix(path, ".new") {
			continue
		}
		now, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !d.named[path] && rnd.IntN(2) == 0 {
			continue // the name was never made durable
		}
		put(path, mix(d.durable[path], now, rnd))
	}
	if n := len(d.removed); n > 0 { // the newest removals may be undone
		for _, r := range d.removed[rnd.IntN(n+1):] {
			put(r.path, r.content)
		}
	}
	return to
}

func mix(durable, now []byte, rnd *rand.Rand) []byte {
	const block = 512
	size := len(durable)
	if len(now) > size {
		size += rnd.IntN(len(now) - size + 1)
	}
	b := make([]byte, size)
	copy(b, durable)
	for at := 0; at < size; at += block {
		if end := min(at+block, size, len(now)); at < end && rnd.IntN(2) == 0 {
			copy(b[at:end], now[at:end])
		}
	}
	return b
}
