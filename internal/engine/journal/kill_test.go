package journal_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"houfeng/internal/engine/journal"
	"houfeng/internal/engine/journal/journaltest"
)

const childDir = "HOUFENG_TEST_JOURNAL_CHILD"

// TestKilled kills a process with SIGKILL while it appends, five times, and
// finds at least what Sync had returned for, and nothing that was not appended.
func TestKilled(t *testing.T) {
	if dir := os.Getenv(childDir); dir != "" {
		appendForEver(dir)
	}
	dir := t.TempDir()
	o := journal.Options{SegmentBytes: 100_000}
	for life := range 5 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), childDir+"="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		synced := uint64(0)
		lines := bufio.NewScanner(out)
		for range 20 + 13*life {
			if !lines.Scan() {
				t.Fatal("the child ended by itself")
			}
			if n, err := strconv.ParseUint(strings.TrimSpace(lines.Text()), 10, 64); err == nil {
				synced = n
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what it had said before it died
			if n, err := strconv.ParseUint(strings.TrimSpace(lines.Text()), 10, 64); err == nil {
				synced = n
			}
		}
		cmd.Wait()

		j := openFile(t, dir, o)
		if j.Last() < synced {
			t.Fatalf("life %d: opened at %d, synced were %d", life, j.Last(), synced)
		}
		for i, e := range journaltest.ReadAll(t, j, 1) {
			if err := journaltest.CheckReceipt(e, i+1, i+1); err != nil {
				t.Fatalf("life %d: %v", life, err)
			}
		}
		t.Logf("life %d: %d synced, %d found, recovered %+v", life, synced, j.Last(), j.Recovered())
		j.Close()
	}
}

func appendForEver(dir string) {
	j, err := journal.Open(dir, journal.Options{SegmentBytes: 100_000})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for i := int(j.Last()) + 1; ; i++ {
		if _, err := j.Append(journaltest.Receipt(i, i)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if i%17 == 0 {
			if err := j.Sync(); err != nil {
				os.Exit(1)
			}
			fmt.Println(i)
		}
	}
}
