// Package seglog is the append-only log that the journal and the ring stand on:
// numbered frames in segment files, checked by CRC-32C, made durable in groups,
// trimmed by age and size a segment at a time.
//
// Start with [Open], [Log.Append], [Log.Sync] and [Log.Cursor]. What it promises:
//
//   - what Sync returned for survives kill -9 and power loss;
//   - a cursor never sees half a frame; a damaged one it reports as a
//     [*DamageError] and goes on behind it;
//   - Open cuts off what a crash left unfinished, keeps a copy of it beside the
//     segment (".dropped"), and says how much it was; damage in what was
//     durable is never cut off;
//   - nothing in a payload can be mistaken for a frame.
//
// A directory belongs to one Log of one process at a time, kept apart by a lock
// on its file LOCK; others may read it with Options.ReadOnly.
package seglog

import (
	crand "crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"houfeng/internal/seis"
)

// ErrTrimmed is returned for numbers that have been removed by age or size.
var ErrTrimmed = errors.New("the log was trimmed")

// ErrClosed is returned after Close.
var ErrClosed = errors.New("the log is closed")

// ErrReadOnly is returned by a log opened for reading.
var ErrReadOnly = errors.New("the log was opened for reading")

// Options of a log.
type Options struct {
	Format
	Ext          string        // of segment files, ".hfj"
	SegmentBytes int64         // a segment is closed when it has this many; 0: 64 MiB, or an eighth of MaxBytes if that is less
	MaxBytes     int64         // oldest segments are removed above this; 0: no bound
	MaxAge       time.Duration // segments are removed when all of it is older than the newest frame by this; 0: no bound
	Dense        bool          // numbers have no holes: a missing one is damage
	ReadOnly     bool

	// What the owner keeps per segment, known by its first number. All are
	// optional, and called by the goroutine that opens or appends.
	Scanned  func(first uint64, f Frame) error            // at Open: a frame of a segment without index
	Restore  func(first uint64, sections []Section) error // at Open: the sections of one with index; an error has it scanned
	Sections func(first uint64) []Section                 // a segment is full: what its index shall hold
	Removed  func(first, next uint64)                     // a segment was trimmed; next is now the first one

	Salt func() (uint64, error) // nil: random
}

// Log is the log in one directory.
type Log struct {
	dir  string
	opt  Options
	disk disk
	lock *os.File

	syncing sync.Mutex // held by the goroutine that syncs

	mu       sync.Mutex
	segs     []*segment // oldest first; frames go to the last one
	out      file       // the last segment, for writing; nil until something is appended
	buf      []byte     // frames not yet written
	last     uint64     // newest number given
	lastTime seis.Time
	durable  uint64     // every frame up to here is
	marked   uint64     // durable, as the newest mark says
	full     []*segment // closed, but not yet durable and indexed
	busy     file       // the last segment of when Sync began, while it runs
	mayAge   int        // segments that may still go for their age
	newNames bool       // the directory has changed since it was synced
	err      error      // the disk failed: nothing can be promised any more
	closed   bool

	recovery Recovery
}

// segment is one file.
type segment struct {
	path   string
	header header
	size   int64 // bytes written to the file
	last   uint64
	time   seis.Time // of last
	began  seis.Time // of the first frame, if this is the last segment
	points []point   // every 64 KiB, where a frame begins
	bad    error     // the header is damaged: nothing can be read
	sealed bool      // full, durable and indexed
	gone   bool      // trimmed
	index  []byte    // encoded, to be written when the segment is durable
	out    file      // of a full one until it is durable
}

// point says where a frame begins.
type point struct {
	number uint64
	offset int64
}

const pointEvery = 64 << 10

// bufferSize is how much is collected before it is written.
const bufferSize = 256 << 10

// Open opens the log in dir, which it makes if need be.
func Open(dir string, opt Options) (*Log, error) { return open(dir, opt, osDisk{}) }

func open(dir string, opt Options, d disk) (*Log, error) {
	if opt.SegmentBytes == 0 {
		opt.SegmentBytes = 64 << 20
		if opt.MaxBytes > 0 {
			opt.SegmentBytes = min(opt.SegmentBytes, max(1<<20, opt.MaxBytes/8))
		}
	}
	if opt.Salt == nil {
		opt.Salt = randomSalt
	}
	l := &Log{dir: dir, opt: opt, disk: d, mayAge: mostByAge}
	if !opt.ReadOnly {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return nil, fmt.Errorf("open log: %w", err)
		}
		var err error
		if l.lock, err = lockFile(filepath.Join(dir, "LOCK")); err != nil {
			return nil, fmt.Errorf("open log %s: %w", dir, err)
		}
	}
	if err := l.recover(); err != nil {
		l.unlock()
		return nil, fmt.Errorf("open log %s: %w", dir, err)
	}
	l.durable = l.last
	if !opt.ReadOnly {
		l.trim()
	}
	return l, nil
}

func randomSalt() (uint64, error) {
	var b [8]byte
	_, err := crand.Read(b[:])
	return binary.LittleEndian.Uint64(b[:]), err
}

// SkipTo makes n the number after which the next frame comes, if it is greater
// than Last.
func (l *Log) SkipTo(n uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = max(l.last, n)
}

// Last returns the newest number given, and its time.
func (l *Log) Last() (uint64, seis.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last, l.lastTime
}

// First returns the oldest number held, or the one after Last if there is none.
func (l *Log) First() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.first()
}

func (l *Log) first() uint64 {
	if len(l.segs) == 0 {
		return l.last + 1
	}
	return l.segs[0].header.first
}

// Durable returns the number up to which every frame is durable.
func (l *Log) Durable() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.durable
}

// Size returns the bytes held, without indices.
func (l *Log) Size() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sizeHeld()
}

func (l *Log) sizeHeld() int64 {
	n := int64(len(l.buf))
	for _, s := range l.segs {
		n += s.size
	}
	return n
}

// Close makes everything durable and closes the log.
func (l *Log) Close() error {
	var err error
	if !l.opt.ReadOnly {
		err = l.Sync()
		if errors.Is(err, ErrClosed) {
			return nil
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	if err == nil && l.out != nil && l.marked < l.durable {
		s := l.segs[len(l.segs)-1]
		l.buf = appendFrame(l.buf, s.header.salt, Frame{Number: l.durable, Kind: markKind})
		err = l.flush()
	}
	l.closed = true
	for _, s := range l.full {
		if s.out != nil {
			s.out.Close()
		}
	}
	if l.out != nil {
		err = errors.Join(err, l.out.Close())
	}
	return errors.Join(err, l.unlock())
}

func (l *Log) unlock() error {
	if l.lock == nil {
		return nil
	}
	return l.lock.Close()
}

var _ io.Closer = (*Log)(nil)
