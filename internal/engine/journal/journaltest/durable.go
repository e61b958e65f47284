package journaltest

import (
	"errors"
	"testing"

	"houfeng/internal/engine/journal"
)

// TestDurable checks what a journal that outlives its process promises on top
// of [Test]. open opens the journal kept in folder dir; its segments should be
// a few kilobytes.
func TestDurable(t *testing.T, open func(t *testing.T, dir string) journal.Journal) {
	t.Run("Reopen", func(t *testing.T) { reopen(t, open) })
	t.Run("SetupsReopen", func(t *testing.T) { setupsReopen(t, open) })
}

// reopen: serials, times and entries go on where they were.
func reopen(t *testing.T, open func(t *testing.T, dir string) journal.Journal) {
	dir := t.TempDir()
	for life := range 4 {
		j := open(t, dir)
		if j.Last() != uint64(life*50) {
			t.Fatalf("life %d: Last %d, want %d", life, j.Last(), life*50)
		}
		for i := life*50 + 1; i <= life*50+50; i++ {
			e := Receipt(i, i)
			if i%50 == 1 && life > 0 {
				e = Receipt(i, i-10) // the clock was set back while the centre was down
			}
			got := MustAppend(t, j, e)
			if want := max(i, i-i%50); got.Serial != uint64(i) || i%50 == 1 && life > 0 && got.Time != Tick(want-1).Time {
				t.Fatalf("appended entry %d as %d at %v", i, got.Serial, got.Time)
			}
		}
		if life%2 == 0 {
			if err := j.Sync(); err != nil {
				t.Fatal(err)
			}
		}
		es := ReadAll(t, j, 1)
		if len(es) != life*50+50 {
			t.Fatalf("life %d: %d entries, want %d", life, len(es), life*50+50)
		}
		for i, e := range es {
			sec := i + 1
			if i%50 == 0 && i > 0 {
				sec = i
			}
			if err := CheckReceipt(e, i+1, sec); err != nil {
				t.Fatalf("life %d: %v", life, err)
			}
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func setupsReopen(t *testing.T, open func(t *testing.T, dir string) journal.Journal) {
	dir := t.TempDir()
	j := open(t, dir)
	MustAppend(t, j, Setup("a", 1))
	MustAppend(t, j, Receipt(2, 2))
	MustAppend(t, j, Setup("b", 3))
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = open(t, dir)
	defer j.Close()
	for serial, want := range map[uint64]string{1: "a", 2: "a", 3: "b", 10: "b"} {
		e, err := j.Setup(serial)
		if err != nil || e.Setup.Version != want {
			t.Errorf("Setup(%d) = %+v, %v, want version %s", serial, e.Setup, err, want)
		}
	}
	if _, err := j.Setup(0); !errors.Is(err, journal.ErrNoSetup) {
		t.Errorf("Setup(0): %v, want ErrNoSetup", err)
	}
}
