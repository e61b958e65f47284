package seglog

import (
	"errors"
	"os"
	"syscall"
)

// datasync makes the bytes of f durable, and what is needed to read them back,
// but not its times.
func datasync(f *os.File) error {
	for {
		err := syscall.Fdatasync(int(f.Fd()))
		if !errors.Is(err, syscall.EINTR) {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
