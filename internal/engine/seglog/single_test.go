package seglog

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestSingleFrame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "one")
	if err := WriteFrame(path, testFormat, frame(7)); err != nil {
		t.Fatal(err)
	}
	got, err := ReadFrame(path, testFormat)
	if err != nil || !equal(got, frame(7)) {
		t.Fatalf("read %+v, %v", got, err)
	}
	if _, err := ReadFrame(path, Format{"HOUFENG-TEST", 2}); !errors.Is(err, ErrForeign) {
		t.Errorf("as version 2: %v, want ErrForeign", err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		b := append([]byte(nil), whole...)
		b[i] ^= 1
		os.WriteFile(path, b, 0o640)
		if f, err := ReadFrame(path, testFormat); err == nil {
			t.Fatalf("byte %d changed, read %+v", i, f)
		}
		os.WriteFile(path, whole[:i], 0o640)
		if f, err := ReadFrame(path, testFormat); err == nil {
			t.Fatalf("cut at %d, read %+v", i, f)
		}
	}
}
