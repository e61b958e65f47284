package archive

import (
	"bytes"
	"context"
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
)

// format is what the file HOUFENG-ARCHIVE at the root of an archive begins
// with. (Day files are plain miniSEED, for every program that reads SDS.)
var format = seglog.Format{Name: "HOUFENG-ARCHIVE", Version: 1}

// ErrForeign is wrapped by the error of opening an archive of a newer version.
var ErrForeign = seglog.ErrForeign

const markName = "HOUFENG-ARCHIVE"

// Folder is an archive in a folder, in the SDS layout. It may be an SDS archive
// that other programs made and read, but only one Folder writes to it at a
// time.
//
// At the root lie HOUFENG-ARCHIVE, which says that and which version; DIRTY,
// the list of files that may need repair after a crash; and TORN, a folder with
// the bytes of records that were cut off as unfinished.
type Folder struct {
	root string
	lock io.Closer

	mu      sync.Mutex // taken after a dayFile's
	files   map[fdsn.ID]map[day]*dayFile
	count   int               // of files
	most    int               // of files to remember
	changed map[*dayFile]bool // written to or to be written since the last sync
	newDirs map[string]bool   // folders with new names since then
	err     error             // a sync failed: nothing can be promised any more
	closed  bool

	syncing  sync.Mutex // held by Sync; taken first
	dirty    *dirtyList
	repaired []Repair
}

// Repair is a record that a crash left unfinished and Open or Add cut off.
type Repair struct {
	Path   string
	Offset int64
	Bytes  int64
	Copy   string // file that holds the bytes
}

// mostFiles is how many files the archive remembers the ends of.
const mostFiles = 50_000

// Open opens the archive in folder root, which it makes if need be, and repairs
// what a crash left; see [Folder.Repaired].
func Open(root string) (*Folder, error) {
	a := &Folder{
		root:    root,
		most:    mostFiles,
		files:   map[fdsn.ID]map[day]*dayFile{},
		changed: map[*dayFile]bool{},
		newDirs: map[string]bool{},
	}
	if err := a.open(); err != nil {
		if a.lock != nil {
			a.lock.Close()
		}
		return nil, fmt.Errorf("open archive: %w", err)
	}
	return a, nil
}

func (a *Folder) open() error {
	if err := os.MkdirAll(a.root, 0o755); err != nil {
		return err
	}
	mark := filepath.Join(a.root, markName)
	b, err := os.ReadFile(mark)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && len(b) == 0:
		err = os.WriteFile(mark, fmt.Appendf(nil, "%s %d\n", format.Name, format.Version), 0o644)
		if err == nil {
			err = seglog.SyncDir(a.root)
		}
		if err != nil {
			return err
		}
	case err != nil:
		return err
	default:
		if err := format.CheckMagic(b); err != nil {
			return fmt.Errorf("%s: %w", mark, err)
		}
	}
	if a.lock, err = seglog.Lock(mark); err != nil {
		return fmt.Errorf("%s: %w", a.root, err)
	}
	a.dirty, err = openDirty(a.root, a.repair)
	return err
}

// Repaired returns what was cut off because a crash had left it unfinished.
func (a *Folder) Repaired() []Repair {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.repaired)
}

// keepTorn keeps bytes that are about to be cut off.
func (a *Folder) keepTorn(path string, at int64, b []byte) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.keepTornLocked(path, at, b)
}

func (a *Folder) keepTornLocked(path string, at int64, b []byte) error {
	r := Repair{Path: path, Offset: at, Bytes: int64(len(b))}
	if len(bytes.Trim(b, "\x00")) > 0 {
		dir := filepath.Join(a.root, "TORN")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		r.Copy = filepath.Join(dir, fmt.Sprintf("%s.%d", filepath.Base(path), at))
		if err := seglog.WriteDurably(r.Copy, b); err != nil {
			return err
		}
	}
	a.repaired = append(a.repaired, r)
	return nil
}

// Add implements [Archive].
func (a *Folder) Add(ctx context.Context, records []*seis.Record) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("add to archive: %w", err)
	}
	var errs []error
	for _, r := range records {
		rec, err := take(r)
		if err == nil {
			err = a.add(r.ID, rec)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("add record of %s to archive: %w", r.ID, err))
			if errors.Is(err, ErrClosed) {
				break
			}
		}
	}
	return errors.Join(errs...)
}

func (a *Folder) add(id fdsn.ID, r record) error {
	d, err := a.pin(id, dayOf(r.start))
	if err != nil {
		return err
	}
	defer a.unpin(d)
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.load(); err != nil {
		return err
	}
	if len(d.buf) > 4*mostBuffered || d.lateN > 2*mostLate {
		if err := a.flush(d); err != nil {
			return err // the disk is full, and memory shall not be
		}
	}
	d.add(r)
	a.mu.Lock()
	a.changed[d] = true
	a.mu.Unlock()
	if len(d.buf) > mostBuffered || d.lateN > mostLate {
		a.flush(d) // if it fails, the record waits for Sync, which says so
	}
	return nil
}

