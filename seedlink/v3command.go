package seedlink

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Codes of extended replies (SeedLink 4.0, section "Errors"; ringserver gives
// the same to version 3 clients).
const (
	codeUnsupported = "UNSUPPORTED"
	codeUnexpected  = "UNEXPECTED"
	codeArguments   = "ARGUMENTS"
	codeLimit       = "LIMIT"
)

var v3 = dialect{
	handshake: (*session).v3Handshake,
	info:      (*session).v3Answer,
	carries:   v3Carries,
	frame:     func(dst []byte, it *Item) []byte { return appendV3Packet(dst, it.Sequence, it.Raw) },
	packet:    v3Packet,
}

// v3Handshake carries out a command before the data phase.
func (s *session) v3Handshake(cmd command) (begin bool, err error) {
	switch cmd.verb {
	case "":
		return false, s.refuse(codeArguments, "%s", strings.Join(cmd.args, " "))
	case "HELLO":
		first, second := s.server.hello()
		return false, s.write([]byte(first + "\r\n" + second + "\r\n"))
	case "CAPABILITIES":
		for _, c := range cmd.args {
			if strings.EqualFold(c, "EXTREPLY") {
				s.extended = true
			}
		}
		return false, s.ok()
	case "BATCH":
		err := s.ok()
		s.batch = true
		return false, err
	case "CAT":
		return false, s.write([]byte(s.v3Catalogue()))
	case "INFO":
		return false, s.write(s.v3Answer(cmd, nil))
	case "BYE":
		return false, errBye
	case "STATION":
		return false, s.v3Station(cmd.args)
	case "SELECT":
		return false, s.v3Select(cmd.args)
	case "DATA", "FETCH", "TIME":
		return s.v3Data(cmd.verb, cmd.args)
	case "END":
		for _, r := range s.requests {
			if r.ready {
				return true, nil
			}
		}
		return false, s.refuse(codeUnexpected, "END without a station and DATA, FETCH or TIME")
	}
	return false, s.refuse(codeUnsupported, "command %s is not known", clip(cmd.verb))
}

// v3Station: STATION station [network]. Without a network any one fits.
func (s *session) v3Station(args []string) error {
	s.multi, s.current = true, nil
	if len(args) < 1 || len(args) > 2 {
		return s.refuse(codeArguments, "STATION wants a station and perhaps a network")
	}
	r := &request{station: args[0], network: "*"}
	if len(args) == 2 {
		r.network = args[1]
	}
	for _, code := range []string{r.network, r.station} {
		if !codePattern(code) {
			return s.refuse(codeArguments, "%q is no code or pattern of at most 8 letters and digits", clip(code))
		}
	}
	for _, old := range s.requests {
		if old.network == r.network && old.station == r.station {
			s.current = old // asked again: the commands that follow are about it
			return s.ok()
		}
	}
	if len(s.requests) >= s.server.limits.Stations {
		return s.refuse(codeLimit, "more than %d STATION commands", s.server.limits.Stations)
	}
	if s.server.KnownOnly && !s.known(r) {
		return s.refuse(codeArguments, "no station %s of network %s", r.station, r.network)
	}
	s.requests = append(s.requests, r)
	s.current = r
	return s.ok()
}

func (s *session) known(r *request) bool {
	if s.visible == nil {
		s.visible = s.visibleStations()
	}
	for _, st := range s.visible {
		if r.fits(stationKey{st.Network, st.Station}) {
			return true
		}
	}
	return false
}

// plainCode reports whether code is a network or station code without wildcards.
func plainCode(code string) bool {
	return codePattern(code) && !strings.ContainsAny(code, "*?")
}

// codePattern reports whether code is one, with or without wildcards.
func codePattern(code string) bool {
	if code == "" || len(code) > 8 {
		return false
	}
	for _, c := range []byte(code) {
		if !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '*' || c == '?') {
			return false
		}
	}
	return true
}

