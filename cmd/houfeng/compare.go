package main

import (
	"fmt"
	"os"

	"houfeng/internal/compare"
	"houfeng/internal/seis"
)

type compareCmd struct {
	Truth       string     `required:"" placeholder:"FILE" help:"True events: QuakeML, ComCat GeoJSON, or a table (CSV)."`
	Found       string     `required:"" placeholder:"FILE" help:"Found events, in any of the same formats."`
	MaxTime     seconds    `name:"max-time" placeholder:"S" default:"10" help:"Origin times of the same event differ by at most this (default ${default} s)."`
	MaxDistance kilometres `name:"max-distance" placeholder:"KM" default:"50" help:"Epicentres of the same event differ by at most this (default ${default} km)."`
	JSON        bool       `name:"json" help:"Print JSON."`
}

// Help is the long help.
func (compareCmd) Help() string {
	return `Pairs found events with true ones, one to one: as many pairs as there can be within the limits and,
of those, the best fitting. Differences are found minus true. Tables are recognised by the names of
their columns (time, latitude, longitude, depth, mag and their usual spellings; ComCat's CSV too).

Exit codes: 0 compared, whatever came out; 2 wrong usage; 3 nothing usable in a file.

Example:

  houfeng compare --truth catalogue.xml --found out/events.csv --max-time 5s --max-distance 30km --json`
}

func (c *compareCmd) Run(a *app) error {
	truth, err := a.catalogue(c.Truth)
	if err != nil {
		return err
	}
	found, err := a.catalogue(c.Found)
	if err != nil {
		return err
	}
	r := compare.Match(truth, found, compare.Limits{MaxTimeS: float64(c.MaxTime), MaxDistanceKm: float64(c.MaxDistance)})
	if c.JSON {
		return a.json(compareJSON(&r))
	}
	return a.printComparison(&r)
}

// catalogue reads a file of events and tells what in it could not be used. A
// file without events is one: a run may have found none.
func (a *app) catalogue(name string) ([]compare.Event, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	events, problems, err := compare.Read(b)
	if err != nil {
		return nil, nothingError{fmt.Errorf("read %s: %w", name, err)}
	}
	for i := range problems {
		problems[i] = name + ": " + problems[i]
	}
	a.problems(problems)
	if len(events) == 0 && len(problems) > 0 {
		return nil, nothingError{fmt.Errorf("read %s: no usable event in %s", name, many(len(problems), "entry"))}
	}
	return events, nil
}

// differences are the errors of the pairs, one list per quantity.
func differences(r *compare.Result) (names [4]string, units [4]string, values [4][]float64) {
	names, units = [4]string{"time", "epicentre", "depth", "magnitude"}, [4]string{"s", "km", "km", ""}
	for _, p := range r.Matched {
		for i, v := range []float64{p.TimeS, p.DistanceKm, p.DepthKm, p.Magnitude} {
			values[i] = append(values[i], v)
		}
	}
	return names, units, values
}

func (a *app) printComparison(r *compare.Result) error {
	fmt.Fprintf(a.out, "matched %d, missed %d, extra %d (within %g s and %g km)\n",
		len(r.Matched), len(r.Missed), len(r.Extra), r.Limits.MaxTimeS, r.Limits.MaxDistanceKm)
	fmt.Fprintf(a.out, "recall %s %%, precision %s %%\n", fixed(100*r.Recall(), 1), fixed(100*r.Precision(), 1))
	if len(r.Matched) > 0 {
		fmt.Fprintln(a.out)
		g := newGrid("found − true", ">pairs", ">median", ">mean", ">σ", ">median |·|", ">max |·|", "unit")
		names, units, values := differences(r)
		for i := range names {
			s := compare.Describe(values[i])
			g.add(names[i], fmt.Sprint(s.Count), fixed(s.Median, 3), fixed(s.Mean, 3), fixed(s.Sigma, 3), fixed(s.MedianAbs, 3), fixed(s.MaxAbs, 3), units[i])
		}
		if err := g.print(a.out); err != nil {
			return err
		}
	}
	const most = 50
	list := func(title string, n int, header []string, row func(i int) []string) error {
		if n == 0 {
			return nil
		}
		fmt.Fprintf(a.out, "\n%s\n", title)
		g := newGrid(header...)
		for i := range min(n, most) {
			g.add(row(i)...)
		}
		if err := g.print(a.out); err != nil {
			return err
		}
		if n > most {
			fmt.Fprintf(a.out, "… and %d more; --json lists all\n", n-most)
		}
		return nil
	}
	err := list("matched", len(r.Matched), []string{"true time", "true id", "found id", ">s", ">km", ">depth km", ">magnitude"}, func(i int) []string {
		p := &r.Matched[i]
		return []string{instant(p.Truth.Time), p.Truth.ID, p.Found.ID, fixed(p.TimeS, 2), fixed(p.DistanceKm, 2), fixed(p.DepthKm, 2), fixed(p.Magnitude, 2)}
	})
	alone := func(title string, es []compare.Event) {
		if err == nil {
			err = list(title, len(es), []string{"time", "id", ">latitude", ">longitude", ">depth km", ">magnitude"}, func(i int) []string {
				e := &es[i]
				return []string{instant(e.Time), e.ID, fixed(e.Latitude, 4), fixed(e.Longitude, 4), fixed(e.DepthKm, 1), fixed(e.Magnitude, 2)}
			})
		}
	}
	alone("missed", r.Missed)
	alone("extra", r.Extra)
	return err
}

