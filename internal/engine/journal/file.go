package journal

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"houfeng/internal/engine/seglog"
	"houfeng/internal/seis"
)

// format is what a journal's segments begin with ("HOUFENG-JOURNAL 1\n").
var format = seglog.Format{Name: "HOUFENG-JOURNAL", Version: 1}

// ErrForeign is wrapped by the error of opening a file that is no journal, or
// one of a newer version.
var ErrForeign = seglog.ErrForeign

// DamageError is returned by a reader in place of entries whose bytes are not
// what was written. The next call goes on behind them.
type DamageError = seglog.DamageError

// Recovery says what [Open] found after an unclean end.
type Recovery = seglog.Recovery

// Options of a journal in files. The zero value keeps everything.
type Options struct {
	MaxAge       time.Duration // entries older than this before the newest may go; 0: keep
	MaxBytes     int64         // oldest entries go above this; 0: no bound
	SegmentBytes int64         // entries go this many bytes at a time; 0: 64 MiB
	SyncEvery    time.Duration // how often the journal syncs by itself; 0: only when told

	salt func() (uint64, error) // of segments; set by tests for files that can be compared
}

// File is a journal in the segment files of a directory (package seglog,
// docs/formats/journal.md). Append writes to memory, Sync to the disk, for all
// appenders at once. Beside the segments lies a copy of each setup that is in
// force for an entry held, so that trimming never takes it away.
type File struct {
	dir      string
	readOnly bool
	log      *seglog.Log

	mu      sync.Mutex
	scratch []byte   // encoding of the entry being appended
	setups  []uint64 // serials of the setups kept, ascending
	tidied  uint64   // First when copies of setups were last removed

	stop chan struct{} // closed to end the goroutine of SyncEvery
	done sync.WaitGroup
	once sync.Once
}

// Open opens the journal in dir, which it makes if need be, and recovers from
// an unclean end; see [File.Recovered].
func Open(dir string, o Options) (*File, error) {
	j := &File{dir: dir, stop: make(chan struct{})}
	if err := j.open(o); err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	if o.SyncEvery > 0 {
		j.done.Go(func() { j.syncEvery(o.SyncEvery) })
	}
	return j, nil
}

// OpenRead opens the journal in dir for reading, also while a centre writes to
// it; it then ends where the centre had come. Nothing is changed in dir.
func OpenRead(dir string) (*File, error) {
	j := &File{dir: dir, readOnly: true, stop: make(chan struct{})}
	if err := j.open(Options{}); err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	return j, nil
}

func (j *File) open(o Options) error {
	if err := j.listSetups(); err != nil {
		return err
	}
	log, err := seglog.Open(j.dir, seglog.Options{
		Format:       format,
		Ext:          ".hfj",
		SegmentBytes: o.SegmentBytes,
		MaxBytes:     o.MaxBytes,
		MaxAge:       o.MaxAge,
		Dense:        true,
		ReadOnly:     j.readOnly,
		Scanned:      j.scanned,
		Salt:         o.salt,
	})
	if err != nil {
		return err
	}
	j.log = log
	if !j.readOnly {
		j.forgetSetupsAfter(j.Last())
		j.tidy()
	}
	return nil
}

// Recovered returns what Open found after an unclean end.
func (j *File) Recovered() Recovery { return j.log.Recovery() }

// Append implements [Journal]. The entry is in memory when it returns; see Sync.
// When the disk refuses, the entry was not appended and the next one gets its
// serial.
func (j *File) Append(e seis.Entry) (seis.Entry, error) {
	if err := check(e); err != nil {
		return seis.Entry{}, fmt.Errorf("append to journal: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	last, lastTime := j.log.Last()
	if e.Serial = last + 1; last > 0 && e.Time.Before(lastTime) {
		e.Time = lastTime
	}
	j.scratch = appendPayload(j.scratch[:0], &e)
	if len(j.scratch) > MaxEntry {
		return seis.Entry{}, fmt.Errorf("append to journal: entry of %d bytes, at most %d", len(j.scratch), MaxEntry)
	}
	f := seglog.Frame{Number: e.Serial, Time: e.Time, Kind: uint8(e.Kind), Payload: j.scratch}
	if e.Kind == seis.EntrySetup {
		if err := j.keepSetup(f); err != nil {
			return seis.Entry{}, fmt.Errorf("append to journal: %w", err)
		}
	}
	if _, err := j.log.Append(f); err != nil {
		j.forgetSetupsAfter(last)
		return seis.Entry{}, fmt.Errorf("append to journal: %w", translate(err))
	}
	if cap(j.scratch) > 1<<20 {
		j.scratch = nil // after a setup
	}
	j.tidy()
	return e, nil
}

// Sync implements [Journal]. It does not hold Append up.
func (j *File) Sync() error {
	if err := j.log.Sync(); err != nil {
		return fmt.Errorf("sync journal: %w", translate(err))
	}
	return nil
}

// Synced returns the serial up to which entries are durable.
func (j *File) Synced() uint64 { return j.log.Durable() }

// syncEvery syncs until the journal is closed. An error stays with the log: the
// next Append and Sync return it.
func (j *File) syncEvery(d time.Duration) {
	t := time.NewTicker(d)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			j.log.Sync()
		case <-j.stop:
			return
		}
	}
}

// First implements [Journal].
func (j *File) First() uint64 { return j.log.First() }

// Last implements [Journal].
func (j *File) Last() uint64 {
	last, _ := j.log.Last()
	return last
}

// Size returns how many bytes the journal's segments have.
func (j *File) Size() int64 { return j.log.Size() }

// Close syncs and closes the journal; readers end with it.
func (j *File) Close() error {
	j.once.Do(func() { close(j.stop) })
	j.done.Wait()
	if err := j.log.Close(); err != nil {
		return fmt.Errorf("close journal: %w", err)
	}
	return nil
}

// translate puts a log's error in the words of this package.
func translate(err error) error {
	switch {
	case errors.Is(err, seglog.ErrClosed):
		return ErrClosed
	case errors.Is(err, seglog.ErrTrimmed):
		return ErrTrimmed
	}
	return err
}

// Read implements [Journal].
func (j *File) Read(from uint64) (Reader, error) {
	if from == 0 {
		return nil, fmt.Errorf("read journal from entry 0: entries are counted from 1")
	}
	c, err := j.log.Cursor(from, seglog.CursorOptions{})
	if err != nil {
		return nil, fmt.Errorf("read journal from entry %d: %w", from, translate(err))
	}
	return &fileReader{c}, nil
}

type fileReader struct{ c *seglog.Cursor }

// Next implements [Reader]. A *DamageError stands for entries that are damaged.
func (r *fileReader) Next() (seis.Entry, error) {
	f, err := r.c.Next()
	if err != nil {
		if err = translate(err); err == ErrClosed || err == ErrTrimmed {
			err = fmt.Errorf("read journal: %w", err)
		}
		return seis.Entry{}, err
	}
	return decodeFrame(f)
}

func (r *fileReader) Close() error { return r.c.Close() }

func decodeFrame(f seglog.Frame) (seis.Entry, error) {
	e, err := decodePayload(seis.EntryKind(f.Kind), f.Payload)
	if err != nil {
		return seis.Entry{}, fmt.Errorf("read journal entry %d: %w", f.Number, err)
	}
	e.Serial, e.Time = f.Number, f.Time
	return e, nil
}

var (
	_ Journal = (*File)(nil)
	_ Journal = (*Memory)(nil)
)
