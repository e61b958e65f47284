package catalogue

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"

	"houfeng/internal/seis"
)

// SQLite is a catalogue in one file, in write-ahead mode with full
// synchronisation: AddRevision returns when the revision is on the disk. One
// connection writes, a few read beside it. Other processes may read the file
// at the same time.
type SQLite struct {
	path    string
	closed  atomic.Bool
	writer  *sql.DB // one connection
	readers *sql.DB

	newest, kept, addRevision, putEvent *sql.Stmt // of writer
	event, revisions                    *sql.Stmt // of readers
}

var _ Catalogue = (*SQLite)(nil)

// maxReaders is how many reads go on at the same time; more wait their turn
// (never for the writer).
const maxReaders = 4

// OpenSQLite opens the catalogue in the file at path and makes it if there is
// none; its folder must exist. A file of an earlier version of the format is
// brought to the newest; one of a later version, and one that is no
// catalogue, is an error and stays as it is.
func OpenSQLite(path string) (*SQLite, error) {
	s := &SQLite{path: path}
	if err := s.open(context.Background()); err != nil {
		s.Close()
		return nil, fmt.Errorf("open catalogue %s: %w", path, err)
	}
	return s, nil
}

func (s *SQLite) open(ctx context.Context) (err error) {
	if s.writer, err = openFile(ctx, s.path); err != nil {
		return err
	}
	if s.readers, err = openReaders(s.path); err != nil {
		return err
	}
	for _, p := range []struct {
		db   *sql.DB
		stmt **sql.Stmt
		text string
	}{
		{s.writer, &s.newest, sqlNewest}, {s.writer, &s.kept, sqlKept},
		{s.writer, &s.addRevision, sqlAddRevision}, {s.writer, &s.putEvent, sqlPutEvent},
		{s.readers, &s.event, sqlEvent}, {s.readers, &s.revisions, sqlRevisions},
	} {
		if *p.stmt, err = p.db.PrepareContext(ctx, p.text); err != nil {
			return err
		}
	}
	return nil
}

// Close implements [Catalogue]. It waits for what is under way.
func (s *SQLite) Close() error {
	if s == nil || s.closed.Swap(true) {
		return nil
	}
	var errs []error
	for _, db := range []*sql.DB{s.readers, s.writer} { // the last to close tidies the file
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close catalogue %s: %w", s.path, err)
	}
	return nil
}

// AddRevision implements [Catalogue].
func (s *SQLite) AddRevision(ctx context.Context, e seis.Event) error {
	doc, err := prepare(ctx, &e)
	if err == nil {
		err = s.cause(ctx, s.add(ctx, &e, doc))
	}
	return addError(&e, err)
}

// add stores a revision and its document, in one transaction.
func (s *SQLite) add(ctx context.Context, e *seis.Event, doc string) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // no effect once committed
	var n int
	if err := tx.StmtContext(ctx, s.newest).QueryRowContext(ctx, e.ID).Scan(&n); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	switch {
	case e.Revision <= n:
		kept, err := scanDocument(tx.StmtContext(ctx, s.kept).QueryRowContext(ctx, e.ID, e.Revision))
		if err != nil {
			return err
		}
		return same(kept, doc)
	case e.Revision > n+1:
		return hole(n)
	}
	if _, err := tx.StmtContext(ctx, s.addRevision).ExecContext(ctx, e.ID, e.Revision, digest(doc), doc); err != nil {
		return err
	}
	newest := summaryOf(e)
	if _, err := tx.StmtContext(ctx, s.putEvent).ExecContext(ctx, eventColumns(&newest)...); err != nil {
		return err
	}
	return tx.Commit()
}

// Event implements [Catalogue].
func (s *SQLite) Event(ctx context.Context, id string) (seis.Event, error) {
	events, err := s.read(ctx, id, s.event)
	if err != nil {
		return seis.Event{}, err
	}
	return events[0], nil
}

// Revisions implements [Catalogue].
func (s *SQLite) Revisions(ctx context.Context, id string) ([]seis.Event, error) {
	return s.read(ctx, id, s.revisions)
}

func (s *SQLite) read(ctx context.Context, id string, query *sql.Stmt) ([]seis.Event, error) {
	events, err := scanEvents(query.QueryContext(ctx, id))
	if err == nil && len(events) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return nil, readError(id, s.cause(ctx, err))
	}
	return events, nil
}

// Events implements [Catalogue].
func (s *SQLite) Events(ctx context.Context, q Query) ([]seis.Event, error) {
	limit, err := q.limit()
	if err != nil {
		return nil, listError(err)
	}
	text, values := eventsSQL(&q, limit)
	events, err := scanEvents(s.readers.QueryContext(ctx, text, values...))
	if err != nil {
		return nil, listError(s.cause(ctx, err))
	}
	return events, nil
}

// scanEvents decodes rows of id, revision, sha256 and document.
func scanEvents(rows *sql.Rows, err error) ([]seis.Event, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var events []seis.Event
	for rows.Next() {
		var id string
		var revision int
		doc, err := scanDocument(rows, &id, &revision)
		if err != nil {
			return nil, fmt.Errorf("event %.64q revision %d: %w", id, revision, err)
		}
		e, err := decodeRevision(doc, id, revision)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, rows.Err()
}

// scanDocument reads the columns before, then sha256 and the document, which
// must agree.
func scanDocument(row interface{ Scan(...any) error }, before ...any) (string, error) {
	var sum string
	var doc sql.NullString
	if err := row.Scan(append(before, &sum, &doc)...); err != nil {
		return "", err
	}
	if !doc.Valid {
		return "", fmt.Errorf("document of more than %d bytes", maxDocument)
	}
	if d := digest(doc.String); d != sum {
		return "", fmt.Errorf("the document is not as it was written: SHA-256 %.16s…, want %.16s…", d, sum)
	}
	return doc.String, nil
}

// cause returns what a caller can act on in place of what the driver says when
// the context or the catalogue ended.
func (s *SQLite) cause(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case s.closed.Load():
		return ErrClosed
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return err
}
