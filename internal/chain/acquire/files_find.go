package acquire

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// file is a file to read.
type file struct {
	path string // to open
	peer string // relative to the argument it was found under, with slashes
	size int64
}

// find lists the regular files under paths, sorted by peer. A file reached
// twice is listed once, under the peer that sorts first.
func find(ctx context.Context, paths []string) ([]file, []Problem, error) {
	if len(paths) == 0 {
		return nil, nil, errors.New("read files: no path given")
	}
	var (
		files    []file
		problems []Problem
	)
	for _, root := range paths {
		info, err := os.Stat(root)
		if err != nil {
			return nil, nil, fmt.Errorf("read files: %w", err)
		}
		if !info.IsDir() {
			files, problems = take(files, problems, root, filepath.Base(root))
			continue
		}
		// The folder given may itself be a link.
		real, err := filepath.EvalSymlinks(root)
		if err != nil {
			return nil, nil, fmt.Errorf("read files: %w", err)
		}
		err = filepath.WalkDir(real, func(path string, d fs.DirEntry, err error) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			rel, rerr := filepath.Rel(real, path)
			if rerr != nil {
				return rerr
			}
			rel = filepath.ToSlash(rel)
			if err != nil {
				problems = append(problems, Problem{rel, cause(err)})
				if d != nil && d.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
			if !d.IsDir() {
				files, problems = take(files, problems, path, rel)
			}
			return nil
		})
		if err != nil {
			return nil, nil, fmt.Errorf("read files under %s: %w", root, err)
		}
	}
	slices.SortFunc(files, func(a, b file) int {
		return cmp.Or(cmp.Compare(a.peer, b.peer), cmp.Compare(a.path, b.path))
	})
	seen := map[string]bool{}
	files = slices.DeleteFunc(files, func(f file) bool {
		key := f.path
		if real, err := filepath.EvalSymlinks(f.path); err == nil {
			key = real
		}
		if abs, err := filepath.Abs(key); err == nil {
			key = abs
		}
		if seen[key] {
			return true
		}
		seen[key] = true
		return false
	})
	return files, problems, nil
}

// take adds a file to the list, or to the problems if it is none to read.
func take(files []file, problems []Problem, path, peer string) ([]file, []Problem) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return files, append(problems, Problem{peer, cause(err)})
	case info.IsDir():
		return files, append(problems, Problem{peer, "a link to a folder, not followed"})
	case !info.Mode().IsRegular():
		return files, append(problems, Problem{peer, "no regular file"})
	}
	return append(files, file{path, peer, info.Size()}), problems
}

// cause is an error without the path, which may differ from place to place.
func cause(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Op + ": " + pe.Err.Error()
	}
	return err.Error()
}
