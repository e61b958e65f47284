package metadata

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"houfeng/fdsn"
	"houfeng/internal/science/response"
	"houfeng/internal/seis"
)

// field is what a column is about.
type field int

const (
	network field = iota
	station
	location
	channel
	components // "E,N,Z", with as many sensitivities
	latitude
	longitude
	elevation
	depth
	azimuth
	dip
	sensitivityAt // sensitivity
	sensitivityHz
	units
	rate
	start
	end
	site
	sensor
)

// names are the headers that occur, in lower case, without blanks,
// underscores, dashes, dots and units.
var names = map[string]field{
	"network": network, "net": network, "networkcode": network, "netcode": network, "knetwk": network, "台网": network, "台网代码": network,
	"station": station, "sta": station, "stationcode": station, "stacode": station, "stationid": station, "stnm": station, "kstnm": station, "stn": station, "台站": station, "台站代码": station,
	"location": location, "loc": location, "locid": location, "locationcode": location, "loccode": location, "khole": location, "位置号": location, "测点": location,
	"channel": channel, "cha": channel, "chan": channel, "chn": channel, "channelcode": channel, "kcmpnm": channel, "通道": channel, "通道代码": channel,
	"component": components, "components": components, "comp": components, "cmp": components, "分向": components,
	"latitude": latitude, "lat": latitude, "stla": latitude, "latitudedeg": latitude, "latdeg": latitude, "纬度": latitude,
	"longitude": longitude, "lon": longitude, "long": longitude, "lng": longitude, "stlo": longitude, "longitudedeg": longitude, "londeg": longitude, "经度": longitude,
	"elevation": elevation, "elev": elevation, "elv": elevation, "ele": elevation, "altitude": elevation, "alt": elevation, "height": elevation, "stel": elevation, "高程": elevation, "海拔": elevation,
	"depth": depth, "dep": depth, "burial": depth, "localdepth": depth, "stdp": depth, "埋深": depth,
	"azimuth": azimuth, "az": azimuth, "azi": azimuth, "cmpaz": azimuth, "方位角": azimuth,
	"dip": dip, "倾角": dip,
	"sensitivity": sensitivityAt, "sens": sensitivityAt, "gain": sensitivityAt, "overallgain": sensitivityAt, "scale": sensitivityAt, "response": sensitivityAt, "灵敏度": sensitivityAt,
	"scalefreq": sensitivityHz, "scalefrequency": sensitivityHz, "sensitivityfrequency": sensitivityHz, "sensitivityfreq": sensitivityHz,
	"units": units, "unit": units, "scaleunits": units, "inputunits": units, "inputunit": units, "sensitivityunits": units, "单位": units,
	"rate": rate, "samplerate": rate, "samplingrate": rate, "samprate": rate, "sps": rate, "fs": rate, "采样率": rate,
	"start": start, "starttime": start, "startdate": start, "begin": start, "begintime": start, "ontime": start, "ondate": start,
	"end": end, "endtime": end, "enddate": end, "offtime": end, "offdate": end,
	"sitename": site, "site": site, "stationname": site, "name": site, "place": site, "台站名称": site,
	"sensor": sensor, "sensordescription": sensor, "instrument": sensor, "sensortype": sensor,
}

// columns says where each field stands in a row.
type columns struct {
	index        map[field]int
	factor       map[field]float64 // of the unit in the header to ours
	unused       []string
	decimalComma bool
}

// newColumns reads a header; nil if f is none. A header names at least two
// known columns, one of them a station, a network or a coordinate, and holds
// no number.
func newColumns(f []string, delim rune) *columns {
	c := &columns{index: map[field]int{}, factor: map[field]float64{}, decimalComma: delim == ';'}
	for i, h := range f {
		if isNumber(h) {
			return nil
		}
		name, unit := headerName(h)
		k, ok := names[name]
		if !ok {
			if h != "" {
				c.unused = append(c.unused, clip(h))
			}
			continue
		}
		if _, twice := c.index[k]; twice {
			c.unused = append(c.unused, clip(h))
			continue
		}
		c.index[k] = i
		c.factor[k] = 1
		if (k == elevation || k == depth) && unit == "km" {
			c.factor[k] = 1000
		}
	}
	_, hasSta := c.index[station]
	_, hasNet := c.index[network]
	_, hasLat := c.index[latitude]
	if len(c.index) < 2 || !hasSta && !hasNet && !hasLat {
		return nil
	}
	return c
}

