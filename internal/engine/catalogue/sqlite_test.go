package catalogue_test

import (
	"path/filepath"
	"testing"

	"houfeng/internal/engine/catalogue"
	"houfeng/internal/engine/catalogue/cataloguetest"
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

func TestSQLite(t *testing.T) {
	cataloguetest.Test(t, func(t *testing.T) catalogue.Catalogue {
		return open(t, filepath.Join(t.TempDir(), "catalogue.sqlite"))
	})
	cataloguetest.TestDurable(t, func(t *testing.T, dir string) catalogue.Catalogue {
		return open(t, filepath.Join(dir, "catalogue.sqlite"))
	})
}
