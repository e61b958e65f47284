package catalogue_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"houfeng/internal/engine/catalogue"
	"houfeng/internal/engine/catalogue/cataloguetest"
	"houfeng/internal/seis"
)

func open(t testing.TB, path string) *catalogue.SQLite {
	t.Helper()
	c, err := catalogue.OpenSQLite(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// raw opens a database with the driver's own settings, as another program
// would.
func raw(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}

func run(t testing.TB, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.ExecContext(context.Background(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func TestSQLite(t *testing.T) {
	cataloguetest.Test(t, func(t *testing.T) catalogue.Catalogue {
		return open(t, filepath.Join(t.TempDir(), "catalogue.sqlite"))
	})
	t.Run("Durable", func(t *testing.T) {
		cataloguetest.TestDurable(t, func(t *testing.T, dir string) catalogue.Catalogue {
			return open(t, filepath.Join(dir, "catalogue.sqlite"))
		})
	})
}

// TestSettings: what durability and waiting rest on.
func TestSettings(t *testing.T) {
	writer, readers := open(t, filepath.Join(t.TempDir(), "c")).Connections()
	for name, db := range map[string]*sql.DB{"writer": writer, "readers": readers} {
		for pragma, want := range map[string]string{
			"journal_mode": "wal", "synchronous": "2", "busy_timeout": "10000", "foreign_keys": "1",
			"application_id": fmt.Sprint(catalogue.ApplicationID), "query_only": map[string]string{"writer": "0", "readers": "1"}[name],
		} {
			var got string
			if err := db.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s: %s is %s, %v, want %s", name, pragma, got, err, want)
			}
		}
	}
}

// TestReadBesideWriter: reads are answered while another connection holds the
// lock for writing, and a write that waits for it can be given up.
func TestReadBesideWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c")
	c := open(t, path)
	cataloguetest.Add(t, c, cataloguetest.Event("a", 1))
	writer, _ := c.Connections()
	tx, err := writer.Begin() // takes the lock, and the one connection
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec("DELETE FROM events"); err != nil {
		t.Fatal(err)
	}
	cataloguetest.Check(t, c, cataloguetest.Event("a", 1))
	if events, err := c.Events(t.Context(), catalogue.Query{}); err != nil || len(events) != 1 {
		t.Errorf("beside a writer: %d events, %v", len(events), err)
	}
	other := open(t, path) // opening does not wait for the writer either
	cataloguetest.Check(t, other, cataloguetest.Event("a", 1))
	ctx, cancel := context.WithCancel(t.Context())
	waits := make(chan error)
	go func() { waits <- c.AddRevision(ctx, cataloguetest.Event("a", 2)) }()
	cancel()
	if err := <-waits; !errors.Is(err, context.Canceled) {
		t.Errorf("AddRevision given up: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	cataloguetest.Add(t, c, cataloguetest.Event("a", 2))
	cataloguetest.Check(t, other, cataloguetest.Event("a", 1), cataloguetest.Event("a", 2))
	cataloguetest.Add(t, other, cataloguetest.Event("a", 3)) // two that write take turns
	cataloguetest.Add(t, c, cataloguetest.Event("a", 4))
}

// TestNames: names that mean something in a URI are names of files.
func TestNames(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a b", "a?mode=memory", "a#b", "%41", "地震.sqlite", ":memory:", "a&_query_only=1", "a;b'\"c"} {
		c := open(t, filepath.Join(dir, name))
		cataloguetest.Add(t, c, cataloguetest.Event("a", 1))
		c.Close()
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	t.Chdir(dir)
	cataloguetest.Check(t, open(t, "a#b"), cataloguetest.Event("a", 1))
}

// TestRefusedFiles: a file that is no catalogue of ours, or of a later
// version, is named, with what was found and what was wanted, and not changed.
func TestRefusedFiles(t *testing.T) {
	database := func(statements ...string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			db := raw(t, path)
			run(t, db, statements...)
			db.Close()
		}
	}
	changed := func(statements ...string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			open(t, path).Close()
			database(statements...)(t, path)
		}
	}
	file := func(content string) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name string
		make func(*testing.T, string)
		want string
	}{
		{"text", file(strings.Repeat("this is no database ", 100)), "found a file that is no SQLite database, want a houfeng catalogue"},
		{"one byte", file("x"), "found a file that is no SQLite database, want a houfeng catalogue"},
		{"short text", file(strings.Repeat("x", 511)), "found a file that is no SQLite database, want a houfeng catalogue"},
		{"other program", database("CREATE TABLE events (id TEXT)"), "found an SQLite database of another program (application id 0x00000000), want a houfeng catalogue (0x48464341)"},
		{"other program in WAL", database("PRAGMA journal_mode = WAL", "CREATE TABLE events (id TEXT)"), "of another program"},
		{"other id", database("PRAGMA application_id = 1196444487", "CREATE TABLE t (x)"), "(application id 0x47504b47)"},
		{"other id, empty", database("PRAGMA application_id = 1196444487"), "(application id 0x47504b47)"},
		{"newer", changed("UPDATE meta SET value = '2' WHERE name = 'version'"), "found houfeng catalogue version 2, want at most 1: a newer program made it"},
		{"version 0", changed("UPDATE meta SET value = 'x' WHERE name = 'version'"), "found houfeng catalogue version 0, want 1 to 1"},
		{"other format", changed("UPDATE meta SET value = 'notes' WHERE name = 'format'"), `found format "notes", want "houfeng catalogue"`},
		{"no version", changed("DELETE FROM meta"), "the table meta names no format and version"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "c.sqlite")
			c.make(t, path)
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			_, err = catalogue.OpenSQLite(path)
			if err == nil || !strings.Contains(err.Error(), "open catalogue "+path+": ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
				t.Errorf("the file was changed (%v)", err)
			}
			if files, _ := filepath.Glob(path + "*"); len(files) != 1 {
				t.Errorf("left behind: %v", files)
			}
		})
	}
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "absent", "c.sqlite")} {
		if c, err := catalogue.OpenSQLite(path); err == nil || c != nil || !strings.Contains(err.Error(), path) {
			t.Errorf("open %s: %v, %v", path, c, err)
		}
	}
	var none *catalogue.SQLite // as in: var c Catalogue; c, err = OpenSQLite(path)
	if err := none.Close(); err != nil {
		t.Error(err)
	}
}

