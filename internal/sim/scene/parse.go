package scene

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

// Bounds of a scene.
const (
	maxBytes    = 1 << 20
	maxLine     = 4096
	maxErrors   = 10
	maxVerbs    = 10000 // statements
	maxStations = 2000
	maxQuakes   = 5000
	maxLength   = 31 * 24 * time.Hour
	maxEntries  = 5000 // dropouts, expectations, teleseisms, layers: of each kind
)

// An Error is one mistake in a scene.
type Error struct {
	Name string // of the scene
	Line int    // from 1
	Verb string // of the statement, "" if there is none
	Err  error
}

func (e *Error) Error() string {
	if e.Verb == "" {
		return fmt.Sprintf("%s:%d: %v", e.Name, e.Line, e.Err)
	}
	return fmt.Sprintf("%s:%d: %s: %v", e.Name, e.Line, e.Verb, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// line is a statement before it is understood.
type line struct {
	number int
	words  []string
}

// parser holds what statements say until all are read.
type parser struct {
	sc    *Scene
	seen  map[string]int // verbs that may be given once, and their line
	grids int
	line  int // of the statement at work
}

// statement is a verb of the language. Statements run in the order of their
// phase, so that a scene may be written in any order.
type statement struct {
	phase int
	once  bool
	run   func(*parser, *args) error
}

const (
	phaseFrame    = iota // time, seed, model, instruments
	phaseStations        // which stations there are
	phaseDetails         // what they are like
	phaseSources         // what happens
	phaseAfter           // what follows from it: aftershocks
	phaseExpect
	phases
)

var statements = map[string]statement{
	"scene":      {phaseFrame, true, (*parser).title},
	"seed":       {phaseFrame, true, (*parser).seed},
	"start":      {phaseFrame, true, (*parser).start},
	"length":     {phaseFrame, true, (*parser).length},
	"backlog":    {phaseFrame, true, (*parser).backlog},
	"records":    {phaseFrame, true, (*parser).records},
	"serve":      {phaseFrame, true, (*parser).serve},
	"layer":      {phaseFrame, false, (*parser).layer},
	"model":      {phaseFrame, true, (*parser).model},
	"instrument": {phaseFrame, false, (*parser).instrument},
	"network":    {phaseFrame, false, (*parser).network},
	"station":    {phaseStations, false, (*parser).station},
	"grid":       {phaseStations, false, (*parser).grid},
	"equip":      {phaseDetails, false, (*parser).equip},
	"noise":      {phaseDetails, false, (*parser).noise},
	"telemetry":  {phaseDetails, false, (*parser).telemetry},
	"dropout":    {phaseDetails, false, (*parser).dropout},
	"earthquake": {phaseSources, false, (*parser).earthquake},
	"seismicity": {phaseSources, false, (*parser).seismicity},
	"teleseism":  {phaseSources, false, (*parser).teleseism},
	"aftershocks": {
		phaseAfter, false, (*parser).aftershocks},
	"expect": {phaseExpect, false, (*parser).expect},
}

// Parse reads a scene. name is used in errors. The error joins up to ten
// [*Error]s, in the order of their lines.
func Parse(name string, text []byte) (*Scene, error) {
	if len(text) > maxBytes {
		return nil, fmt.Errorf("scene %s: %d bytes, at most %d", name, len(text), maxBytes)
	}
	p := &parser{seen: map[string]int{}, sc: &Scene{
		Name:        name,
		Seed:        1,
		Length:      10 * time.Minute,
		Record:      2 * time.Second,
		Instruments: builtIn(),
		Model:       Model{Perturb: 0.05, TermsS: 0.1},
	}}
	p.sc.Start, _ = seis.ParseTime("2026-01-01T00:00:00Z")
	var (
		byPhase [phases][]line
		errs    []*Error
		verbs   int
	)
	for i, l := range strings.Split(string(text), "\n") {
		number := i + 1
		if len(l) > maxLine {
			errs = append(errs, &Error{name, number, "", fmt.Errorf("%d bytes, at most %d in a line", len(l), maxLine)})
			continue
		}
		words, err := split(l)
		if err != nil {
			errs = append(errs, &Error{name, number, "", err})
			continue
		}
		if len(words) == 0 {
			continue
		}
		if verbs++; verbs > maxVerbs {
			return nil, &Error{name, number, "", fmt.Errorf("more than %d statements", maxVerbs)}
		}
		st, ok := statements[words[0]]
		if !ok {
			errs = append(errs, &Error{name, number, "", fmt.Errorf("unknown statement %s", clip(words[0]))})
			continue
		}
		byPhase[st.phase] = append(byPhase[st.phase], line{number, words})
	}
	for phase := range phases {
		for _, l := range byPhase[phase] {
			if len(errs) >= maxErrors {
				break
			}
			if err := p.do(l); err != nil {
				errs = append(errs, &Error{name, l.number, l.words[0], err})
			}
		}
		switch phase {
		case phaseFrame:
			p.defaultModel()
		case phaseStations:
			slices.SortStableFunc(p.sc.Stations, func(a, b Station) int {
				return fdsn.Compare(fdsn.ID{Network: a.Network, Station: a.Code}, fdsn.ID{Network: b.Network, Station: b.Code})
			})
		case phaseSources, phaseAfter:
			slices.SortStableFunc(p.sc.Quakes, func(a, b Quake) int { return int(a.At - b.At) })
			slices.SortStableFunc(p.sc.Teleseisms, func(a, b Teleseism) int { return int(a.At - b.At) })
		}
	}
	if len(errs) == 0 && len(p.sc.Stations) == 0 {
		errs = append(errs, &Error{name, 1, "", errors.New("the scene has no station")})
	}
	if len(errs) > 0 {
		slices.SortStableFunc(errs, func(a, b *Error) int { return a.Line - b.Line })
		joined := make([]error, 0, maxErrors)
		for _, e := range errs[:min(len(errs), maxErrors)] {
			joined = append(joined, e)
		}
		return nil, errors.Join(joined...)
	}
	return p.sc, nil
}

func (p *parser) do(l line) error {
	st := statements[l.words[0]]
	if st.once {
		if at, ok := p.seen[l.words[0]]; ok {
			return fmt.Errorf("was given in line %d already", at)
		}
		p.seen[l.words[0]] = l.number
	}
	p.line = l.number
	a := &args{verb: l.words[0], words: l.words[1:]}
	if err := st.run(p, a); err != nil {
		return err
	}
	return a.end()
}

// title reads: scene "text".
func (p *parser) title(a *args) (err error) {
	p.sc.Title, err = a.text("title")
	return err
}

// seed reads: seed number.
func (p *parser) seed(a *args) error {
	v, err := a.integer("seed", 0, 1<<31-1)
	p.sc.Seed = uint64(v)
	return err
}

// start reads: start time.
func (p *parser) start(a *args) error {
	w, err := a.take("time")
	if err != nil {
		return err
	}
	t, err := seis.ParseTime(w)
	if err != nil {
		return err
	}
	if t.Leap() || t.Nanos()%1e9 != 0 {
		return fmt.Errorf("time %s: want a whole second", clip(w))
	}
	if lo, hi := time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC); t.Std().Before(lo) || t.Std().After(hi) {
		return fmt.Errorf("time %s: want 1970-01-02 to 2200-01-01", clip(w))
	}
	p.sc.Start = t
	return nil
}

// length reads: length duration.
func (p *parser) length(a *args) (err error) {
	p.sc.Length, err = a.duration("length", time.Second, maxLength)
	return err
}

// backlog reads: backlog duration.
func (p *parser) backlog(a *args) (err error) {
	p.sc.Backlog, err = a.duration("backlog", 0, 24*time.Hour)
	if err == nil && p.sc.Backlog%time.Second != 0 {
		err = fmt.Errorf("backlog %s: want whole seconds", p.sc.Backlog)
	}
	return err
}

// records reads: records duration.
func (p *parser) records(a *args) (err error) {
	p.sc.Record, err = a.duration("length of records", 100*time.Millisecond, 10*time.Minute)
	return err
}

// serve reads: serve network | stations.
func (p *parser) serve(a *args) error {
	w, err := a.take("network or stations")
	switch {
	case err != nil:
		return err
	case w == "network":
		p.sc.PerStation = false
	case w == "stations":
		p.sc.PerStation = true
	default:
		return fmt.Errorf("%s: want network or stations", clip(w))
	}
	return nil
}

// layer reads: layer TOP vp VP [vs VS].
func (p *parser) layer(a *args) (err error) {
	l := Layer{}
	if l.TopKm, err = a.number("top", km, 0, 700); err != nil {
		return err
	}
	for a.more() {
		k, err := a.key()
		if err != nil {
			return err
		}
		switch k {
		case "vp":
			l.Vp, err = a.number("vp", nil, 0.5, 15)
		case "vs":
			l.Vs, err = a.number("vs", nil, 0.2, 10)
		default:
			err = fmt.Errorf("unknown setting %s", clip(k))
		}
		if err != nil {
			return err
		}
	}
	if l.Vp == 0 {
		return errors.New("vp is missing")
	}
	if l.Vs == 0 {
		l.Vs = l.Vp / 1.73
	}
	if l.Vs >= l.Vp/1.2 {
		return fmt.Errorf("vs %g km/s is too near vp %g km/s", l.Vs, l.Vp)
	}
	n := len(p.sc.Model.Layers)
	switch {
	case n >= 100:
		return errors.New("more than 100 layers")
	case n == 0 && l.TopKm != 0:
		return fmt.Errorf("first layer starts at %g km, want 0", l.TopKm)
	case n > 0 && l.TopKm <= p.sc.Model.Layers[n-1].TopKm:
		return fmt.Errorf("top %g km is not below the layer before it", l.TopKm)
	}
	p.sc.Model.Layers = append(p.sc.Model.Layers, l)
	return nil
}

// model reads: model [perturb P] [terms S].
func (p *parser) model(a *args) (err error) {
	for a.more() {
		k, err := a.key()
		if err != nil {
			return err
		}
		switch k {
		case "perturb":
			p.sc.Model.Perturb, err = a.number("perturb", percent, 0, 0.3)
		case "terms":
			p.sc.Model.TermsS, err = a.number("terms", seconds, 0, 2)
		default:
			err = fmt.Errorf("unknown setting %s", clip(k))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) defaultModel() {
	if len(p.sc.Model.Layers) == 0 {
		// The crust of ak135 (Kennett, Engdahl & Buland 1995), without gradients.
		p.sc.Model.Layers = []Layer{{0, 5.80, 3.46}, {20, 6.50, 3.85}, {35, 8.04, 4.48}}
	}
}
