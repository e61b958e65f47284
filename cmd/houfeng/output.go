package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"houfeng/internal/seis"
)

// json prints v, indented, to standard output.
func (a *app) json(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// num is a float64 whose NaN is null in JSON.
type num float64

// MarshalJSON implements json.Marshaler.
func (n num) MarshalJSON() ([]byte, error) {
	f := float64(n)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return json.Marshal(math.Round(f*1e6) / 1e6)
}

// fixed prints v with a number of decimals, "–" where it is not known.
func fixed(v float64, decimals int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

// grid is a table for people: columns as wide as needed, numbers to the right.
type grid struct {
	right []bool
	rows  [][]string
}

// newGrid takes the headers; one that begins with ">" is a column of numbers.
func newGrid(headers ...string) *grid {
	g := &grid{}
	row := make([]string, len(headers))
	for i, h := range headers {
		name, right := strings.CutPrefix(h, ">")
		g.right = append(g.right, right)
		row[i] = name
	}
	g.rows = append(g.rows, row)
	return g
}

func (g *grid) add(cells ...string) { g.rows = append(g.rows, cells) }

func (g *grid) print(w io.Writer) error {
	widths := make([]int, len(g.right))
	for _, r := range g.rows {
		for i, c := range r {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	for _, r := range g.rows {
		line := ""
		for i, c := range r {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c))
			if i > 0 {
				line += "  "
			}
			if g.right[i] {
				line += pad + c
			} else {
				line += c + pad
			}
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	return nil
}

// many prints a count with its noun: "1 record", "2 records".
func many(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// wrap prints text in lines of some 100 letters, each behind the indent and
// all but the first a little further in.
func wrap(w io.Writer, indent, text string) {
	line := indent
	for _, word := range strings.Fields(text) {
		if utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > 100 && strings.TrimSpace(line) != "" {
			fmt.Fprintln(w, line)
			line = indent + "  "
		}
		if strings.TrimSpace(line) != "" {
			line += " "
		}
		line += word
	}
	fmt.Fprintln(w, line)
}

// problems tells a person of what was wrong with inputs, the first of many.
func (a *app) problems(list []string) {
	const most = 20
	for i, p := range list {
		if i == most {
			fmt.Fprintf(a.err, "and %s more; --json lists all\n", many(len(list)-i, "problem"))
			return
		}
		fmt.Fprintln(a.err, p)
	}
}

// instant prints a time to the millisecond, for tables.
func instant(t seis.Time) string {
	s := t.String()
	if dot := strings.IndexByte(s, '.'); dot >= 0 && len(s) > dot+4 {
		s = s[:dot+4] + "Z" // cut off, not rounded: no second changes
	}
	return s
}
