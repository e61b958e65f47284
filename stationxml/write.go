package stationxml

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"time"
)

// Write writes the document in schema version 1.2, elements in the order of the
// schema, floats in the shortest form that reads back equal. The same document
// always gives the same bytes. Source and Created, which the schema demands,
// must be set; so must codes, and whatever is a number must be finite.
func (d *Document) Write(w io.Writer) error {
	e := &emitter{w: bufio.NewWriter(w)}
	switch {
	case d.Source == "":
		return errors.New("write StationXML: document has no Source")
	case d.Created.IsZero():
		return errors.New("write StationXML: document has no Created")
	case len(d.Networks) == 0:
		return errors.New("write StationXML: document has no network")
	}
	e.raw(xml.Header)
	e.open("FDSNStationXML", "xmlns", Namespace, "schemaVersion", "1.2")
	e.text("Source", d.Source)
	e.opt("Sender", d.Sender)
	e.opt("Module", d.Module)
	e.opt("ModuleURI", d.ModuleURI)
	e.time("Created", d.Created)
	for i := range d.Networks {
		e.network(&d.Networks[i])
	}
	e.close("FDSNStationXML")
	if e.err == nil {
		e.err = e.w.Flush()
	}
	if e.err != nil {
		return fmt.Errorf("write StationXML: %w", e.err)
	}
	return nil
}

func (e *emitter) network(n *Network) {
	e.node("Network", &n.Node)
	e.nodeChildren(&n.Node)
	e.count("TotalNumberStations", n.TotalStations)
	e.count("SelectedNumberStations", n.SelectedStations)
	for i := range n.Stations {
		e.station(&n.Stations[i])
	}
	e.close("Network")
}

func (e *emitter) station(s *Station) {
	e.node("Station", &s.Node)
	e.nodeChildren(&s.Node)
	e.float("Latitude", s.Latitude)
	e.float("Longitude", s.Longitude)
	e.float("Elevation", s.ElevationM)
	e.open("Site")
	name := s.Site.Name
	if name == "" {
		name = s.Code // the schema demands one
	}
	e.text("Name", name)
	e.opt("Description", s.Site.Description)
	e.opt("Town", s.Site.Town)
	e.opt("County", s.Site.County)
	e.opt("Region", s.Site.Region)
	e.opt("Country", s.Site.Country)
	e.close("Site")
	e.opt("Vault", s.Vault)
	e.opt("Geology", s.Geology)
	e.time("CreationDate", s.Creation)
	e.time("TerminationDate", s.Termination)
	e.count("TotalNumberChannels", s.TotalChannels)
	e.count("SelectedNumberChannels", s.SelectedChannels)
	for i := range s.Channels {
		e.channel(&s.Channels[i])
	}
	e.close("Station")
}

func (e *emitter) channel(c *Channel) {
	e.node("Channel", &c.Node, "locationCode", c.LocationCode)
	e.nodeChildren(&c.Node)
	e.float("Latitude", c.Latitude)
	e.float("Longitude", c.Longitude)
	e.float("Elevation", c.ElevationM)
	e.float("Depth", c.DepthM)
	e.optFloat("Azimuth", c.AzimuthDeg)
	e.optFloat("Dip", c.DipDeg)
	for _, t := range c.Types {
		e.text("Type", t)
	}
	if c.SampleRateHz != 0 {
		e.float("SampleRate", c.SampleRateHz)
	}
	e.optFloat("ClockDrift", c.ClockDrift)
	if c.Calibration != nil {
		e.units("CalibrationUnits", *c.Calibration)
	}
	e.equipment("Sensor", c.Sensor)
	e.equipment("DataLogger", c.DataLogger)
	if c.Response != nil {
		e.response(c.Response)
	}
	e.close("Channel")
}

func (e *emitter) equipment(name string, q *Equipment) {
	if q == nil {
		return
	}
	e.open(name, optAttr("resourceId", q.ResourceID)...)
	e.opt("Type", q.Type)
	e.opt("Description", q.Description)
	e.opt("Manufacturer", q.Manufacturer)
	e.opt("Vendor", q.Vendor)
	e.opt("Model", q.Model)
	e.opt("SerialNumber", q.Serial)
	e.time("InstallationDate", q.Installed)
	e.time("RemovalDate", q.Removed)
	e.close(name)
}

// node opens the element of a network, station or channel.
func (e *emitter) node(name string, n *Node, more ...string) {
	if n.Code == "" && e.err == nil {
		e.err = fmt.Errorf("%s without code", name)
	}
	attrs := append([]string{"code", n.Code}, more...)
	if !n.Start.IsZero() {
		attrs = append(attrs, "startDate", formatTime(n.Start))
	}
	if !n.End.IsZero() {
		attrs = append(attrs, "endDate", formatTime(n.End))
	}
	attrs = append(attrs, optAttr("sourceID", n.SourceID)...)
	attrs = append(attrs, optAttr("restrictedStatus", n.RestrictedStatus)...)
	attrs = append(attrs, optAttr("alternateCode", n.AlternateCode)...)
	attrs = append(attrs, optAttr("historicalCode", n.HistoricalCode)...)
	e.open(name, attrs...)
}

func (e *emitter) nodeChildren(n *Node) {
	e.opt("Description", n.Description)
	for _, id := range n.Identifiers {
		e.element("Identifier", id.Value, optAttr("type", id.Type)...)
	}
}

func optAttr(name, value string) []string {
	if value == "" {
		return nil
	}
	return []string{name, value}
}

// emitter writes indented XML and keeps the first error.
type emitter struct {
	w     *bufio.Writer
	depth int
	err   error
}

func (e *emitter) raw(s string) {
	if e.err == nil {
		_, e.err = e.w.WriteString(s)
	}
}

func (e *emitter) escaped(s string) {
	if e.err == nil {
		e.err = xml.EscapeText(e.w, []byte(s))
	}
}

func (e *emitter) indent() {
	for range e.depth {
		e.raw(" ")
	}
}

func (e *emitter) start(name string, attrs []string) {
	e.indent()
	e.raw("<" + name)
	for i := 0; i+1 < len(attrs); i += 2 {
		e.raw(" " + attrs[i] + `="`)
		e.escaped(attrs[i+1])
		e.raw(`"`)
	}
	e.raw(">")
}

func (e *emitter) open(name string, attrs ...string) {
	e.start(name, attrs)
	e.raw("\n")
	e.depth++
}

func (e *emitter) close(name string) {
	e.depth--
	e.indent()
	e.raw("</" + name + ">\n")
}

func (e *emitter) element(name, text string, attrs ...string) {
	e.start(name, attrs)
	e.escaped(text)
	e.raw("</" + name + ">\n")
}

func (e *emitter) text(name, s string) { e.element(name, s) }

func (e *emitter) opt(name, s string) {
	if s != "" {
		e.element(name, s)
	}
}

func (e *emitter) float(name string, v float64, attrs ...string) {
	if (math.IsNaN(v) || math.IsInf(v, 0)) && e.err == nil {
		e.err = fmt.Errorf("%s is %v", name, v)
	}
	e.element(name, strconv.FormatFloat(v, 'G', -1, 64), attrs...)
}

func (e *emitter) optFloat(name string, v *float64) {
	if v != nil {
		e.float(name, *v)
	}
}

func (e *emitter) integer(name string, v int) { e.element(name, strconv.Itoa(v)) }

func (e *emitter) count(name string, v int) {
	if v > 0 {
		e.integer(name, v)
	}
}

func (e *emitter) time(name string, t time.Time) {
	if !t.IsZero() {
		e.element(name, formatTime(t))
	}
}
