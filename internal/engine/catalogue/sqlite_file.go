package catalogue

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	// applicationID marks the file (bytes 68–71 of the SQLite header) as a
	// catalogue: "HFCA".
	applicationID = 0x48464341

	// formatName and formatVersion are the rows "format" and "version" of the
	// table meta.
	formatName    = "houfeng catalogue"
	formatVersion = 1
)

var errNoDatabase = errors.New("found a file that is no SQLite database, want a " + formatName)

//go:embed migrations/*.sql
var migrations embed.FS

// openFile opens the file with a connection to write with, and makes or brings
// it to formatVersion. A file of another kind is not changed.
func openFile(ctx context.Context, path string) (_ *sql.DB, err error) {
	// SQLite would say only that it cannot open.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	switch {
	case err == nil:
		f.Close()
	case !errors.Is(err, fs.ErrExist):
		return nil, err
	default:
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		// SQLite would write over what is shorter than its shortest page.
		if n := info.Size(); info.Mode().IsRegular() && n > 0 && n < 512 {
			return nil, errNoDatabase
		}
	}
	db, err := connect(path, 1, "_txlock=immediate", "_pragma=journal_size_limit(67108864)")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			db.Close()
		}
	}()
	if err := mark(ctx, db); err != nil {
		return nil, err
	}
	version, err := readVersion(ctx, db)
	if err != nil {
		return nil, err
	}
	// Only now, so that the mark is in the file itself, not in the log beside it.
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return nil, err
	}
	if mode != "wal" {
		return nil, fmt.Errorf("journal mode %q, want wal: can this file system share memory?", mode)
	}
	if version < formatVersion {
		if err := migrate(ctx, db); err != nil {
			return nil, err
		}
	}
	return db, nil
}

// openReaders opens connections that cannot write.
func openReaders(path string) (*sql.DB, error) {
	return connect(path, maxReaders, "_query_only=1")
}

// connect opens up to conns connections, each with the settings given and:
// commits are on the disk when they return, a lock is waited for, references
// between tables are checked.
func connect(path string, conns int, settings ...string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	abs = filepath.ToSlash(abs)
	if !strings.HasPrefix(abs, "/") {
		abs = "/" + abs // C:/…
	}
	settings = append(settings, "_busy_timeout=10000", "_synchronous=FULL", "_foreign_keys=1")
	u := url.URL{Scheme: "file", Path: abs, RawQuery: strings.Join(settings, "&")}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// mark checks that the file is a catalogue, and makes an empty one a catalogue.
func mark(ctx context.Context, db *sql.DB) error {
	id, err := readMark(ctx, db)
	if err != nil || id == applicationID {
		return err
	}
	tx, err := db.BeginTx(ctx, nil) // others may be making it
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if id, err = readMark(ctx, tx); err != nil || id == applicationID {
		return err
	}
	var tables int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master").Scan(&tables); err != nil {
		return err
	}
	if id != 0 || tables != 0 {
		return fmt.Errorf("found an SQLite database of another program (application id %#08x), want a %s (%#08x)", id, formatName, applicationID)
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
		return err
	}
	return tx.Commit()
}

func readMark(ctx context.Context, db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) (id uint32, err error) {
	err = db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id)
	if e := (*sqlite.Error)(nil); errors.As(err, &e) && e.Code() == sqlite3.SQLITE_NOTADB {
		err = errNoDatabase
	}
	return id, err
}

// readVersion returns the version of the file's format, 0 if it has no tables
// yet.
func readVersion(ctx context.Context, db *sql.DB) (version int, err error) {
	var tables int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE name = 'meta'").Scan(&tables); err != nil {
		return 0, err
	}
	if tables == 0 {
		return 0, nil
	}
	var format string
	err = db.QueryRowContext(ctx, "SELECT f.value, CAST(v.value AS INTEGER) FROM meta AS f, meta AS v WHERE f.name = 'format' AND v.name = 'version'").
		Scan(&format, &version)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, errors.New("the table meta names no format and version")
	case err != nil:
		return 0, err
	case format != formatName:
		return 0, fmt.Errorf("found format %.64q, want %q", format, formatName)
	case version > formatVersion:
		return 0, fmt.Errorf("found %s version %d, want at most %d: a newer program made it", formatName, version, formatVersion)
	case version < 1:
		return 0, fmt.Errorf("found %s version %d, want 1 to %d", formatName, version, formatVersion)
	}
	return version, nil
}

// migrate brings the file to formatVersion. Where another process does so at
// the same time, a migration fails because it has been made; after a few more
// attempts the file has the version, whoever made it.
func migrate(ctx context.Context, db *sql.DB) error {
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, folder,
		goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	for range 5 {
		_, err = p.Up(ctx)
		if version, verr := readVersion(ctx, db); verr == nil && version == formatVersion {
			return nil
		}
	}
	if err == nil {
		err = errors.New("the migrations do not lead to it")
	}
	return fmt.Errorf("bring to version %d: %w", formatVersion, err)
}
