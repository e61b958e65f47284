package seglog

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// disk is where a log writes. Tests put one in its place that fails, or that
// forgets what was not synced.
type disk interface {
	open(path string, flag int) (file, error)
	remove(path string) error
	// writeWhole makes path hold b or what it held before, also after a
	// crash. The new bytes themselves are not yet durable.
	writeWhole(path string, b []byte) error
	// syncDir makes the names in dir durable.
	syncDir(dir string) error
}

type file interface {
	io.WriterAt
	io.Closer
	// datasync makes the bytes durable, and what is needed to read them back.
	datasync() error
}

type osDisk struct{}

type osFile struct{ *os.File }

func (f osFile) datasync() error { return datasync(f.File) }

func (osDisk) open(path string, flag int) (file, error) {
	f, err := os.OpenFile(path, flag, 0o640)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (osDisk) remove(path string) error { return os.Remove(path) }

func (osDisk) writeWhole(path string, b []byte) error {
	if err := os.WriteFile(path+".new", b, 0o640); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func (osDisk) syncDir(dir string) error { return syncDir(dir) }

// WriteDurably replaces the file path by b: it holds what it held before or
// all of b, and b survives power loss once WriteDurably has returned.
func WriteDurably(path string, b []byte) error {
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(path + ".new")
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// SyncDir makes the names in dir durable.
func SyncDir(dir string) error { return syncDir(dir) }

// Datasync makes the bytes of f durable, and what is needed to read them back.
func Datasync(f *os.File) error { return datasync(f) }

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
