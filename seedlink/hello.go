package seedlink

import (
	"strconv"
	"strings"
)

// Hello is a server's answer to HELLO: two lines, such as
//
//	SeedLink v3.1 (Houfeng) :: SLPROTO:3.1 CAP EXTREPLY NSWILDCARD BATCH
//	Example Observatory
type Hello struct {
	Line         string // the first line whole
	Version      string // "3.1"; "" if the server names none
	Software     string // what stands in brackets, or after the version
	Organization string // second line
	Capabilities []string
}

// maxHelloLine keeps each line within the 200 bytes that older clients read.
const maxHelloLine = 197

// parseHello reads what servers say: "SeedLink v3.1 (2020.075 RingServer) ::
// SLPROTO:3.1 CAP WS:13", "SeedLink v3.2 (2018.033) SeisComP3", "SeedLink v2.5".
func parseHello(first, second string) Hello {
	h := Hello{Line: first, Organization: strings.TrimSpace(second)}
	ident, caps, _ := strings.Cut(first, "::")
	h.Capabilities = strings.Fields(caps)
	f := strings.Fields(ident)
	for i, w := range f {
		if len(w) > 1 && (w[0] == 'v' || w[0] == 'V') && w[1] >= '0' && w[1] <= '9' {
			h.Version = w[1:]
			h.Software = strings.Trim(strings.Join(f[i+1:], " "), "()")
			break
		}
	}
	return h
}

// Has reports whether the server offers a capability; a name without value
// ("SLPROTO") fits every value.
func (h Hello) Has(capability string) bool {
	for _, c := range h.Capabilities {
		name, _, _ := strings.Cut(c, ":")
		if strings.EqualFold(c, capability) || strings.EqualFold(name, capability) {
			return true
		}
	}
	return false
}

// atLeast compares the version the server names; without one it is false.
func (h Hello) atLeast(version float64) bool {
	v, err := strconv.ParseFloat(h.Version, 64)
	return err == nil && v >= version
}

// ringserver reports whether the server is ringserver, which numbers the
// packets of all stations in one sequence.
func (h Hello) ringserver() bool {
	return strings.Contains(strings.ToLower(h.Line), "ringserver")
}

// helloLines are the two lines of this server.
func helloLines(software, organization string) (first, second string) {
	const caps = ") :: SLPROTO:3.1 CAP EXTREPLY NSWILDCARD BATCH"
	const start = "SeedLink v3.1 ("
	software = oneLine(software, maxHelloLine-len(start)-len(caps))
	return start + software + caps, oneLine(organization, maxHelloLine)
}

// oneLine keeps printable ASCII, at most max bytes of it.
func oneLine(s string, max int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
	if len(s) > max {
		s = s[:max]
	}
	return s
}
