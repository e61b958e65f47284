//go:build unix

package seglog

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Lock locks the file path, which it makes if need be, for this process until
// it is closed.
func Lock(path string) (*os.File, error) { return lockFile(path) }

// lockFile opens path and locks it until it is closed or the process ends.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("in use by another process (%s is locked)", path)
		}
		return nil, os.NewSyscallError("flock", err)
	}
	return f, nil
}
