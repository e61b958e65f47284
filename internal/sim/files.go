package sim

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"houfeng/fdsn"
	"houfeng/quakeml"
)

// Names of the files that [Network.WriteFiles] writes beside the waveforms.
const (
	StationFile = "stations.xml" // StationXML
	TruthXML    = "truth.xml"    // QuakeML
	TruthCSV    = "truth.csv"    // time,latitude,longitude,depth_km,magnitude,type
	OnsetsCSV   = "onsets.csv"   // station,phase,time,distance_km,event
)

// WriteFiles writes the scene to a folder, which is made if it is not there:
// a miniSEED file per stream (waveforms/NET.STA.LOC.CHA.mseed) that holds the
// very records that a journal or a client gets, by time, and what the constants
// above name. progress may be nil.
func (n *Network) WriteFiles(ctx context.Context, dir string, progress func(done, total time.Duration)) (err error) {
	waves := filepath.Join(dir, "waveforms")
	if err := os.MkdirAll(waves, 0o755); err != nil {
		return fmt.Errorf("write scene: %w", err)
	}
	for name, write := range map[string]func(io.Writer) error{
		StationFile: n.StationXML().Write,
		TruthXML:    func(w io.Writer) error { return quakeml.Write(w, n.QuakeML()) },
		TruthCSV:    n.WriteTruthCSV,
		OnsetsCSV:   n.WriteOnsetsCSV,
	} {
		if err := writeFile(filepath.Join(dir, name), write); err != nil {
			return fmt.Errorf("write scene: %w", err)
		}
	}
	open := map[fdsn.ID]*stream{}
	defer func() {
		for _, s := range open {
			err = errors.Join(err, s.close())
		}
	}()
	return n.each(ctx, progress, func(d *Delivery) error {
		s, ok := open[d.ID]
		if !ok {
			s = &stream{path: filepath.Join(waves, d.ID.String()+".mseed")}
			open[d.ID] = s
		}
		return s.write(d.Record)
	})
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(f)
	return errors.Join(write(b), b.Flush(), f.Close())
}

// stream is a waveform file that keeps only a buffer open: networks have more
// streams than a process may have files.
type stream struct {
	path string
	buf  []byte
	made bool
}

const streamBuffer = 128 << 10

func (s *stream) write(record []byte) error {
	s.buf = append(s.buf, record...)
	if len(s.buf) < streamBuffer {
		return nil
	}
	return s.close()
}

func (s *stream) close() error {
	if len(s.buf) == 0 {
		return nil
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if !s.made {
		flags |= os.O_TRUNC
	}
	f, err := os.OpenFile(s.path, flags, 0o644)
	if err != nil {
		return fmt.Errorf("write waveforms: %w", err)
	}
	_, err = f.Write(s.buf)
	s.buf, s.made = s.buf[:0], true
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write waveforms: %w", err)
	}
	return nil
}
