package seedlink

import (
	"fmt"
	"strings"
	"time"
)

// maxInfo bounds an INFO document, in bytes.
const maxInfo = 8 << 20

// v3Answer answers INFO in packets, appended to dst.
func (s *session) v3Answer(cmd command, dst []byte) []byte {
	text, ok := "INFO wants a level", false
	if len(cmd.args) == 1 {
		text, ok = s.v3Info(strings.ToUpper(cmd.args[0]))
	}
	s.server.stats.info.Add(1)
	channel := "INF"
	if !ok {
		channel = "ERR"
	}
	return appendV3Info(dst, text, channel, time.Now())
}

// v3Info makes the document of a level of INFO as the SeisComP server does. ok
// is false if the level is not known, not allowed to this client, or too long;
// text is then the reason.
func (s *session) v3Info(level string) (text string, ok bool) {
	var b strings.Builder
	first, _ := s.server.hello()
	b.WriteString("<?xml version=\"1.0\"?>\n<seedlink")
	attr(&b, "software", first)
	attr(&b, "organization", s.server.Organization)
	attr(&b, "started", formatInfoTime(s.server.started().UnixNano()))
	b.WriteString(">\n")
	switch strings.ToUpper(level) {
	case "ID":
	case "CAPABILITIES":
		for _, c := range []string{"dialup", "multistation", "window-extraction",
			"info:id", "info:capabilities", "info:stations", "info:streams"} {
			b.WriteString("<capability")
			attr(&b, "name", c)
			b.WriteString("/>\n")
		}
		if s.server.trusted(s.remote) {
			b.WriteString("<capability name=\"info:connections\"/>\n")
		}
	case "STATIONS":
		s.v3InfoStations(&b, false)
	case "STREAMS":
		s.v3InfoStations(&b, true)
	case "CONNECTIONS":
		if !s.server.trusted(s.remote) {
			return "INFO CONNECTIONS is not given to this address", false
		}
		s.v3InfoConnections(&b)
	default:
		return fmt.Sprintf("INFO %s is not known", clip(level)), false
	}
	if b.Len() > maxInfo {
		return fmt.Sprintf("INFO %s is longer than %d bytes", level, maxInfo), false
	}
	b.WriteString("</seedlink>\n")
	return b.String(), true
}

func (s *session) v3InfoStations(b *strings.Builder, streams bool) {
	for _, st := range s.visibleStations() {
		if b.Len() > maxInfo {
			return
		}
		b.WriteString("<station")
		attr(b, "name", st.Station)
		attr(b, "network", st.Network)
		attr(b, "description", st.Description)
		attr(b, "begin_seq", fmt.Sprintf("%06X", st.First&v3Sequence))
		attr(b, "end_seq", fmt.Sprintf("%06X", st.Last&v3Sequence))
		attr(b, "stream_check", "enabled")
		if !streams {
			b.WriteString("/>\n")
			continue
		}
		b.WriteString(">\n")
		for _, stream := range st.Streams {
			b.WriteString("<stream")
			attr(b, "location", stream.ID.Location)
			attr(b, "seedname", stream.ID.Channel)
			attr(b, "type", "D")
			attr(b, "begin_time", formatInfoTime(stream.Start))
			attr(b, "end_time", formatInfoTime(stream.End))
			b.WriteString("/>\n")
		}
		b.WriteString("</station>\n")
	}
}

// v3InfoConnections lists the connections below a station that stands for all
// clients, as ringserver does; SeisComP lists them by station asked for.
func (s *session) v3InfoConnections(b *strings.Builder) {
	b.WriteString("<station")
	attr(b, "name", "CLIENT")
	attr(b, "network", "SL")
	attr(b, "description", "SeedLink clients")
	attr(b, "begin_seq", "000000")
	attr(b, "end_seq", "000000")
	attr(b, "stream_check", "enabled")
	b.WriteString(">\n")
	for _, c := range s.server.Connections() {
		b.WriteString("<connection")
		attr(b, "host", c.Remote.Addr().String())
		attr(b, "port", fmt.Sprint(c.Remote.Port()))
		attr(b, "ctime", formatInfoTime(c.Since.UnixNano()))
		attr(b, "begin_seq", "000000")
		attr(b, "current_seq", "000000")
		attr(b, "sequence_gaps", fmt.Sprint(c.Missed))
		attr(b, "txcount", fmt.Sprint(c.Packets))
		attr(b, "totBytes", fmt.Sprint(c.Bytes))
		attr(b, "begin_seq_valid", "yes")
		attr(b, "realtime", yesNo(c.State != stateNames[inEnd]))
		attr(b, "end_of_data", yesNo(c.State == stateNames[inEnd]))
		b.WriteString("/>\n")
	}
	b.WriteString("</station>\n")
}

func yesNo(v bool) string {
	if v {
		return "yes"
	}
	return "no"
}

// visibleStations returns what this client may see of the stations held, with
// streams that version 3 can carry.
func (s *session) visibleStations() []StationInfo {
	all := s.server.Store.Stations()
	out := make([]StationInfo, 0, len(all))
	for _, st := range all {
		streams := make([]StreamInfo, 0, len(st.Streams))
		for _, stream := range st.Streams {
			if stream.Format != '3' && s.allowed(stream.ID) {
				streams = append(streams, stream)
			}
		}
		if len(streams) == 0 {
			continue
		}
		st.Streams = streams
		out = append(out, st)
	}
	return out
}

// v3Catalogue is the answer to CAT: a line per station, then END.
func (s *session) v3Catalogue() string {
	var b strings.Builder
	for _, st := range s.visibleStations() {
		fmt.Fprintf(&b, "%-2s %-5s %s\r\n", st.Network, st.Station, oneLine(st.Description, 200))
		if b.Len() > maxInfo {
			break
		}
	}
	b.WriteString("END")
	return b.String()
}

// attr writes an XML attribute; what is not printable ASCII becomes a
// character reference, so that a document may be cut into records anywhere.
func attr(b *strings.Builder, name, value string) {
	b.WriteByte(' ')
	b.WriteString(name)
	b.WriteString(`="`)
	for _, r := range value {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"':
			b.WriteString("&quot;")
		case r >= ' ' && r <= '~':
			b.WriteRune(r)
		case r == '\uFFFD' || r < ' ' || r >= 0x7F && r <= 0x9F || r == 0xFFFE || r == 0xFFFF:
			b.WriteByte('?')
		default:
			fmt.Fprintf(b, "&#%d;", r)
		}
	}
	b.WriteByte('"')
}
