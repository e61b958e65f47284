//go:build !unix

package seglog

import "os"

// Lock opens path.
func Lock(path string) (*os.File, error) { return lockFile(path) }

// lockFile opens path; without flock two processes are not kept apart.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o640)
}
