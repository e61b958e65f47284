package compare

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"houfeng/internal/seis"
)

// column is what a column of a table is about.
type column int

const (
	colID column = iota
	colTime
	colDate // with the time of day in colTime
	colLatitude
	colLongitude
	colDepth
	colMagnitude
	colMagnitudeType
	colStatus
	columns
)

// spellings of column names, in lower case, without blanks, underscores,
// dashes and units.
var spellings = map[string]column{
	"id": colID, "eventid": colID, "evid": colID, "event": colID, "eventindex": colID, "eventidx": colID, "publicid": colID,
	"time": colTime, "origintime": colTime, "ot": colTime, "datetime": colTime, "origin": colTime, "eventtime": colTime, "timeutc": colTime, "发震时刻": colTime,
	"date": colDate, "origindate": colDate, "day": colDate,
	"latitude": colLatitude, "lat": colLatitude, "latdeg": colLatitude, "evla": colLatitude, "纬度": colLatitude,
	"longitude": colLongitude, "lon": colLongitude, "lng": colLongitude, "long": colLongitude, "londeg": colLongitude, "evlo": colLongitude, "经度": colLongitude,
	"depth": colDepth, "dep": colDepth, "evdp": colDepth, "深度": colDepth,
	"magnitude": colMagnitude, "mag": colMagnitude, "ml": colMagnitude, "mw": colMagnitude, "m": colMagnitude, "震级": colMagnitude,
	"magtype": colMagnitudeType, "magnitudetype": colMagnitudeType, "mtype": colMagnitudeType,
	"status": colStatus, "evaluationstatus": colStatus,
}

// header finds the columns of a table. A depth in metres is told by its unit.
type header struct {
	at        [columns]int // −1: none
	depthUnit float64      // km
	magType   string       // of the column's name
}

func readHeader(names []string) (h header, ok bool) {
	for i := range h.at {
		h.at[i] = -1
	}
	h.depthUnit = 1
	for i, name := range names {
		key, unit := fold(name)
		c, known := spellings[key]
		if !known || h.at[c] >= 0 {
			continue
		}
		h.at[c] = i
		switch {
		case c == colDepth && (unit == "m" || unit == "metres" || unit == "meters"):
			h.depthUnit = 0.001
		case c == colMagnitude && (key == "ml" || key == "mw"):
			h.magType = strings.ToUpper(key[:1]) + strings.ToUpper(key[1:])
			if key == "mw" {
				h.magType = "Mw"
			}
		}
	}
	if h.at[colTime] < 0 && h.at[colDate] >= 0 { // a date alone
		h.at[colTime], h.at[colDate] = h.at[colDate], -1
	}
	return h, h.at[colTime] >= 0 && h.at[colLatitude] >= 0 && h.at[colLongitude] >= 0
}

// fold brings a column's name to the form of spellings and takes its unit off:
// "Depth/km", "depth(m)", "depth_km" are depth.
func fold(name string) (key, unit string) {
	name = strings.ToLower(strings.Trim(strings.TrimSpace(name), `#"' `))
	if i := strings.IndexAny(name, "(/["); i > 0 {
		name, unit = name[:i], strings.Trim(name[i:], "()/[] ")
	} else {
		for _, u := range []string{"km", "m", "deg", "utc"} {
			if rest, ok := strings.CutSuffix(name, "_"+u); ok {
				name, unit = rest, u
				break
			}
		}
	}
	return strings.NewReplacer(" ", "", "_", "", "-", "", ".", "").Replace(name), unit
}

func readTable(b []byte) (events []Event, problems []string, err error) {
	first, _, _ := strings.Cut(string(b[:min(len(b), 64<<10)]), "\n")
	comma := separator(first)
	if comma == 0 {
		return nil, nil, fmt.Errorf("%w: one column only in its first line", ErrFormat)
	}
	r := csv.NewReader(bufio.NewReader(bytes.NewReader(b)))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord, r.TrimLeadingSpace = comma, -1, true, true, true
	names, err := r.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	h, ok := readHeader(names)
	if !ok {
		return nil, nil, fmt.Errorf("%w: its first line is %q", ErrFormat, clip(first))
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return events, problems, nil
		}
		line, _ := r.FieldPos(0)
		if err != nil {
			problems = append(problems, err.Error())
			continue
		}
		if len(events) == maxEvents {
			return events, append(problems, fmt.Sprintf("line %d: more than %d events, the rest is left out", line, maxEvents)), nil
		}
		if len(row) == 1 && strings.TrimSpace(row[0]) == "" {
			continue
		}
		e, withdrawn, why := h.event(row)
		if why != "" {
			problems = append(problems, fmt.Sprintf("line %d: %s", line, why))
		} else if !withdrawn {
			events = append(events, e)
		}
	}
}

// separator guesses what stands between the columns of a header; 0 if nothing.
func separator(line string) rune {
	best, most := rune(0), 0
	for _, c := range []rune{',', '\t', ';', '|'} {
		if n := strings.Count(line, string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}

func (h *header) event(row []string) (e Event, withdrawn bool, why string) {
	field := func(c column) string {
		if i := h.at[c]; i >= 0 && i < len(row) {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	number := func(c column) float64 {
		v, err := strconv.ParseFloat(field(c), 64)
		if err != nil || math.IsInf(v, 0) {
			return math.NaN()
		}
		return v
	}
	text := field(colTime)
	if d := field(colDate); d != "" {
		text = d + "T" + text
	}
	t, err := parseTime(text)
	if err != nil {
		return e, false, err.Error()
	}
	e = Event{
		ID: strings.Clone(field(colID)), Time: t, Latitude: number(colLatitude), Longitude: number(colLongitude),
		DepthKm: number(colDepth) * h.depthUnit, Magnitude: number(colMagnitude), MagnitudeType: strings.Clone(field(colMagnitudeType)),
	}
	if e.MagnitudeType == "" {
		e.MagnitudeType = h.magType
	}
	status := strings.ToLower(field(colStatus))
	return e, status == "rejected" || status == "deleted", e.check()
}

// parseTime reads ISO 8601 in UTC, also with "/" in the date, "+00:00", or
// more than nine digits of a second.
func parseTime(s string) (seis.Time, error) {
	s = strings.TrimSuffix(strings.TrimSpace(s), "+00:00")
	if len(s) >= 10 && s[4] == '/' && s[7] == '/' {
		s = s[:4] + "-" + s[5:7] + "-" + s[8:]
	}
	return seis.ParseTime(s)
}

func clip(s string) string {
	if len(s) > 100 {
		return s[:100] + "…"
	}
	return s
}
