package centre

import (
	"context"
	"log/slog"
	"time"

	"houfeng/internal/engine/archive"
	"houfeng/internal/seis"
)

// archiver writes records to the archive beside the chain. Its queue is long,
// and when it is full the chain waits: a record is never left out.
type archiver struct {
	a     archive.Archive
	log   *slog.Logger
	queue chan []*seis.Record
}

func newArchiver(a archive.Archive, log *slog.Logger) *archiver {
	return &archiver{a: a, log: log, queue: make(chan []*seis.Record, 8192)}
}

func (r *archiver) add(ctx context.Context, records []*seis.Record) error {
	select {
	case r.queue <- records:
	case <-ctx.Done():
	}
	return nil
}

// run writes until ctx ends, then what is left.
func (r *archiver) run(ctx context.Context) error {
	sync := time.NewTicker(5 * time.Second)
	defer sync.Stop()
	for {
		select {
		case records := <-r.queue:
			r.write(records)
		case <-sync.C:
			if err := r.a.Sync(); err != nil {
				r.log.Error("archive not durable", "error", err)
			}
		case <-ctx.Done():
			for {
				select {
				case records := <-r.queue:
					r.write(records)
				default:
					return r.a.Sync()
				}
			}
		}
	}
}

func (r *archiver) write(records []*seis.Record) {
	if err := r.a.Add(context.Background(), records); err != nil {
		r.log.Error("records not archived", "records", len(records), "first", records[0].ID.String(), "error", err)
	}
}