// TestHalfMade: a file whose making was cut short is made whole.
func TestHalfMade(t *testing.T) {
	for name, statements := range map[string][]string{
		"empty":  nil,
		"marked": {fmt.Sprintf("PRAGMA application_id = %d", catalogue.ApplicationID)},
		"goose's own table": {fmt.Sprintf("PRAGMA application_id = %d", catalogue.ApplicationID), "PRAGMA journal_mode = WAL",
			`CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL, is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')))`,
			`INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1)`},
	} {
		path := filepath.Join(t.TempDir(), "c")
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		db := raw(t, path)
		run(t, db, statements...)
		db.Close()
		c, err := catalogue.OpenSQLite(path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		cataloguetest.Add(t, c, cataloguetest.Event("a", 1))
		c.Close()
	}
}

// TestAltered: a revision that is not as it was written is never passed on.
func TestAltered(t *testing.T) {
	for name, c := range map[string]struct{ statement, want string }{
		"document":       {`UPDATE revisions SET document = replace(document, '24.1', '24.2') WHERE revision = 2`, "is not as it was written: SHA-256"},
		"cut":            {`UPDATE revisions SET document = substr(document, 1, 100) WHERE revision = 2`, "is not as it was written"},
		"blob":           {`UPDATE revisions SET document = CAST(substr(document, 2) AS BLOB) WHERE revision = 2`, "is not as it was written"},
		"huge":           {`UPDATE revisions SET document = document || printf('%.*c', 17000000, ' ') WHERE revision = 2`, "document of more than 16777216 bytes"},
		"no document":    {fmt.Sprintf(`UPDATE revisions SET document = '{}', sha256 = '%s' WHERE revision = 2`, catalogue.Digest("{}")), `at byte 1: found "}"`},
		"another number": {`UPDATE revisions SET document = (SELECT document FROM revisions WHERE revision = 1), sha256 = (SELECT sha256 FROM revisions WHERE revision = 1) WHERE revision = 2`, `the document is of event "a" revision 1`},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "c")
			cat := open(t, path)
			cataloguetest.Add(t, cat, cataloguetest.Event("a", 1), cataloguetest.Event("a", 2))
			run(t, raw(t, path), c.statement)
			_, event := cat.Event(t.Context(), "a")
			_, revisions := cat.Revisions(t.Context(), "a")
			_, events := cat.Events(t.Context(), catalogue.Query{})
			for method, err := range map[string]error{"Event": event, "Revisions": revisions, "Events": events} {
				if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), `event "a" revision 2`) {
					t.Errorf("%s: %v, want %q", method, err, c.want)
				}
			}
			if err := cat.AddRevision(t.Context(), cataloguetest.Event("a", 2)); err == nil {
				t.Error("the same revision again agrees with an altered one")
			}
		})
	}
}

// TestPlans: lists and pages follow the index, without sorting.
func TestPlans(t *testing.T) {
	_, readers := open(t, filepath.Join(t.TempDir(), "c")).Connections()
	at, five := seis.TimeOf(1e18, false), 5.0
	for name, q := range map[string]catalogue.Query{
		"all":  {},
		"time": {Start: at, End: at.Add(1e9)},
		"page": {BeforeTime: at, BeforeID: "a", MinMagnitude: &five},
	} {
		text, values := catalogue.Statement(q)
		rows, err := readers.Query("EXPLAIN QUERY PLAN "+text, values...)
		if err != nil {
			t.Fatal(err)
		}
		var plan []string
		for rows.Next() {
			var id, parent, unused int
			var step string
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, step)
		}
		rows.Close()
		p := strings.Join(plan, "; ")
		if !strings.Contains(p, "events_by_time") || strings.Contains(p, "TEMP B-TREE") || strings.Contains(p, "SCAN r") {
			t.Errorf("%s: %s", name, p)
		}
	}
}

// TestMadeAtOnce: several that open a catalogue that is not there yet open the
// same one.
func TestMadeAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c")
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			c, err := catalogue.OpenSQLite(path)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			if err := c.AddRevision(t.Context(), cataloguetest.Event(fmt.Sprint("e", i), 1)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if events, err := open(t, path).Events(t.Context(), catalogue.Query{}); err != nil || len(events) != 4 {
		t.Errorf("%d events, %v, want 4", len(events), err)
	}
}
