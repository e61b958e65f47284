package metadata

import (
	"bytes"
	"fmt"
	"regexp"
)

// sniffLen is how much of a file decides what it is.
const sniffLen = 4096

type kind int

const (
	foreign kind = iota
	stationXML
	table
)

var rootElement = regexp.MustCompile(`<([A-Za-z_][\w.\-]*:)?([A-Za-z_][\w.\-]*)[\s/>]`)

// sniff tells from its first bytes what a file is, and for a foreign one in
// words.
func sniff(head []byte) (kind, string) {
	if len(bytes.TrimSpace(head)) == 0 {
		return foreign, "empty"
	}
	if why := binary(head); why != "" {
		return foreign, why
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case text[0] == '{' || text[0] == '[':
		return foreign, "JSON, not station metadata"
	case text[0] != '<':
		return table, ""
	}
	m := rootElement.FindSubmatch(text)
	if m == nil {
		return foreign, "XML without a root element in its first bytes"
	}
	switch root := string(m[2]); root {
	case "FDSNStationXML":
		return stationXML, ""
	case "seiscomp":
		return foreign, "SeisComP inventory: export it as StationXML (inv2fdsnxml, or fdsnws-station)"
	case "quakeml":
		return foreign, "QuakeML: events, not stations"
	case "html", "HTML":
		return foreign, "a web page: perhaps the error page of a web service was saved"
	default:
		return foreign, fmt.Sprintf("XML with root element %q, not StationXML", root)
	}
}

// binary names a file that is no text; "" if it is.
func binary(head []byte) string {
	record := func() bool { // miniSEED 2: sequence number and quality
		if len(head) < 8 {
			return false
		}
		for _, c := range head[:6] {
			if (c < '0' || c > '9') && c != ' ' {
				return false
			}
		}
		return bytes.IndexByte([]byte("DRQM"), head[6]) >= 0
	}
	switch {
	case bytes.HasPrefix(head, []byte("MS\x03")), record() && bytes.IndexByte(head, 0) >= 0:
		return "miniSEED waveforms, not station metadata"
	case len(head) >= 8 && bytes.HasPrefix(head, []byte("00000")) && bytes.IndexByte([]byte("VASB"), head[6]) >= 0 && head[5] == '1':
		return "SEED volume: convert its headers to StationXML"
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return "gzip-compressed: unpack it first"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "zip archive or spreadsheet: save the table as CSV"
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return "UTF-16 text: save it as UTF-8"
	case bytes.HasPrefix(head, []byte("B050F03")), bytes.HasPrefix(head, []byte("#\t\t<< ")):
		return "SEED RESP file: convert it to StationXML"
	case bytes.IndexByte(head, 0) >= 0:
		return "binary data, not station metadata"
	}
	return ""
}
