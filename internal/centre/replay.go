package centre

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"houfeng/internal/chain/acquire"
	"houfeng/internal/chain/publish/products"
	"houfeng/internal/engine/journal"
	"houfeng/internal/metadata"
	"houfeng/internal/science/traveltime"
	"houfeng/internal/seis"
)

// ErrNothingUsable is returned when the inputs of a replay held no record that
// the chain could use.
var ErrNothingUsable = errors.New("nothing usable")

// ReplayOptions say what is replayed and where the products go.
type ReplayOptions struct {
	Waveforms  []string  // miniSEED files and folders
	Inventory  []string  // StationXML, station tables, folders of them
	Model      string    // built-in name or file; "": as configured
	Start, End seis.Time // only records that overlap [Start, End); zero: no limit

	Journal string // folder of a receipts journal, instead of waveforms
	From    uint64 // first serial of the journal; 0: the oldest held

	Config  *Config // nil: the default
	Out     string  // folder of the product files; "": none written
	Workers int     // stations at a time; 0: one per core. Changes no result
	Version string  // of the program, for the setup entry

	// Progress is told how far the work has come, in the unit of the phase:
	// "read" bytes, "replay" records. May be nil.
	Progress func(phase string, done, total int64)
}

// Result is what a replay did, for the command's last line.
type Result struct {
	Products                     *products.Run
	Problems                     []string // with inputs, for people
	Accepted, Duplicate, Refused int
	Timings                      Timings
}

// Timings are wall-clock figures of a run; they are the only output that may
// differ between two runs.
type Timings struct {
	ReadS       float64 `json:"read_s"`  // looking through the files
	ChainS      float64 `json:"chain_s"` // from the first entry to the last
	WriteS      float64 `json:"write_s"` // the product files
	DataS       float64 `json:"data_s"`  // time covered by the entries
	Receipts    int     `json:"receipts"`
	Samples     int64   `json:"samples"`
	SamplesPerS float64 `json:"samples_per_s"`
	Faster      float64 `json:"times_real_time"`
	Workers     int     `json:"workers"`
}

// Replay runs the chain on what was recorded, on the virtual clock of the
// records' own arrival, as fast as the machine can.
func Replay(ctx context.Context, o ReplayOptions) (Result, error) {
	cfg := o.Config
	if cfg == nil {
		cfg = DefaultConfig()
	}
	run := &replay{o: o, cfg: cfg, products: products.New(products.Options{Agency: cfg.Agency})}
	run.chain = &Chain{Products: run.products, Workers: o.Workers}
	var err error
	if o.Journal != "" {
		err = run.journal(ctx)
	} else {
		err = run.files(ctx)
	}
	res := run.result
	res.Products = run.products
	if err != nil {
		return res, err
	}
	if res.Accepted == 0 {
		return res, fmt.Errorf("replay: %w: no record was accepted of %d receipts (%d duplicates, %d refused)",
			ErrNothingUsable, res.Accepted+res.Duplicate+res.Refused, res.Duplicate, res.Refused)
	}
	if o.Out != "" {
		t := time.Now()
		if err := run.products.Write(o.Out); err != nil {
			return res, err
		}
		res.Timings.WriteS = time.Since(t).Seconds()
	}
	tm := &res.Timings
	tm.Receipts = res.Accepted + res.Duplicate + res.Refused
	tm.DataS = run.last.SecondsSince(run.first)
	tm.Samples = run.chain.Samples()
	tm.Workers = o.Workers
	if tm.Workers == 0 {
		tm.Workers = runtime.GOMAXPROCS(0)
	}
	if tm.ChainS > 0 {
		tm.SamplesPerS, tm.Faster = float64(tm.Samples)/tm.ChainS, tm.DataS/tm.ChainS
	}
	if o.Out != "" {
		b, err := json.MarshalIndent(tm, "", "  ")
		if err != nil {
			return res, err
		}
		if err := os.WriteFile(filepath.Join(o.Out, "timings.json"), append(b, '\n'), 0o644); err != nil {
			return res, err
		}
	}
	return res, nil
}

// replay is one run of Replay.
type replay struct {
	o           ReplayOptions
	cfg         *Config
	chain       *Chain
	products    *products.Run
	result      Result
	serial      uint64
	first, last seis.Time // of the receipts
}

