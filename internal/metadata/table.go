package metadata

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"houfeng/fdsn"
)

// Limits of a table.
const (
	maxRows   = 2_000_000
	maxFields = 1000
	maxLine   = 1 << 20
)

// row is one line of a table, cut into fields.
type row struct {
	line   int
	fields []string
	header bool // the line began with '#': a header or a comment, never data
}

// table adds the stations or channels of a text table. The error says that the
// text is no such table.
//
// With a header, columns are found by name (columns.go) in any order, and cut
// at '|' (the text format of fdsnws-station), tabs, commas, semicolons or
// blanks. Without one, lines are "NET STA lat lon elev" or "NET.STA lat lon
// elev", elevation in metres and optional.
func (b *builder) table(text []byte) error {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if i := firstInvalid(text); i >= 0 {
		return fmt.Errorf("byte %d is not UTF-8: save the file as UTF-8", i)
	}
	delim, err := delimiter(text)
	if err != nil {
		return err
	}
	var cols *columns
	decided, headerless := false, false
	rows, good := 0, 0
	err = eachRow(text, delim, func(r row) error {
		if rows++; rows > maxRows {
			return fmt.Errorf("more than %d lines", maxRows)
		}
		if cols == nil && !headerless {
			if c := newColumns(r.fields, delim); c != nil {
				why := c.check()
				if why == nil {
					cols = c
					return nil
				}
				if delim != 0 && !r.header {
					return why // not prose, but a header
				}
			}
		}
		if r.header {
			return nil // a comment
		}
		if cols == nil && !decided {
			decided = true
			c, why := guessColumns(r.fields)
			if why != nil {
				return why
			}
			cols, headerless = c, true
		}
		chs, err := cols.channels(r.fields)
		if err != nil && headerless && good == 0 {
			return fmt.Errorf("text, but no table of stations: line %d: %w", r.line, err)
		}
		if err != nil {
			b.problemf(r.line, "%v", err)
			return nil
		}
		for _, ch := range chs {
			b.add(r.line, ch)
			good++
		}
		return nil
	})
	if err != nil {
		if good == 0 {
			return err
		}
		b.problemf(0, "%v: the rest of the file is not used", err)
		return nil
	}
	if cols == nil {
		return errors.New("text without a line that names a station, not station metadata")
	}
	if len(cols.unused) > 0 && good > 0 {
		b.problemf(0, "columns not used: %s", strings.Join(cols.unused, ", "))
	}
	return nil
}

func firstInvalid(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// delimiter finds what cuts the fields, from the first line that may be a
// header or data. 0 stands for blanks.
func delimiter(text []byte) (rune, error) {
	for len(text) > 0 {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		text = rest
		if len(line) > maxLine {
			return 0, fmt.Errorf("a line of %d bytes, not a table", len(line))
		}
		l := strings.TrimSpace(string(line))
		if l == "" {
			continue
		}
		if l[0] == '#' {
			d := cutter(l)
			if c := newColumns(split(strings.TrimLeft(l, "# "), d), d); c == nil || c.check() != nil && d != '|' {
				continue
			}
		}
		return cutter(l), nil
	}
	return 0, errors.New("nothing but comments")
}

func cutter(line string) rune {
	for _, d := range []rune{'|', '\t', ';', ','} {
		if n := strings.Count(line, string(d)); n >= 2 {
			return d
		}
	}
	return 0
}

func split(line string, delim rune) []string {
	if delim == 0 {
		return strings.Fields(line)
	}
	f := strings.Split(line, string(delim))
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	return f
}

// eachRow cuts text into rows and calls f for each. CSV fields may be quoted
// and then span lines; the other kinds know no quotes.
func eachRow(text []byte, delim rune, f func(row) error) error {
	if delim == ',' || delim == ';' || delim == '\t' {
		return eachCSV(text, delim, f)
	}
	for n := 1; len(text) > 0; n++ {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		text = rest
		l := strings.TrimSpace(string(line))
		if l == "" {
			continue
		}
		if len(l) > maxLine {
			return fmt.Errorf("line %d: longer than %d bytes", n, maxLine)
		}
		r := row{line: n, header: l[0] == '#'}
		r.fields = split(strings.TrimLeft(l, "# "), delim)
		if len(r.fields) > maxFields {
			return fmt.Errorf("line %d: more than %d fields", n, maxFields)
		}
		if err := f(r); err != nil {
			return err
		}
	}
	return nil
}

func eachCSV(text []byte, delim rune, f func(row) error) error {
	cr := csv.NewReader(bytes.NewReader(text))
	cr.Comma, cr.FieldsPerRecord, cr.LazyQuotes, cr.TrimLeadingSpace = delim, -1, true, true
	if delim == '\t' {
		cr.TrimLeadingSpace = false // a leading tab is an empty field
	}
	for {
		fields, err := cr.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		line, _ := cr.FieldPos(0)
		if len(fields) > maxFields {
			return fmt.Errorf("line %d: more than %d fields", line, maxFields)
		}
		blank := true
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
			blank = blank && fields[i] == ""
		}
		if blank {
			continue
		}
		r := row{line: line, fields: fields}
		if strings.HasPrefix(fields[0], "#") {
			r.header = true
			fields[0] = strings.TrimLeft(fields[0], "# ")
		}
		if err := f(r); err != nil {
			return err
		}
	}
}

// guessColumns tells from the first line of a table without header what its
// columns are.
func guessColumns(f []string) (*columns, error) {
	code := func(i int) bool { // capitals: text is rarely written in them
		return i < len(f) && f[i] != "" && f[i] == strings.ToUpper(f[i]) && (fdsn.ID{Station: f[i]}).Check() == nil
	}
	num := func(i int) bool { return i < len(f) && isNumber(f[i]) }
	dotted := func(s string) bool {
		p := strings.Split(s, ".")
		for len(p) < 4 {
			p = append(p, "")
		}
		return len(p) == 4 && s == strings.ToUpper(s) && p[0] != "" && !isNumber(p[0]) && p[1] != "" && (fdsn.ID{Network: p[0], Station: p[1], Location: p[2], Channel: p[3]}).Check() == nil
	}
	c := &columns{index: map[field]int{}, factor: map[field]float64{}}
	at := 0
	switch {
	case len(f) >= 4 && code(0) && !isNumber(f[0]) && code(1) && num(2) && num(3):
		c.index[network], c.index[station] = 0, 1
		at = 2
	case len(f) >= 3 && dotted(f[0]) && num(1) && num(2):
		c.index[station] = 0
		at = 1
	case len(f) >= 3 && code(0) && !isNumber(f[0]) && num(1) && num(2):
		return nil, errors.New(`stations without network codes: give lines "NET STA latitude longitude elevation" or a header`)
	default:
		return nil, errors.New("text, but no table of stations (no header with station, latitude and longitude)")
	}
	c.index[latitude], c.index[longitude] = at, at+1
	if num(at + 2) {
		c.index[elevation] = at + 2
		at++
	}
	for i := at + 2; i < len(f); i++ {
		c.unused = append(c.unused, fmt.Sprintf("%d (there is no header to say what it is)", i+1))
	}
	if len(c.unused) > 1 {
		c.unused = []string{fmt.Sprintf("%d to %d (there is no header to say what they are)", at+3, len(f))}
	}
	return c, nil
}