// pin returns the state of a day file and keeps it from being forgotten.
func (a *Folder) pin(id fdsn.ID, n day) (*dayFile, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil, ErrClosed
	}
	if a.err != nil {
		return nil, a.err
	}
	d := a.files[id][n]
	if d == nil {
		if a.count >= a.most {
			a.forget()
		}
		d = &dayFile{id: id, day: n, path: filepath.Join(a.root, path(id, n))}
		if a.files[id] == nil {
			a.files[id] = map[day]*dayFile{}
		}
		a.files[id][n] = d
		a.count++
	}
	d.pins++
	return d, nil
}

func (a *Folder) unpin(d *dayFile) {
	a.mu.Lock()
	defer a.mu.Unlock()
	d.pins--
}

// forget lets go of the files that nothing waits for.
func (a *Folder) forget() {
	for id, ds := range a.files {
		for n, d := range ds {
			if !a.changed[d] && d.pins == 0 {
				delete(ds, n)
				a.count--
			}
		}
		if len(ds) == 0 {
			delete(a.files, id)
		}
	}
}

// flush writes what d has in memory. d.mu is held and the file loaded.
func (a *Folder) flush(d *dayFile) error {
	if !d.pending() {
		return nil
	}
	dir := filepath.Dir(d.path)
	if err := a.makeDir(dir); err != nil {
		return err
	}
	rel, err := filepath.Rel(a.root, d.path)
	if err != nil {
		return err
	}
	from := d.size
	if len(d.late) > 0 {
		from = 0
	}
	if err := a.dirty.note(rel, from); err != nil {
		return err
	}
	if d.size == 0 || len(d.late) > 0 {
		a.mu.Lock()
		a.newDirs[dir] = true
		a.mu.Unlock()
	}
	return d.flush(a.keepTorn)
}

// makeDir makes a folder below the root and notes which have new names.
func (a *Folder) makeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	a.mu.Lock()
	for p := filepath.Dir(dir); len(p) >= len(a.root); p = filepath.Dir(p) {
		a.newDirs[p] = true
		if p == a.root {
			break
		}
	}
	a.mu.Unlock()
	return os.MkdirAll(dir, 0o755)
}

// Sync implements [Archive].
func (a *Folder) Sync() error {
	a.syncing.Lock()
	defer a.syncing.Unlock()
	if err := a.sync(); err != nil {
		return fmt.Errorf("sync archive: %w", err)
	}
	return nil
}

func (a *Folder) sync() error {
	a.mu.Lock()
	if a.closed || a.err != nil {
		defer a.mu.Unlock()
		if a.closed {
			return ErrClosed
		}
		return a.err
	}
	files := make([]*dayFile, 0, len(a.changed))
	for d := range a.changed {
		files = append(files, d)
	}
	a.mu.Unlock()
	slices.SortFunc(files, func(x, y *dayFile) int { return bytes.Compare([]byte(x.path), []byte(y.path)) })

	var errs []error
	var written []string
	for _, d := range files {
		d.mu.Lock()
		err := d.load()
		if err == nil {
			err = a.flush(d)
		}
		if err == nil {
			a.mu.Lock()
			delete(a.changed, d) // whoever changes it from now on notes it again
			a.mu.Unlock()
			written = append(written, d.path)
		}
		d.mu.Unlock()
		if err != nil {
			errs = append(errs, err) // it stays changed
		}
	}
	a.mu.Lock()
	dirs := a.newDirs
	a.newDirs = map[string]bool{}
	a.mu.Unlock()
	if err := a.makeDurable(written, dirs); err != nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		// What the kernel could not write it forgets: trying again would
		// report success for lost bytes.
		a.err = fmt.Errorf("%w (open the archive again)", err)
		return a.err
	}
	return errors.Join(errs...)
}

// mostSingle is how many files are synced one by one; for more, the whole file
// system is.
const mostSingle = 16

func (a *Folder) makeDurable(files []string, dirs map[string]bool) error {
	if len(files)+len(dirs) > mostSingle {
		if done, err := syncFileSystem(a.root); done {
			return err
		}
	}
	errs := []error{a.dirty.sync()}
	for _, p := range files {
		f, err := os.Open(p)
		if errors.Is(err, fs.ErrNotExist) {
			continue // nothing came to be written
		}
		if err == nil {
			err = errors.Join(seglog.Datasync(f), f.Close())
		}
		errs = append(errs, err)
	}
	for d := range dirs {
		errs = append(errs, seglog.SyncDir(d))
	}
	return errors.Join(errs...)
}

// Close implements [Archive].
func (a *Folder) Close() error {
	a.syncing.Lock()
	defer a.syncing.Unlock()
	err := a.sync()
	if errors.Is(err, ErrClosed) {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	err = errors.Join(err, a.dirty.close(err == nil), a.lock.Close())
	if err != nil {
		return fmt.Errorf("close archive: %w", err)
	}
	return nil
}

var _ Archive = (*Folder)(nil)
