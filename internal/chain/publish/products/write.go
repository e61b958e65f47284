package products

import (
	"fmt"
	"os"
	"path/filepath"

	"houfeng/internal/seis"
)

// Files returns the product files of what was heard so far, always the same
// five, in this order: events.xml, events.csv, picks.csv, intensity.csv,
// summary.json.
func (r *Run) Files() ([]seis.File, error) {
	events := r.Events()
	eventOf := map[string]string{}
	for i := range events {
		for j := range events[i].Origin.Arrivals {
			eventOf[events[i].Origin.Arrivals[j].Pick.ID] = events[i].ID
		}
	}
	firstMade := func(id string) seis.Time { return r.events[id].course[0].Made }

	var files []seis.File
	for _, f := range []struct {
		name string
		make func() ([]byte, error)
	}{
		{"events.xml", func() ([]byte, error) { return QuakeML(events, r.opts) }},
		{"events.csv", func() ([]byte, error) { return eventsCSV(events, firstMade) }},
		{"picks.csv", func() ([]byte, error) { return picksCSV(r.picks, eventOf) }},
		{"intensity.csv", func() ([]byte, error) { return intensityCSV(events) }},
		{"summary.json", func() ([]byte, error) { return r.summaryJSON(eventOf) }},
	} {
		b, err := f.make()
		if err != nil {
			return nil, fmt.Errorf("make %s: %w", f.name, err)
		}
		files = append(files, seis.File{Name: f.name, Bytes: b})
	}
	return files, nil
}

// Write writes the product files to folder dir, which is made if need be. Each
// file is replaced in one step: a reader sees the old or the new one whole.
func (r *Run) Write(dir string) error {
	files, err := r.Files()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write products: %w", err)
	}
	for _, f := range files {
		if err := replace(filepath.Join(dir, f.Name), f.Bytes); err != nil {
			return fmt.Errorf("write products: %w", err)
		}
	}
	return nil
}

// replace puts b in place of the file name, by way of a temporary file that is
// on disk before it takes the name.
func replace(name string, b []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err := f.Write(b); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