// check returns why a header that was recognised can not be used.
func (c *columns) check() error {
	var missing []string
	for _, m := range []struct {
		f    field
		name string
	}{{station, "station"}, {latitude, "latitude"}, {longitude, "longitude"}} {
		if _, ok := c.index[m.f]; !ok {
			missing = append(missing, m.name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("header without column %s: no table of stations", strings.Join(missing, ", "))
	}
	return nil
}

// headerName reduces "Elevation (km)", "elevation_km" and "ELEVATION[km]" to
// "elevation" and "km".
func headerName(h string) (name, unit string) {
	h = strings.ToLower(strings.TrimSpace(h))
	if i := strings.IndexAny(h, "(["); i > 0 {
		h, unit = h[:i], strings.Trim(h[i:], "()[] ")
	} else if i := strings.LastIndexAny(h, "_ "); i > 0 {
		switch u := h[i+1:]; u {
		case "m", "km", "deg", "hz", "degrees", "meters", "metres":
			h, unit = h[:i], u
		}
	}
	return strings.NewReplacer(" ", "", "_", "", "-", "", ".", "").Replace(h), unit
}

func (c *columns) get(f []string, k field) string {
	i, ok := c.index[k]
	if !ok || i >= len(f) {
		return ""
	}
	return strings.TrimSpace(f[i])
}

// number reads a number; an empty field is absent.
func (c *columns) number(f []string, k field, name string) (v float64, ok bool, err error) {
	s := c.get(f, k)
	if s == "" {
		return 0, false, nil
	}
	if v, err = c.parse(s); err != nil {
		return 0, false, fmt.Errorf("%s %w", name, err)
	}
	if m := c.factor[k]; m != 0 {
		v *= m
	}
	return v, true, nil
}

func (c *columns) parse(s string) (float64, error) {
	if c.decimalComma {
		s = strings.ReplaceAll(s, ",", ".")
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%q is not a number", clip(s))
	}
	return v, nil
}

// channels makes the channels that a row describes: one, or one for each
// component, or the station alone.
func (c *columns) channels(f []string) ([]seis.Channel, error) {
	id, err := c.id(f)
	if err != nil {
		return nil, err
	}
	ch := seis.Channel{ID: id, StationName: c.get(f, site), Sensor: c.get(f, sensor)}
	coords := 0
	for _, n := range []struct {
		k    field
		name string
		v    *float64
	}{
		{latitude, "latitude", &ch.Latitude}, {longitude, "longitude", &ch.Longitude}, {elevation, "elevation", &ch.ElevationM},
		{depth, "depth", &ch.DepthM}, {rate, "sample rate", &ch.RateHz},
	} {
		v, ok, err := c.number(f, n.k, n.name)
		if err != nil {
			return nil, err
		}
		if *n.v = v; ok && (n.k == latitude || n.k == longitude) {
			coords++
		}
	}
	switch {
	case coords < 2:
		return nil, fmt.Errorf("%s: no latitude and longitude", id.StationID())
	case math.Abs(ch.Latitude) > 90 && math.Abs(ch.Longitude) <= 90:
		return nil, fmt.Errorf("latitude %v is outside −90…90: are latitude and longitude swapped?", ch.Latitude)
	case math.Abs(ch.Latitude) > 90:
		return nil, fmt.Errorf("latitude %v is outside −90…90", ch.Latitude)
	case ch.Longitude < -180 || ch.Longitude > 360:
		return nil, fmt.Errorf("longitude %v is outside −180…360", ch.Longitude)
	case ch.Longitude > 180:
		ch.Longitude -= 360
	case ch.RateHz < 0:
		return nil, fmt.Errorf("sample rate %v Hz is negative", ch.RateHz)
	}
	if ch.Start, err = parseDate(c.get(f, start)); err != nil {
		return nil, fmt.Errorf("start %w", err)
	}
	if ch.End, err = parseDate(c.get(f, end)); err != nil {
		return nil, fmt.Errorf("end %w", err)
	}
	comps, err := splitComponents(c.get(f, components))
	if err != nil {
		return nil, err
	}
	sens := strings.FieldsFunc(c.get(f, sensitivityAt), func(r rune) bool { return r == ',' && !c.decimalComma || r == '/' })
	switch {
	case len(comps) == 0:
		comps = []string{""}
	case len(id.Channel) == 0 || len(id.Channel) > 2 && len(comps) > 1:
		return nil, fmt.Errorf("%s: components %s, but no band and instrument code such as HH", id, strings.Join(comps, ","))
	}
	if len(sens) > 1 && len(sens) != len(comps) {
		return nil, fmt.Errorf("%s: %d sensitivities for %d components", id, len(sens), len(comps))
	}
	var out []seis.Channel
	for i, comp := range comps {
		one := ch
		if comp != "" && len(id.Channel) <= 2 {
			one.ID.Channel = id.Channel + comp
		}
		if n := len(one.ID.Channel); n > 0 && n < 3 {
			return nil, fmt.Errorf("channel code %q has no component: give %sZ, or a column of components", one.ID.Channel, one.ID.Channel)
		}
		if err := c.orient(f, &one); err != nil {
			return nil, err
		}
		if len(sens) > 0 {
			if one.Response, err = c.response(f, one.ID, sens[min(i, len(sens)-1)]); err != nil {
				return nil, err
			}
		}
		out = append(out, one)
	}
	return out, nil
}

// id reads the codes; the station column may hold several, joined by dots.
func (c *columns) id(f []string) (fdsn.ID, error) {
	id := fdsn.ID{Network: c.get(f, network), Station: c.get(f, station), Location: c.get(f, location), Channel: c.get(f, channel)}
	if parts := strings.Split(id.Station, "."); len(parts) > 1 && len(parts) <= 4 {
		if id.Network != "" && id.Network != parts[0] {
			return id, fmt.Errorf("station %q is not of network %q", clip(id.Station), clip(id.Network))
		}
		id.Network, id.Station = parts[0], parts[1]
		if len(parts) > 2 && id.Location == "" {
			id.Location = parts[2]
		}
		if len(parts) > 3 && id.Channel == "" {
			id.Channel = parts[3]
		}
	}
	if id.Location == "--" {
		id.Location = ""
	}
	switch {
	case id.Station == "":
		return id, errors.New("no station code")
	case id.Network == "":
		return id, fmt.Errorf("station %s has no network code", clip(id.Station))
	}
	if id.Channel == "" {
		id.Location = "" // a bare station stands for all its locations
	}
	return id, id.Check()
}

func (c *columns) orient(f []string, ch *seis.Channel) error {
	ch.AzimuthDeg, ch.DipDeg = seis.NominalOrientation(ch.ID)
	if v, ok, err := c.number(f, azimuth, "azimuth"); err != nil {
		return err
	} else if ok {
		ch.AzimuthDeg = v
	}
	if v, ok, err := c.number(f, dip, "dip"); err != nil {
		return err
	} else if ok {
		ch.DipDeg = v
	}
	return nil
}

// response makes a flat response from a sensitivity. Its unit is that of the
// row or, without one, what the instrument code stands for.
func (c *columns) response(f []string, id fdsn.ID, s string) (*response.Response, error) {
	v, err := c.parse(strings.TrimSpace(s))
	if err != nil {
		return nil, fmt.Errorf("sensitivity %w", err)
	}
	if v == 0 {
		return nil, nil
	}
	hz, ok, err := c.number(f, sensitivityHz, "frequency of the sensitivity")
	if err != nil {
		return nil, err
	}
	if !ok {
		hz = 1
	}
	if name := c.get(f, units); name != "" {
		u, si, ok := response.ParseUnit(name)
		if !ok {
			return nil, nil // pressure, temperature, …
		}
		return &response.Response{Input: u, Sensitivity: v / si, FrequencyHz: hz}, nil
	}
	u := response.Velocity
	switch _, source, _ := id.Codes(); source {
	case "N", "G":
		u = response.Acceleration
	case "H", "L", "P":
	default:
		return nil, fmt.Errorf("%s: sensitivity without units, and the channel code does not tell them", id)
	}
	return &response.Response{Input: u, Sensitivity: v, FrequencyHz: hz}, nil
}

// splitComponents reads "E,N,Z", "E/N/Z", "E N Z" and "ENZ".
func splitComponents(s string) ([]string, error) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '/' || r == ' ' || r == ';' })
	if len(parts) == 1 && len(parts[0]) <= 3 {
		parts = strings.Split(parts[0], "")
	}
	for _, p := range parts {
		if len(p) != 1 {
			return nil, fmt.Errorf("component %q is no single letter", clip(p))
		}
	}
	if len(parts) > 9 {
		return nil, fmt.Errorf("%d components", len(parts))
	}
	return parts, nil
}

// parseDate reads ISO 8601 and the forms with slashes and day of year that
// tables use. Empty and years beyond 2261 are the zero Time: open.
func parseDate(s string) (seis.Time, error) {
	if s == "" || s == "-" || strings.EqualFold(s, "none") || strings.EqualFold(s, "nan") {
		return seis.Time{}, nil
	}
	if len(s) >= 4 && isNumber(s[:4]) && (s[:4] > "2261" || s[:4] < "1678") {
		return seis.Time{}, nil
	}
	iso := s
	if len(s) >= 10 && s[4] == '/' && s[7] == '/' {
		iso = s[:4] + "-" + s[5:7] + "-" + s[8:]
	}
	t, err := seis.ParseTime(strings.TrimSuffix(strings.TrimSuffix(iso, "+00:00"), "Z"))
	if err != nil {
		return seis.Time{}, fmt.Errorf("%q is not a date such as 2019-10-15 or 2019-10-15T05:33:42", clip(s))
	}
	return t, nil
}

// isNumber reports whether s is a decimal number; "INF" and "NAN" may be
// station codes.
func isNumber(s string) bool {
	if !strings.ContainsAny(s, "0123456789") {
		return false
	}
	_, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return err == nil
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}
