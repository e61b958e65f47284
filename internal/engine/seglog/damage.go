package seglog

import (
	"fmt"
)

// DamageError says that bytes of a segment are not what was written, or that a
// segment is gone. Whoever reads goes on behind them.
type DamageError struct {
	Path   string // of the segment
	Offset int64  // in it
	Bytes  int64  // that were skipped
	After  uint64 // number of the frame before them
	Why    string
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("%s at %d: %s; skipped %d bytes after number %d", e.Path, e.Offset, e.Why, e.Bytes, e.After)
}

// Recovery says what Open found after an unclean end.
type Recovery struct {
	Dropped int64          // bytes cut off: written by then, but by no Sync
	Copies  []string       // files that hold them
	Damage  []*DamageError // in bytes that had been durable; nothing was cut off
}

// Recovery returns what Open found.
func (l *Log) Recovery() Recovery { return l.recovery }
