package ring_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"houfeng/internal/engine/ring"
	"houfeng/internal/engine/ring/ringtest"
)

const childDir = "HOUFENG_TEST_RING_CHILD"

var killOptions = ring.Options{SegmentBytes: 100_000, MaxBytes: 1 << 20, Reserve: 500}

// TestKilled kills a process with SIGKILL while it appends, five times. What
// Sync had returned for is found, and numbers that the process had said (it
// says them before they are synced, as a client might see them) are not given
// again.
func TestKilled(t *testing.T) {
	if dir := os.Getenv(childDir); dir != "" {
		appendForEver(dir)
	}
	dir := t.TempDir()
	said := map[uint64]bool{}         // positions
	sequences := map[[2]uint64]bool{} // station, sequence
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
		lines := bufio.NewScanner(out)
		var synced, newest uint64
		for n := 0; lines.Scan(); n++ {
			if n == 700+450*life {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
			var st, position, sequence uint64
			if k, _ := fmt.Sscanf(lines.Text(), "gave %d %d %d", &st, &position, &sequence); k == 3 {
				if said[position] || sequences[[2]uint64{st, sequence}] {
					t.Fatalf("life %d: position %d or sequence %d of station %d was given twice", life, position, sequence, st)
				}
				said[position], sequences[[2]uint64{st, sequence}] = true, true
				newest = position
			}
			fmt.Sscanf(lines.Text(), "synced %d", &synced)
		}
		cmd.Wait()

		r := openFile(t, dir, killOptions)
		_, last := r.Bounds()
		if last < synced || synced == 0 {
			t.Fatalf("life %d: opened at %d, synced were %d", life, last, synced)
		}
		for _, it := range ringtest.ReadAll(t, r, 0) {
			st, i := int(it.Raw[0]), int(it.Raw[1])|int(it.Raw[2])<<8|int(it.Raw[3])<<16
			if want := ringtest.Record(st, i); !bytes.Equal(it.Raw, want.Raw) || it.ID != want.ID || it.Start != want.Start {
				t.Fatalf("life %d: position %d is not what was appended", life, it.Position)
			}
		}
		t.Logf("life %d: synced %d, given %d, found %d, recovered %+v", life, synced, newest, last, r.Recovered())
		r.Close()
	}
}

func appendForEver(dir string) {
	r, err := ring.Open(dir, killOptions)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_, last := r.Bounds()
	for i := int(last); ; i++ {
		it, err := r.Append(ringtest.Record(i%5, i))
		if err != nil {
			break
		}
		fmt.Println("gave", i%5, it.Position, it.Sequence)
		if i%57 == 0 {
			if err := r.Sync(); err != nil {
				os.Exit(1)
			}
			fmt.Println("synced", it.Position)
		}
	}
	os.Exit(1)
}