// files replays bare miniSEED files, each record as if it had arrived when it
// ended.
func (r *replay) files(ctx context.Context) error {
	t := time.Now()
	src, err := acquire.Files(ctx, r.o.Waveforms, acquire.FileOptions{Start: r.o.Start, End: r.o.End, Progress: r.progress("read")})
	if err != nil {
		return err
	}
	defer src.Close()
	for _, p := range src.Problems() {
		r.problem(p.String())
	}
	r.result.Timings.ReadS = time.Since(t).Seconds()
	setup, problems, err := r.setup()
	for _, p := range problems {
		r.problem(p)
	}
	if err != nil {
		return err
	}
	first, _ := src.Interval()
	t = time.Now()
	if err := r.entry(ctx, seis.Entry{Kind: seis.EntrySetup, Time: first, Setup: setup}); err != nil {
		return err
	}
	judge := acquire.NewJudge(r.cfg.Acquisition)
	ticks := &metronome{period: time.Duration(r.cfg.Journal.TickMS) * time.Millisecond, tick: func(t seis.Time) error {
		return r.entry(ctx, seis.Entry{Kind: seis.EntryTick, Time: t})
	}}
	progress := r.progress("replay")
	for n := int64(0); ; n++ {
		e, err := src.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if e.Receipt.Verdict == 0 {
			_, e.Receipt.Verdict, e.Receipt.Reason = judge.Judge(e.Receipt.Bytes, e.Time)
		}
		if err := ticks.arrive(e.Time); err != nil {
			return err
		}
		if err := r.entry(ctx, e); err != nil {
			return err
		}
		progress(n+1, int64(src.Len()))
	}
	if err := ticks.finish(); err != nil {
		return err
	}
	r.result.Timings.ChainS = time.Since(t).Seconds()
	return nil
}

// journal replays a receipts journal, entry by entry.
func (r *replay) journal(ctx context.Context) error {
	j, err := journal.OpenRead(r.o.Journal)
	if err != nil {
		return err
	}
	defer j.Close()
	from := r.o.From
	if from == 0 {
		from = j.First()
	}
	if j.Last() == 0 {
		return nil // nothing was received
	}
	// What was in force at the beginning, should it have been set up earlier:
	// a trimmed journal keeps it.
	if setup, err := j.Setup(from); err != nil {
		return err
	} else if setup.Serial < from {
		if err := r.chain.Entry(ctx, setup); err != nil {
			return err
		}
	}
	rd, err := j.Read(from)
	if err != nil {
		return err
	}
	defer rd.Close()
	t := time.Now()
	progress := r.progress("replay")
	total := int64(j.Last() - from + 1)
	for n := int64(0); ; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		e, err := rd.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		r.serial = e.Serial - 1
		if err := r.entry(ctx, e); err != nil {
			return err
		}
		progress(n+1, total)
	}
	r.result.Timings.ChainS = time.Since(t).Seconds()
	return nil
}

func (r *replay) entry(ctx context.Context, e seis.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.serial++
	e.Serial = r.serial
	if e.Kind == seis.EntryReceipt {
		switch e.Receipt.Verdict {
		case seis.Accepted:
			r.result.Accepted++
		case seis.Duplicate:
			r.result.Duplicate++
		default:
			r.result.Refused++
		}
		if r.first.IsZero() {
			r.first = e.Time
		}
		r.last = e.Time
	}
	return r.chain.Entry(ctx, e)
}

func (r *replay) problem(s string) { r.result.Problems = append(r.result.Problems, s) }

func (r *replay) progress(phase string) func(done, total int64) {
	if r.o.Progress == nil {
		return func(int64, int64) {}
	}
	return func(done, total int64) { r.o.Progress(phase, done, total) }
}

// setup reads metadata and model into the entry that the journal begins with.
func (r *replay) setup() (*seis.Setup, []string, error) {
	cfg := *r.cfg
	if len(r.o.Inventory) > 0 {
		cfg.Inventory = r.o.Inventory
	}
	if r.o.Model != "" {
		if _, err := os.Stat(r.o.Model); err == nil {
			cfg.Model.File = r.o.Model
		} else {
			cfg.Model = ModelConfig{Name: r.o.Model}
		}
	}
	return NewSetup(&cfg, r.o.Version)
}

// NewSetup reads what the configuration names, metadata and velocity model, and
// returns the setup entry that carries all of it, with the problems that people
// should know of.
func NewSetup(cfg *Config, version string) (*seis.Setup, []string, error) {
	s := &seis.Setup{Version: version, Config: cfg.TOML()}
	var notes []string
	if len(cfg.Inventory) > 0 {
		_, problems, files, err := metadata.Load(cfg.Inventory)
		for _, p := range problems {
			notes = append(notes, p.String())
		}
		if err != nil {
			return nil, notes, err
		}
		s.Inventory = files
	} else {
		notes = append(notes, "no inventory: streams are kept, nothing is located")
	}
	f, err := modelFile(cfg.Model)
	if err != nil {
		return nil, notes, err
	}
	s.Models = []seis.File{f}
	return s, notes, nil
}

// modelFile returns the bytes of the model named.
func modelFile(m ModelConfig) (seis.File, error) {
	if m.File != "" {
		b, err := os.ReadFile(m.File)
		if err != nil {
			return seis.File{}, fmt.Errorf("read velocity model: %w", err)
		}
		return seis.File{Name: filepath.Base(m.File), Bytes: b}, nil
	}
	b, err := traveltime.Builtin(m.Name)
	if err != nil {
		return seis.File{}, err
	}
	return seis.File{Name: m.Name, Bytes: b}, nil
}
