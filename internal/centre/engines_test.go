package centre

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An engine that cannot be opened is an error that names it, whichever it is,
// and those opened before are closed: the next start can have them.
func TestEngineThatDoesNotOpen(t *testing.T) {
	for _, name := range []string{"journal", "ring", "sds", "catalogue.sqlite"} {
		cfg := DefaultConfig()
		cfg.Data, cfg.HTTP.Listen, cfg.SeedLink.Listen = t.TempDir(), "", ""
		foreign := filepath.Join(cfg.Data, name)
		if err := os.WriteFile(foreign, []byte("something else"), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, _, err := New(cfg, Options{}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is no engine of ours: error %v, want one that names it", name, err)
		}
		if err := os.Remove(foreign); err != nil {
			t.Fatal(err)
		}
		c, _, err := New(cfg, Options{})
		if err != nil {
			t.Errorf("%s removed: %v", name, err)
			continue
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}
