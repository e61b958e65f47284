package journal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"

	"houfeng/internal/engine/seglog"
	"houfeng/internal/seis"
)

// A setup is kept twice: as an entry in its place, and in a file of its own,
// "setup-" and its serial, which is one frame after a segment's header and
// begins with "HOUFENG-SETUP 1\n". The file is durable before the entry is
// appended and is removed when no entry held was made under the setup.
var setupFormat = seglog.Format{Name: "HOUFENG-SETUP", Version: 1}

const setupPrefix, setupExt = "setup-", ".hfs"

func (j *File) setupPath(serial uint64) string {
	return filepath.Join(j.dir, fmt.Sprintf("%s%020d%s", setupPrefix, serial, setupExt))
}

func (j *File) listSetups() error {
	names, err := os.ReadDir(j.dir)
	if err != nil && (j.readOnly || !errors.Is(err, os.ErrNotExist)) {
		return err
	}
	for _, e := range names {
		digits, ok := strings.CutPrefix(e.Name(), setupPrefix)
		if digits, ok2 := strings.CutSuffix(digits, setupExt); ok && ok2 {
			if serial, err := strconv.ParseUint(digits, 10, 64); err == nil {
				j.setups = append(j.setups, serial)
			}
		}
	}
	slices.Sort(j.setups)
	return nil
}

// scanned sees to it that a setup found in the log has its copy.
func (j *File) scanned(_ uint64, f seglog.Frame) error {
	if seis.EntryKind(f.Kind) != seis.EntrySetup {
		return nil
	}
	if got, err := seglog.ReadFrame(j.setupPath(f.Number), setupFormat); err == nil && string(got.Payload) == string(f.Payload) {
		return nil
	}
	if j.readOnly {
		return nil
	}
	return j.keepSetup(f)
}

func (j *File) keepSetup(f seglog.Frame) error {
	if err := seglog.WriteFrame(j.setupPath(f.Number), setupFormat, f); err != nil {
		return fmt.Errorf("keep setup: %w", err)
	}
	if i, found := slices.BinarySearch(j.setups, f.Number); !found {
		j.setups = slices.Insert(j.setups, i, f.Number)
	}
	return nil
}

// forgetSetupsAfter removes copies of setups whose entries a crash took.
func (j *File) forgetSetupsAfter(last uint64) {
	for n := len(j.setups); n > 0 && j.setups[n-1] > last; n = len(j.setups) {
		os.Remove(j.setupPath(j.setups[n-1]))
		j.setups = j.setups[:n-1]
	}
}

// tidy removes the copies of setups that are in force for no entry held.
func (j *File) tidy() {
	first := j.log.First()
	if first == j.tidied {
		return
	}
	j.tidied = first
	for len(j.setups) > 1 && j.setups[1] <= first {
		os.Remove(j.setupPath(j.setups[0]))
		j.setups = slices.Delete(j.setups, 0, 1)
	}
}

// Setup implements [Journal].
func (j *File) Setup(serial uint64) (seis.Entry, error) {
	j.mu.Lock()
	setups := slices.Clone(j.setups)
	j.mu.Unlock()
	i := sort.Search(len(setups), func(i int) bool { return setups[i] > serial })
	if i == 0 {
		e, err := j.findSetup(serial)
		if err != nil {
			return seis.Entry{}, fmt.Errorf("find setup at entry %d: %w", serial, err)
		}
		return e, nil
	}
	f, err := seglog.ReadFrame(j.setupPath(setups[i-1]), setupFormat)
	if err != nil { // the entry itself may still be there
		e, ferr := j.entry(setups[i-1])
		if ferr != nil {
			return seis.Entry{}, fmt.Errorf("find setup at entry %d: %w", serial, err)
		}
		return e, nil
	}
	if _, err := j.log.Cursor(j.First(), seglog.CursorOptions{}); err != nil {
		return seis.Entry{}, fmt.Errorf("find setup at entry %d: %w", serial, translate(err))
	}
	return decodeFrame(f)
}

func (j *File) entry(serial uint64) (seis.Entry, error) {
	r, err := j.Read(serial)
	if err != nil {
		return seis.Entry{}, err
	}
	defer r.Close()
	return r.Next()
}

// findSetup reads the log from its beginning up to serial. It is needed only
// when copies are missing.
func (j *File) findSetup(serial uint64) (seis.Entry, error) {
	c, err := j.log.Cursor(j.First(), seglog.CursorOptions{})
	if err != nil {
		return seis.Entry{}, translate(err)
	}
	defer c.Close()
	var found seis.Entry
	for {
		f, err := c.Next()
		var damage *DamageError
		switch {
		case errors.As(err, &damage):
			continue
		case err == io.EOF || err == nil && f.Number > serial:
			if found.Setup == nil {
				return found, ErrNoSetup
			}
			return found, nil
		case err != nil:
			return seis.Entry{}, translate(err)
		}
		if seis.EntryKind(f.Kind) == seis.EntrySetup {
			if found, err = decodeFrame(f); err != nil {
				return seis.Entry{}, err
			}
		}
	}
}
