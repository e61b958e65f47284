package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"houfeng/internal/centre"
	"houfeng/internal/seis"
)

type replayCmd struct {
	Waveforms []string `sep:"none" placeholder:"PATH" help:"miniSEED files and folders; several may follow, or repeat the flag."`
	Inventory []string `sep:"none" placeholder:"PATH" help:"StationXML, station tables, folders of them; several may follow, or repeat the flag."`
	Model     string   `placeholder:"FILE" help:"Velocity model: a built-in name or a file (default: as configured)."`
	Start     string   `placeholder:"T" help:"Only records that end after this time, such as 2019-10-15T05:33:00Z."`
	End       string   `placeholder:"T" help:"Only records that begin before this time."`
	Journal   string   `placeholder:"DIR" help:"Repeat a run from its receipts journal, instead of waveforms. Configuration, metadata and model are those in the journal."`
	From      uint64   `placeholder:"SERIAL" help:"First journal entry (default: the oldest held)."`
	Config    string   `placeholder:"FILE" help:"Configuration (houfeng config)."`
	Out       string   `required:"" placeholder:"DIR" help:"Folder for events.xml, events.csv, picks.csv, intensity.csv and summary.json."`
	Workers   int      `placeholder:"N" help:"Stations processed at a time (default: one per core). Changes no result."`
	Quiet     bool     `help:"No progress on standard error."`
	JSON      bool     `name:"json" help:"Print the result as JSON."`
}

// Help is the long help.
func (replayCmd) Help() string {
	return `Runs the chain of the live centre on recordings, as fast as the machine can, each record as if it had
arrived when it ended. The same input gives the same files, byte for byte; timings.json alone differs.
A journal of a live run gives the very files of that run.

Exit codes: 0 done, even if there was no earthquake; 1 failed; 2 wrong usage or configuration;
3 no record or no metadata could be used; 130 interrupted.

Examples:

  houfeng replay --waveforms day1.mseed day2/ --inventory network.xml --out found
  houfeng replay --journal houfeng-data/journal --out again --json`
}

func (r *replayCmd) Run(a *app) error {
	o, err := r.options()
	if err != nil {
		return err
	}
	bar := a.progress(r.Quiet)
	o.Progress = bar.update
	res, err := centre.Replay(a.ctx, o)
	bar.close()
	a.problems(res.Problems)
	if err != nil {
		return err
	}
	if r.JSON {
		return a.json(r.result(&res))
	}
	return r.print(a, &res)
}

func (r *replayCmd) options() (o centre.ReplayOptions, err error) {
	switch {
	case r.Journal == "" && len(r.Waveforms) == 0:
		return o, usageError{errors.New("nothing to replay: give --waveforms or --journal")}
	case r.Journal != "" && (len(r.Waveforms) > 0 || len(r.Inventory) > 0 || r.Model != "" || r.Config != "" || r.Start != "" || r.End != ""):
		return o, usageError{errors.New("--journal holds waveforms, metadata, model and configuration: --waveforms, --inventory, --model, --config, --start and --end do not go with it")}
	case r.Journal == "" && r.From > 0:
		return o, usageError{errors.New("--from is the serial of a journal entry: give --journal")}
	case r.Workers < 0:
		return o, usageError{fmt.Errorf("--workers %d: want a positive number", r.Workers)}
	}
	for _, t := range []struct {
		flag, text string
		to         *seis.Time
	}{{"--start", r.Start, &o.Start}, {"--end", r.End, &o.End}} {
		if t.text == "" {
			continue
		}
		if *t.to, err = seis.ParseTime(t.text); err != nil {
			return o, usageError{fmt.Errorf("%s: %w", t.flag, err)}
		}
	}
	if !o.Start.IsZero() && !o.End.IsZero() && !o.Start.Before(o.End) {
		return o, usageError{fmt.Errorf("--start %s is not before --end %s", o.Start, o.End)}
	}
	for _, p := range append(append([]string{}, r.Waveforms...), r.Inventory...) {
		if _, err := os.Stat(p); err != nil {
			return o, usageError{err}
		}
	}
	if o.Config, err = configOf(r.Config); err != nil {
		return o, err
	}
	o.Waveforms, o.Inventory, o.Model = r.Waveforms, r.Inventory, r.Model
	o.Journal, o.From, o.Out, o.Workers, o.Version = r.Journal, r.From, r.Out, r.Workers, version
	return o, nil
}

