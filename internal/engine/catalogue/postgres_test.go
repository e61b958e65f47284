package catalogue_test

import (
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"houfeng/internal/engine/catalogue"
	"houfeng/internal/engine/catalogue/cataloguetest"
	"houfeng/internal/seis"
)

// TestPostgreSQL runs the SQL of the catalogue, as it is, on PostgreSQL 15 or
// later, and compares the answers with those of the catalogue in memory. It
// needs psql and a database, made with LC_COLLATE 'C', in which it makes and
// drops a schema: HOUFENG_TEST_POSTGRES=postgresql://localhost/test.
func TestPostgreSQL(t *testing.T) {
	uri := os.Getenv("HOUFENG_TEST_POSTGRES")
	if uri == "" {
		t.Skip("HOUFENG_TEST_POSTGRES names no database")
	}
	var script strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&script, format+"\n", args...) }
	say("DROP SCHEMA IF EXISTS houfeng_catalogue_test CASCADE; CREATE SCHEMA houfeng_catalogue_test; SET search_path TO houfeng_catalogue_test;")
	names, err := fs.Glob(catalogue.Migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(catalogue.Migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		say("%s", text)
	}
	n := 0
	execute := func(statement string, values ...any) {
		n++
		say("PREPARE s%d AS %s; EXECUTE s%d (%s);", n, statement, n, literals(values))
	}

	memory := catalogue.NewMemory()
	for i, ns := range []int64{0, 1, 1, 1, 2, 2, math.MinInt64, math.MaxInt64} {
		for revision := 1; revision <= 2; revision++ {
			e := cataloguetest.Full(fmt.Sprint("e", i), revision)
			e.Origin.Time = seis.TimeOf(ns, i%2 == 0)
			e.Origin.Latitude = []float64{math.NaN(), math.Inf(1), 24.1}[i%3]
			e.Region = "\xff\x00"
			if i%4 == 3 {
				e.Magnitude = nil
			}
			if i == 5 {
				e.Status = seis.Rejected
			}
			cataloguetest.Add(t, memory, e)
			doc := encode(t, e)
			execute(catalogue.SQLAddRevision, e.ID, revision, catalogue.Digest(doc), doc)
			execute(catalogue.SQLPutEvent, catalogue.Columns(e)...)
		}
	}
	execute(catalogue.SQLNewest, "e1")
	execute(catalogue.SQLKept, "e1", 2)
	execute(catalogue.SQLEvent, "e1")
	execute(catalogue.SQLRevisions, "e1")

	low, high, west, east := -90.0, 1e4, 179.0, -179.0
	one := seis.TimeOf(1, false)
	queries := []catalogue.Query{
		{}, {IncludeRejected: true}, {Start: one}, {Start: seis.TimeOf(1, true)}, {End: one}, {End: seis.TimeOf(2, true)},
		{BeforeTime: one}, {BeforeTime: one, BeforeID: "e1"}, {BeforeTime: seis.TimeOf(1, true), BeforeID: "e2"},
		{MinLatitude: &low}, {MaxLatitude: &high}, {MinMagnitude: &low, MaxMagnitude: &high}, {MinLongitude: &west, MaxLongitude: &east},
		{MinLongitude: &low, MaxLongitude: &high, UpdatedAfter: one},
	}
	for i, q := range queries {
		text, values := catalogue.Statement(q)
		say(`\echo query %d`, i)
		execute(text, values...)
	}
	say("DROP SCHEMA houfeng_catalogue_test CASCADE;")

	cmd := exec.Command("psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1", uri)
	cmd.Stdin = strings.NewReader(script.String())
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("psql: %v\n%s", err, complaints.String())
	}
	for i, q := range queries {
		want, err := memory.Events(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		_, answer, _ := strings.Cut(string(out), fmt.Sprintf("query %d\n", i))
		answer, _, _ = strings.Cut(answer, "query ")
		var rows []string
		for _, e := range want {
			doc := encode(t, e)
			rows = append(rows, fmt.Sprintf("%s|%d|%s|%s\n", e.ID, e.Revision, catalogue.Digest(doc), doc))
		}
		if w := strings.Join(rows, ""); answer != w {
			t.Errorf("%+v: want %d events (−want +got):\n%s", q, len(want), cmp.Diff(w, answer))
		}
	}
}

// literals writes values as PostgreSQL reads them.
func literals(values []any) string {
	var s []string
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			s = append(s, "NULL")
		case string:
			s = append(s, "'"+strings.ReplaceAll(v, "'", "''")+"'")
		case float64:
			s = append(s, fmt.Sprintf("'%v'", v))
		default:
			s = append(s, fmt.Sprint(v))
		}
	}
	return strings.Join(s, ", ")
}