// station returns the request that commands are about: that of the last
// STATION or, if there was none, the one of uni-station mode.
func (s *session) station() *request {
	if !s.multi && s.current == nil {
		network, station, ok := strings.Cut(s.server.DefaultStation, ".")
		if !ok {
			network, station = "*", "*"
		}
		s.current = &request{network: network, station: station}
	}
	return s.current
}

// v3Select: SELECT [pattern]. Without a pattern it cancels all.
func (s *session) v3Select(args []string) error {
	r := s.station()
	if r == nil {
		return s.refuse(codeUnexpected, "SELECT without a station")
	}
	if len(args) == 0 {
		r.selectors = nil
		return s.ok()
	}
	if len(args) > 1 {
		return s.refuse(codeArguments, "SELECT wants one pattern")
	}
	if len(r.selectors) >= s.server.limits.Selectors {
		return s.refuse(codeLimit, "more than %d selectors", s.server.limits.Selectors)
	}
	sel, err := ParseSelector(args[0])
	if err != nil {
		return s.refuse(codeArguments, "%v", err)
	}
	r.selectors = append(r.selectors, sel)
	return s.ok()
}

// v3Data: DATA [n [begin]], FETCH [n [begin]], TIME [begin [end]]. In
// uni-station mode the data phase begins at once, without a reply.
func (s *session) v3Data(verb string, args []string) (begin bool, err error) {
	r := s.station()
	if r == nil {
		return false, s.refuse(codeUnexpected, "%s without a station", verb)
	}
	if verb == "TIME" {
		err = r.v3Time(args, time.Now())
	} else {
		err = r.v3Start(args)
	}
	if err != nil {
		r.ready = false
		return false, s.refuse(codeArguments, "%v", err)
	}
	r.fetch, r.ready = verb == "FETCH", true
	if s.multi {
		return false, s.ok()
	}
	s.requests = []*request{r}
	return true, nil
}

// v3Start reads [n [begin]]: n is the sequence to begin with, hexadecimal,
// or ALL.
func (r *request) v3Start(args []string) error {
	r.start, r.hasBegin, r.hasEnd = startNext, false, false
	if len(args) > 2 {
		return fmt.Errorf("%d arguments, want at most a sequence and a time", len(args))
	}
	if len(args) >= 1 {
		if strings.EqualFold(args[0], "ALL") {
			r.start = startOldest
		} else {
			n, err := parseV3Sequence(args[0])
			if err != nil {
				return err
			}
			r.start, r.sequence = startAt, n
		}
	}
	if len(args) == 2 {
		t, err := parseV3Time(args[1])
		if err != nil {
			return err
		}
		r.begin, r.hasBegin = t, true
	}
	return nil
}

// parseV3Sequence reads one to six hexadecimal digits, with or without 0x.
// ObsPy asks for 0x1000000 after FFFFFF.
func parseV3Sequence(s string) (uint64, error) {
	digits := s
	if len(s) > 2 && (s[:2] == "0x" || s[:2] == "0X") {
		digits = s[2:]
	}
	n, err := strconv.ParseUint(digits, 16, 25)
	if err != nil || n > v3Sequence+1 {
		return 0, fmt.Errorf("sequence %q is not one to six hexadecimal digits", clip(s))
	}
	return n & v3Sequence, nil
}

// v3Time reads [begin [end]].
func (r *request) v3Time(args []string, now time.Time) (err error) {
	r.start, r.hasBegin, r.hasEnd = startOldest, true, false
	if len(args) < 1 || len(args) > 2 {
		return fmt.Errorf("%d arguments, want a begin and perhaps an end", len(args))
	}
	if r.begin, err = parseV3Time(args[0]); err != nil {
		return err
	}
	if len(args) == 2 {
		if r.end, err = parseV3Time(args[1]); err != nil {
			return err
		}
		r.hasEnd = true
		if r.end <= r.begin {
			return fmt.Errorf("window ends at %s, not after its begin", clip(args[1]))
		}
	}
	return nil
}