func (r *replayCmd) print(a *app, res *centre.Result) error {
	events := res.Products.Events()
	fmt.Fprintf(a.out, "%s: %d accepted, %d duplicate, %d refused\n",
		many(res.Accepted+res.Duplicate+res.Refused, "record"), res.Accepted, res.Duplicate, res.Refused)
	if tm := res.Timings; tm.ChainS > 0 {
		fmt.Fprintf(a.out, "%.0f s of data in %.2f s, %.0f times real time\n", tm.DataS, tm.ChainS, tm.Faster)
	}
	fmt.Fprintf(a.out, "%s\n", many(len(events), "event"))
	if err := printEvents(a, events); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.out, "written to %s\n", r.Out)
	return err
}

// printEvents prints a table of events for people.
func printEvents(a *app, events []seis.Event) error {
	if len(events) == 0 {
		return nil
	}
	g := newGrid("time", ">latitude", ">longitude", ">depth km", ">phases", ">magnitude", ">largest intensity", "status", "region")
	for i := range events {
		e := &events[i]
		mag, largest := "–", "–"
		if m := e.Magnitude; m != nil {
			mag = m.Type + " " + fixed(m.Value, 1)
		}
		if s := strongest(e.Intensities); s != nil {
			largest = fixed(s.GBT, 1) + " " + s.Station
		}
		o := &e.Origin
		g.add(instant(o.Time), fixed(o.Latitude, 3), fixed(o.Longitude, 3), fixed(o.DepthKm, 1), fmt.Sprint(o.Phases), mag, largest, string(e.Status), e.Region)
	}
	return g.print(a.out)
}

// strongest returns the station with the largest instrumental intensity, nil
// if none was measured.
func strongest(list []seis.Shaking) *seis.Shaking {
	var best *seis.Shaking
	for i := range list {
		if s := &list[i]; !math.IsNaN(s.GBT) && (best == nil || s.GBT > best.GBT) {
			best = s
		}
	}
	return best
}

type replayJSON struct {
	Out       string         `json:"out"`
	Files     []string       `json:"files"`
	Accepted  int            `json:"accepted"`
	Duplicate int            `json:"duplicate"`
	Refused   int            `json:"refused"`
	Problems  []string       `json:"problems"`
	Events    []foundJSON    `json:"events"`
	Timings   centre.Timings `json:"timings"`
}

type foundJSON struct {
	ID            string    `json:"id"`
	Revision      int       `json:"revision"`
	Status        string    `json:"status"`
	Time          seis.Time `json:"time"`
	Latitude      num       `json:"latitude"`
	Longitude     num       `json:"longitude"`
	DepthKm       num       `json:"depth_km"`
	Phases        int       `json:"phases"`
	Stations      int       `json:"stations"`
	Magnitude     *num      `json:"magnitude"`
	MagnitudeType string    `json:"magnitude_type,omitempty"`
	Intensity     *num      `json:"max_gbt_intensity"`
	Region        string    `json:"region,omitempty"`
}

func foundOf(events []seis.Event) []foundJSON {
	out := []foundJSON{}
	for i := range events {
		e := &events[i]
		o := &e.Origin
		f := foundJSON{
			ID: e.ID, Revision: e.Revision, Status: string(e.Status), Time: o.Time,
			Latitude: num(o.Latitude), Longitude: num(o.Longitude), DepthKm: num(o.DepthKm),
			Phases: o.Phases, Stations: o.Stations, Region: e.Region,
		}
		if m := e.Magnitude; m != nil {
			v := num(m.Value)
			f.Magnitude, f.MagnitudeType = &v, m.Type
		}
		if s := strongest(e.Intensities); s != nil {
			v := num(s.GBT)
			f.Intensity = &v
		}
		out = append(out, f)
	}
	return out
}

func (r *replayCmd) result(res *centre.Result) replayJSON {
	out := replayJSON{
		Out: r.Out, Accepted: res.Accepted, Duplicate: res.Duplicate, Refused: res.Refused,
		Files: []string{}, Problems: append([]string{}, res.Problems...),
		Events: foundOf(res.Products.Events()), Timings: res.Timings,
	}
	for _, n := range []string{"events.xml", "events.csv", "picks.csv", "intensity.csv", "summary.json", "timings.json"} {
		out.Files = append(out.Files, filepath.Join(r.Out, n))
	}
	return out
}
