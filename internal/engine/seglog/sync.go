package seglog

import (
	"errors"
	"fmt"
)

// Flush writes what was appended to the operating system, so that it survives
// the end of the process, but not of the power.
func (l *Log) Flush() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.writable(); err != nil {
		return err
	}
	return l.flush()
}

// Sync makes everything appended so far durable. Several calls at a time share
// the work. It does not hold Append up.
func (l *Log) Sync() error {
	l.mu.Lock()
	want := l.last
	l.mu.Unlock()
	l.syncing.Lock()
	defer l.syncing.Unlock()

	l.mu.Lock()
	if err := l.writable(); err != nil {
		l.mu.Unlock()
		return err
	}
	if l.durable >= want && len(l.full) == 0 {
		l.mu.Unlock()
		return nil
	}
	if err := l.flush(); err != nil {
		l.mu.Unlock()
		return fmt.Errorf("sync: %w", err)
	}
	last, full, out, newNames := l.last, l.full, l.out, l.newNames
	l.full, l.newNames, l.busy = nil, false, out
	l.mu.Unlock()

	err := l.syncFiles(full, out, newNames)

	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy = nil
	if err != nil {
		// What the kernel could not write it forgets: trying again would
		// report success for lost bytes.
		l.err = fmt.Errorf("sync %s: %w (open the log again)", l.dir, err)
		return l.err
	}
	l.seal(full)
	l.durable = max(l.durable, last)
	l.trim()
	return nil
}

func (l *Log) syncFiles(full []*segment, out file, newNames bool) error {
	var errs []error
	for _, s := range full {
		if s.out != nil {
			errs = append(errs, s.out.datasync(), s.out.Close())
		}
	}
	if out != nil {
		errs = append(errs, out.datasync())
	}
	if newNames {
		errs = append(errs, l.disk.syncDir(l.dir))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, s := range full { // only now: an index says that its segment is durable
		errs = append(errs, l.disk.writeWhole(s.indexPath(), s.index))
	}
	return errors.Join(errs...)
}

// maxFull is how many full segments may wait for a Sync.
const maxFull = 4

// syncFull does for the full segments what nobody has called Sync for.
func (l *Log) syncFull() error {
	var mine, others []*segment
	for _, s := range l.full {
		if s.out == l.busy && s.out != nil {
			others = append(others, s) // Sync is at it now
		} else {
			mine = append(mine, s)
		}
	}
	if err := l.syncFiles(mine, nil, true); err != nil {
		l.err = fmt.Errorf("sync %s: %w (open the log again)", l.dir, err)
		return l.err
	}
	l.seal(mine)
	l.full = others
	if len(others) == 0 {
		l.durable = max(l.durable, mine[len(mine)-1].last)
	}
	return nil
}

// seal notes that segments are durable and indexed.
func (l *Log) seal(full []*segment) {
	for _, s := range full {
		s.sealed, s.out, s.index = true, nil, nil
		if s.gone {
			l.disk.remove(s.indexPath()) // trimmed while it was being synced
		}
	}
}
