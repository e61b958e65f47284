package centre

import (
	"fmt"
	"strings"

	"houfeng/internal/chain/acquire"
)

// checkTogether finds mistakes that lie between settings. They are shown where
// the later one is written, or else the earlier.
func (r *configReader) checkTogether() {
	c := r.config
	for _, k := range []struct {
		wrong     bool
		key, with string
		text      string
	}{
		{c.Pick.STAs >= c.Pick.LTAs, "pick.sta_s", "pick.lta_s",
			fmt.Sprintf("%g is not less than pick.lta_s, %g", c.Pick.STAs, c.Pick.LTAs)},
		{c.Pick.Off >= c.Pick.On, "pick.off", "pick.on",
			fmt.Sprintf("%g is not less than pick.on, %g", c.Pick.Off, c.Pick.On)},
		{c.Pick.BandLowHz >= c.Pick.BandHighHz, "pick.band_low_hz", "pick.band_high_hz",
			fmt.Sprintf("%g is not less than pick.band_high_hz, %g", c.Pick.BandLowHz, c.Pick.BandHighHz)},
		{c.Associate.MinPhases < c.Associate.MinStations, "associate.min_phases", "associate.min_stations",
			fmt.Sprintf("%d is less than associate.min_stations, %d", c.Associate.MinPhases, c.Associate.MinStations)},
		{c.Locate.MinDepthKm >= c.Locate.MaxDepthKm, "locate.min_depth_km", "locate.max_depth_km",
			fmt.Sprintf("%g is not less than locate.max_depth_km, %g", c.Locate.MinDepthKm, c.Locate.MaxDepthKm)},
		{c.Locate.ModelErrorMinS > c.Locate.ModelErrorMaxS, "locate.model_error_min_s", "locate.model_error_max_s",
			fmt.Sprintf("%g is more than locate.model_error_max_s, %g", c.Locate.ModelErrorMinS, c.Locate.ModelErrorMaxS)},
		{c.Associate.MaxDepthKm > c.Locate.MaxDepthKm, "associate.max_depth_km", "locate.max_depth_km",
			fmt.Sprintf("%g is more than locate.max_depth_km, %g: events would be found that cannot be located", c.Associate.MaxDepthKm, c.Locate.MaxDepthKm)},
		{c.HTTP.Listen != "" && c.HTTP.Listen == c.SeedLink.Listen && !strings.HasSuffix(c.HTTP.Listen, ":0"), "seedlink.listen", "http.listen",
			fmt.Sprintf("%q is also http.listen", c.SeedLink.Listen)},
	} {
		if !k.wrong {
			continue
		}
		at, ok := r.places[k.key]
		if other, too := r.places[k.with]; too && (!ok || other.line > at.line) {
			at = other
		}
		r.mistake(at, k.key, "", k.text)
	}
	for i, u := range c.Upstreams {
		at := r.places[fmt.Sprintf("upstream%d", i+1)]
		if u.URL == "" {
			r.mistake(at, "upstream.url", "", "missing: say where it listens, "+upstreamURL.String())
			continue
		}
		if _, err := acquire.NewUpstreams(nil, []acquire.UpstreamConfig{{Name: "upstream", URL: u.URL, Streams: u.Streams}}, acquire.UpstreamOptions{}); err != nil {
			r.mistake(at, "upstream", "", strings.TrimPrefix(err.Error(), "upstream upstream: "))
		}
		for j := range i {
			if nameOf(c.Upstreams[j]) == nameOf(u) {
				r.mistake(at, "upstream.name", "", fmt.Sprintf("upstream %d is also named %q: write one table with the streams of both, or give them names", j+1, nameOf(u)))
				break
			}
		}
	}
	for i, t := range c.Trusts {
		at := r.places[fmt.Sprintf("trust%d", i+1)]
		switch {
		case t.Stream == "":
			r.mistake(at, "trust.stream", "", "missing: say which streams, "+pattern.String())
		case !t.From.IsZero() && !t.To.IsZero() && !t.From.Before(t.To):
			r.mistake(at, "trust.to", "", fmt.Sprintf("%s is not after trust.from, %s", t.To, t.From))
		}
	}
}

func settingNamed(name string) *setting {
	for i := range settings {
		if settings[i].name() == name {
			return &settings[i]
		}
	}
	return nil
}

func settingNames() []string {
	names := make([]string, len(settings))
	for i := range settings {
		names[i] = settings[i].name()
	}
	return names
}

func sectionNames() []string {
	names := make([]string, len(sections))
	for i := range sections {
		names[i] = sections[i].name
	}
	return names
}

// isPrefix reports whether tables exist under name: "pick" of "pick.stalta".
func isPrefix(name string) bool {
	for i := range sections {
		if strings.HasPrefix(sections[i].name, name+".") {
			return true
		}
	}
	return false
}

// suggest returns `; did you mean "NAME"?` for the name most like the one
// found, or nothing when none is like it. A key that stands in the wrong table
// is recognised by its last part.
func suggest(found string, names []string) string {
	if len(found) > 100 {
		return ""
	}
	best, least := "", max(2, len(found)/3)+1
	for _, n := range names {
		if d := distance(found, n); d < least {
			best, least = n, d
		}
	}
	if best == "" {
		for _, n := range names {
			if lastPart(n) == lastPart(found) {
				best = n
				break
			}
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

func lastPart(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// distance counts the letters to add, drop, replace or swap with their
// neighbour to make b of a (optimal string alignment).
func distance(a, b string) int {
	before, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, prev, row = prev, row, before
	}
	return prev[len(b)]
}
