package archive

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncFileSystem makes everything on the file system of dir durable, which is
// much cheaper than thousands of files one by one.
func syncFileSystem(dir string) (done bool, err error) {
	f, err := os.Open(dir)
	if err != nil {
		return true, err
	}
	defer f.Close()
	return true, os.NewSyscallError("syncfs", unix.Syncfs(int(f.Fd())))
}
