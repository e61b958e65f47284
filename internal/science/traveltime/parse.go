package traveltime

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
)

// MaxModelBytes is the largest model file that is read.
const MaxModelBytes = 1 << 20

//go:embed models/*.csv
var embedded embed.FS

// Names returns the names of the models that come with the program, sorted.
func Names() []string {
	es, _ := embedded.ReadDir("models")
	var n []string
	for _, e := range es {
		n = append(n, strings.TrimSuffix(e.Name(), ".csv"))
	}
	sort.Strings(n)
	return n
}

// Builtin returns the file of a model that comes with the program, by name, as
// [ParseModel] reads it. The bytes belong to the caller.
func Builtin(name string) ([]byte, error) {
	for _, n := range Names() {
		if n == name {
			return embedded.ReadFile("models/" + n + ".csv")
		}
	}
	return nil, fmt.Errorf("velocity model %q is not known: want a file, or one of %s", clip(name), strings.Join(Names(), ", "))
}

// Load returns a model that comes with the program, by name.
func Load(name string) (*Model, error) {
	b, err := Builtin(name)
	if err != nil {
		return nil, err
	}
	return ParseModel(name, b)
}

// ParseModel reads a model file. Four forms are told apart by their content:
//
//   - CSV with the header depth_km,vp_km_s,vs_km_s: a line is a layer that begins
//     at the depth and is constant. A header with _gradient columns, see below,
//     or "# interpolation: linear" makes lines into points of a profile, two
//     at the same depth being a discontinuity.
//   - TauP's .tvel: two lines of comment, then depth Vp Vs density, points.
//   - TauP's .nd: depth Vp Vs …, points, with the names of discontinuities
//     ("mantle") on lines of their own.
//   - NonLinLoc's LAYER lines, with or without that word: depth Vp_top Vp_gradient
//     Vs_top Vs_gradient density density_gradient.
//
// Lines that begin with # are comments; "# source: …" is kept as the model's
// Source, and "# earth: flat" makes the Earth flat. Files are limited to
// MaxModelBytes and MaxLayers lines.
func ParseModel(name string, b []byte) (*Model, error) {
	if len(b) > MaxModelBytes {
		return nil, fmt.Errorf("model %s: %d bytes, want at most %d", clip(name), len(b), MaxModelBytes)
	}
	p := parser{name: clip(name)}
	sc := bufio.NewScanner(bytes.NewReader(b))
	for line := 1; sc.Scan(); line++ {
		if err := p.line(line, strings.TrimSpace(sc.Text())); err != nil {
			return nil, err
		}
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("model %s: %w", p.name, err)
	}
	layers, err := p.layers()
	if err != nil {
		return nil, err
	}
	m, err := NewModel(p.name, layers)
	if err != nil {
		return nil, err
	}
	m.Source = strings.Join(p.source, " ")
	if p.flat {
		m.radius = flatRadiusKm
	}
	return m, nil
}

// flatRadiusKm is the radius of an Earth that is flat: over 1500 km it departs
// from a plane by 3 m.
const flatRadiusKm = 1e8

type form uint8

const (
	unknown  form = iota
	constant      // CSV, layers of constant velocity
	points        // profile through points
	nonLinLoc
)

type parser struct {
	name   string
	form   form
	source []string
	flat   bool
	linear bool
	rows   [][]float64
	at     []int // line of each row
}

func (p *parser) line(n int, s string) error {
	if s == "" {
		return nil
	}
	if strings.HasPrefix(s, "#") {
		p.comment(strings.TrimSpace(strings.TrimLeft(s, "#")))
		return nil
	}
	if strings.HasPrefix(strings.ToLower(s), "depth_km") {
		p.form = constant
		return nil
	}
	fields := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == ';' })
	if len(fields) > 0 && strings.EqualFold(fields[0], "LAYER") {
		p.form, fields = nonLinLoc, fields[1:]
	}
	var v []float64
	for _, f := range fields {
		x, err := strconv.ParseFloat(f, 64)
		if err != nil {
			break
		}
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("model %s, line %d: %q is not a finite number", p.name, n, clip(f))
		}
		v = append(v, x)
	}
	switch {
	case len(v) == 0 && n <= 2 && len(p.rows) == 0:
		return nil // .tvel: two lines of comment
	case len(v) == 0 && len(fields) == 1 && len(p.rows) > 0:
		p.form = points // .nd: the name of a discontinuity
		return nil
	case len(v) < 3:
		return fmt.Errorf("model %s, line %d: %q is not a layer: want depth, Vp and Vs", p.name, n, clip(s))
	}
	if len(p.rows) == 2*MaxLayers {
		return fmt.Errorf("model %s, line %d: more than %d lines", p.name, n, 2*MaxLayers)
	}
	p.rows, p.at = append(p.rows, v), append(p.at, n)
	return nil
}

func (p *parser) comment(s string) {
	key, value, ok := strings.Cut(s, ":")
	if !ok {
		return
	}
	value = strings.TrimSpace(value)
	switch strings.ToLower(strings.TrimSpace(key)) {
	case "source":
		p.source = append(p.source, value)
	case "earth":
		p.flat = strings.EqualFold(value, "flat")
	case "interpolation":
		p.linear = strings.EqualFold(value, "linear")
	}
}

// layers makes layers of the rows.
func (p *parser) layers() ([]Layer, error) {
	if len(p.rows) == 0 {
		return nil, fmt.Errorf("model %s: no layers", p.name)
	}
	f := p.form
	if f == unknown {
		// NonLinLoc without its word has seven columns, .tvel and .nd three to six.
		f = points
		if len(p.rows[0]) == 7 {
			f = nonLinLoc
		}
	}
	if f == constant && p.linear {
		f = points
	}
	var ls []Layer
	for i, r := range p.rows {
		switch f {
		case constant:
			ls = append(ls, Layer{r[0], r[1], r[1], r[2], r[2]})
		case nonLinLoc:
			if len(r) < 5 {
				return nil, fmt.Errorf("model %s, line %d: %d numbers in a LAYER, want depth, Vp, gradient, Vs, gradient", p.name, p.at[i], len(r))
			}
			h := 0.0
			if i+1 < len(p.rows) {
				h = p.rows[i+1][0] - r[0]
			}
			ls = append(ls, Layer{r[0], r[1], r[1] + r[2]*h, r[3], r[3] + r[4]*h})
		case points:
			if i+1 == len(p.rows) {
				if r[0] < EarthRadiusKm {
					ls = append(ls, Layer{r[0], r[1], r[1], r[2], r[2]})
				}
				break
			}
			next := p.rows[i+1]
			switch {
			case next[0] < r[0]:
				return nil, fmt.Errorf("model %s, line %d: depth %g km is above that of line %d", p.name, p.at[i+1], next[0], p.at[i])
			case next[0] > r[0]:
				l := Layer{r[0], r[1], next[1], r[2], next[2]}
				if (l.VsTop == 0) != (l.VsBottom == 0) {
					return nil, fmt.Errorf("model %s, line %d: Vs changes to or from 0 without a discontinuity", p.name, p.at[i+1])
				}
				ls = append(ls, l)
			}
		}
	}
	return ls, nil
}

func clip(s string) string {
	if len(s) > 60 {
		return s[:60] + "…"
	}
	return s
}
