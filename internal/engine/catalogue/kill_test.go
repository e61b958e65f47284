package catalogue_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"houfeng/internal/engine/catalogue"
	"houfeng/internal/engine/catalogue/cataloguetest"
	"houfeng/internal/seis"
)

const childPath = "HOUFENG_TEST_CATALOGUE_CHILD"

// TestKilled kills a process with SIGKILL while it adds revisions, five times,
// and finds at least those for which AddRevision had returned, whole, and none
// that was not added.
func TestKilled(t *testing.T) {
	if path := os.Getenv(childPath); path != "" {
		addForEver(path)
	}
	path := filepath.Join(t.TempDir(), "catalogue.sqlite")
	kept := 0
	for life := range 5 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), childPath+"="+path)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		told := 0
		tell := func() bool {
			if !lines.Scan() {
				return false
			}
			n, err := strconv.Atoi(lines.Text())
			if err != nil {
				t.Fatal(err)
			}
			told = n
			return true
		}
		for range 10 + 17*life {
			if !tell() {
				t.Fatal("the child ended by itself")
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for tell() { // what it had said before it died
		}
		cmd.Wait()

		c := open(t, path)
		var all []seis.Event
		for e := range events {
			id := fmt.Sprint("event", e)
			es, err := c.Revisions(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			var want []seis.Event
			for i := range es {
				want = append(want, cataloguetest.Full(id, i+1))
			}
			if d := cataloguetest.Diff(want, es); d != "" {
				t.Fatalf("life %d (−want +got):\n%s", life, d)
			}
			cataloguetest.Check(t, c, want...) // the newest is the one listed
			all = append(all, es...)
		}
		if len(all) < told || len(all) > told+1 || len(all) < kept {
			t.Fatalf("life %d: %d revisions are kept; %d were before, AddRevision had returned for %d", life, len(all), kept, told)
		}
		writer, _ := c.Connections()
		var check string
		if err := writer.QueryRow("PRAGMA integrity_check").Scan(&check); err != nil || check != "ok" {
			t.Fatalf("life %d: integrity %s, %v", life, check, err)
		}
		kept = len(all)
		t.Logf("life %d: AddRevision returned for %d, kept are %d", life, told, kept)
		c.Close()
	}
}

const events = 3

// addForEver adds revisions to three events in turn, and says how many there
// are after each.
func addForEver(path string) {
	fail := func(err error) {
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	c, err := catalogue.OpenSQLite(path)
	fail(err)
	ctx := context.Background()
	n := 0
	for e := range events {
		es, _ := c.Revisions(ctx, fmt.Sprint("event", e))
		n += len(es)
	}
	for ; ; n++ {
		fail(c.AddRevision(ctx, cataloguetest.Full(fmt.Sprint("event", n%events), n/events+1)))
		fmt.Println(n + 1)
	}
}