type eventJSON struct {
	ID            string    `json:"id"`
	Time          seis.Time `json:"time"`
	Latitude      num       `json:"latitude"`
	Longitude     num       `json:"longitude"`
	DepthKm       num       `json:"depth_km"`
	Magnitude     num       `json:"magnitude"`
	MagnitudeType string    `json:"magnitude_type,omitempty"`
}

func eventOf(e *compare.Event) eventJSON {
	return eventJSON{e.ID, e.Time, num(e.Latitude), num(e.Longitude), num(e.DepthKm), num(e.Magnitude), e.MagnitudeType}
}

type pairJSON struct {
	Truth      eventJSON `json:"truth"`
	Found      eventJSON `json:"found"`
	TimeS      num       `json:"time_s"`
	DistanceKm num       `json:"distance_km"`
	DepthKm    num       `json:"depth_km"`
	Magnitude  num       `json:"magnitude"`
}

type statisticsJSON struct {
	Count     int `json:"count"`
	Mean      num `json:"mean"`
	Median    num `json:"median"`
	Sigma     num `json:"sigma"`
	MedianAbs num `json:"median_abs"`
	MaxAbs    num `json:"max_abs"`
}

type comparisonJSON struct {
	MaxTimeS      float64                   `json:"max_time_s"`
	MaxDistanceKm float64                   `json:"max_distance_km"`
	Matched       int                       `json:"matched"`
	Missed        int                       `json:"missed"`
	Extra         int                       `json:"extra"`
	Recall        num                       `json:"recall"`
	Precision     num                       `json:"precision"`
	Errors        map[string]statisticsJSON `json:"errors"` // found − true: time_s, distance_km, depth_km, magnitude
	Pairs         []pairJSON                `json:"pairs"`
	MissedEvents  []eventJSON               `json:"missed_events"`
	ExtraEvents   []eventJSON               `json:"extra_events"`
}

func compareJSON(r *compare.Result) comparisonJSON {
	out := comparisonJSON{
		MaxTimeS: r.Limits.MaxTimeS, MaxDistanceKm: r.Limits.MaxDistanceKm,
		Matched: len(r.Matched), Missed: len(r.Missed), Extra: len(r.Extra),
		Recall: num(r.Recall()), Precision: num(r.Precision()),
		Errors: map[string]statisticsJSON{}, Pairs: []pairJSON{}, MissedEvents: []eventJSON{}, ExtraEvents: []eventJSON{},
	}
	_, _, values := differences(r)
	for i, name := range []string{"time_s", "distance_km", "depth_km", "magnitude"} {
		s := compare.Describe(values[i])
		out.Errors[name] = statisticsJSON{s.Count, num(s.Mean), num(s.Median), num(s.Sigma), num(s.MedianAbs), num(s.MaxAbs)}
	}
	for i := range r.Matched {
		p := &r.Matched[i]
		out.Pairs = append(out.Pairs, pairJSON{eventOf(&p.Truth), eventOf(&p.Found), num(p.TimeS), num(p.DistanceKm), num(p.DepthKm), num(p.Magnitude)})
	}
	for i := range r.Missed {
		out.MissedEvents = append(out.MissedEvents, eventOf(&r.Missed[i]))
	}
	for i := range r.Extra {
		out.ExtraEvents = append(out.ExtraEvents, eventOf(&r.Extra[i]))
	}
	return out
}
