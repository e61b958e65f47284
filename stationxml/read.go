package stationxml

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrNotStationXML is returned, wrapped, when the root element is another one:
// the document may be sound, but is of another kind.
var ErrNotStationXML = errors.New("not a StationXML document")

// Read reads a document within the default [Limits].
func Read(r io.Reader) (*Document, error) { return ReadLimited(r, Limits{}) }

// ReadLimited reads a document. Elements that the standard requires for a
// channel to be usable (codes, coordinates, the value of a sensitivity, …) must
// be there; others may be missing, whatever the schema says.
func ReadLimited(r io.Reader, lim Limits) (*Document, error) {
	p := &parser{cursor: newCursor(r, lim.withDefaults())}
	doc, err := p.document()
	if err != nil {
		return nil, fmt.Errorf("read StationXML: %w", err)
	}
	return doc, nil
}

type parser struct {
	*cursor
	networks, stations, channels int
}

func (p *parser) document() (*Document, error) {
	for {
		tok, err := p.d.Token()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%w: no element at all", ErrNotStationXML)
		}
		if err != nil {
			return nil, p.wrap(err)
		}
		e, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		if e.Name.Local != "FDSNStationXML" {
			return nil, fmt.Errorf("%w: root element is %q", ErrNotStationXML, clip(e.Name.Local))
		}
		doc, err := p.root(e)
		if err != nil {
			return nil, err
		}
		return doc, p.tail()
	}
}

// tail makes sure that nothing but blanks and comments follows the root.
func (p *parser) tail() error {
	for {
		tok, err := p.d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return p.wrap(err)
		}
		if e, ok := tok.(xml.StartElement); ok {
			return p.errorf("element %q after the end of the document", clip(e.Name.Local))
		}
	}
}

func (p *parser) root(e xml.StartElement) (*Document, error) {
	if ns := e.Name.Space; ns != "" && ns != Namespace {
		return nil, fmt.Errorf("%w: namespace is %q, want %q", ErrNotStationXML, clip(ns), Namespace)
	}
	doc := &Document{}
	var err error
	if doc.SchemaVersion, err = p.attr(e, "schemaVersion"); err != nil {
		return nil, err
	}
	if v := doc.SchemaVersion; v != "" && v != "1" && !strings.HasPrefix(v, "1.") {
		return nil, p.errorf("schema version %q, want 1.0 to 1.2", clip(v))
	}
	err = p.children("FDSNStationXML", func(e xml.StartElement) error {
		switch e.Name.Local {
		case "Source":
			return p.str(e, &doc.Source)
		case "Sender":
			return p.str(e, &doc.Sender)
		case "Module":
			return p.str(e, &doc.Module)
		case "ModuleURI":
			return p.str(e, &doc.ModuleURI)
		case "Created":
			return p.time(e, &doc.Created)
		case "Network":
			if p.networks++; p.networks > p.lim.Networks {
				return p.errorf("more than %d networks", p.lim.Networks)
			}
			n, err := p.network(e)
			doc.Networks = append(doc.Networks, n)
			return err
		}
		return p.skip()
	})
	if err != nil {
		return nil, err
	}
	return doc, nil
}

// node reads the attributes of a network, station or channel.
func (p *parser) node(e xml.StartElement, n *Node) error {
	var start, end string
	for _, a := range []struct {
		name string
		v    *string
	}{
		{"code", &n.Code}, {"startDate", &start}, {"endDate", &end}, {"sourceID", &n.SourceID},
		{"restrictedStatus", &n.RestrictedStatus}, {"alternateCode", &n.AlternateCode}, {"historicalCode", &n.HistoricalCode},
	} {
		var err error
		if *a.v, err = p.attr(e, a.name); err != nil {
			return err
		}
	}
	if n.Code == "" {
		return p.errorf("%s has no code", e.Name.Local)
	}
	var err error
	if start != "" {
		if n.Start, err = parseTime(start); err != nil {
			return p.errorf("%s %s: startDate: %w", e.Name.Local, clip(n.Code), err)
		}
	}
	if end != "" {
		if n.End, err = parseTime(end); err != nil {
			return p.errorf("%s %s: endDate: %w", e.Name.Local, clip(n.Code), err)
		}
	}
	return nil
}

// nodeChild reads a child that all nodes share; done is false if e is none.
func (p *parser) nodeChild(e xml.StartElement, n *Node) (done bool, err error) {
	switch e.Name.Local {
	case "Description":
		return true, p.str(e, &n.Description)
	case "Identifier":
		if len(n.Identifiers) >= 100 {
			return true, p.errorf("more than 100 identifiers")
		}
		var id Identifier
		if id.Type, err = p.attr(e, "type"); err != nil {
			return true, err
		}
		err = p.str(e, &id.Value)
		n.Identifiers = append(n.Identifiers, id)
		return true, err
	}
	return false, nil
}

func (p *parser) network(e xml.StartElement) (n Network, err error) {
	if err = p.node(e, &n.Node); err != nil {
		return n, err
	}
	err = p.children("Network["+clip(n.Code)+"]", func(e xml.StartElement) error {
		if done, err := p.nodeChild(e, &n.Node); done {
			return err
		}
		switch e.Name.Local {
		case "TotalNumberStations":
			return p.integer(e, &n.TotalStations)
		case "SelectedNumberStations":
			return p.integer(e, &n.SelectedStations)
		case "Station":
			if p.stations++; p.stations > p.lim.Stations {
				return p.errorf("more than %d stations", p.lim.Stations)
			}
			s, err := p.station(e)
			n.Stations = append(n.Stations, s)
			return err
		}
		return p.skip()
	})
	return n, err
}

func (p *parser) station(e xml.StartElement) (s Station, err error) {
	if err = p.node(e, &s.Node); err != nil {
		return s, err
	}
	has := required{}
	err = p.children("Station["+clip(s.Code)+"]", func(e xml.StartElement) error {
		if done, err := p.nodeChild(e, &s.Node); done {
			return err
		}
		has.saw(e)
		switch e.Name.Local {
		case "Latitude":
			return p.within(e, &s.Latitude, -90, 90)
		case "Longitude":
			return p.within(e, &s.Longitude, -180, 180)
		case "Elevation":
			return p.number(e, &s.ElevationM)
		case "Site":
			return p.site(&s.Site)
		case "Vault":
			return p.str(e, &s.Vault)
		case "Geology":
			return p.str(e, &s.Geology)
		case "CreationDate":
			return p.time(e, &s.Creation)
		case "TerminationDate":
			return p.time(e, &s.Termination)
		case "TotalNumberChannels":
			return p.integer(e, &s.TotalChannels)
		case "SelectedNumberChannels":
			return p.integer(e, &s.SelectedChannels)
		case "Channel":
			if p.channels++; p.channels > p.lim.Channels {
				return p.errorf("more than %d channels", p.lim.Channels)
			}
			c, err := p.channel(e)
			s.Channels = append(s.Channels, c)
			return err
		}
		return p.skip()
	})
	if err != nil {
		return s, err
	}
	if m := has.missing("Latitude", "Longitude"); m != "" {
		return s, p.errorf("Station[%s]: no %s", clip(s.Code), m)
	}
	return s, nil
}

func (p *parser) site(s *Site) error {
	return p.children("Site", func(e xml.StartElement) error {
		switch e.Name.Local {
		case "Name":
			return p.str(e, &s.Name)
		case "Description":
			return p.str(e, &s.Description)
		case "Town":
			return p.str(e, &s.Town)
		case "County":
			return p.str(e, &s.County)
		case "Region":
			return p.str(e, &s.Region)
		case "Country":
			return p.str(e, &s.Country)
		}
		return p.skip()
	})
}

func (p *parser) channel(e xml.StartElement) (c Channel, err error) {
	if err = p.node(e, &c.Node); err != nil {
		return c, err
	}
	if c.LocationCode, err = p.attr(e, "locationCode"); err != nil {
		return c, err
	}
	if c.LocationCode == "--" {
		c.LocationCode = ""
	}
	has := required{}
	err = p.children("Channel["+clip(c.LocationCode)+"."+clip(c.Code)+"]", func(e xml.StartElement) error {
		if done, err := p.nodeChild(e, &c.Node); done {
			return err
		}
		has.saw(e)
		switch e.Name.Local {
		case "Latitude":
			return p.within(e, &c.Latitude, -90, 90)
		case "Longitude":
			return p.within(e, &c.Longitude, -180, 180)
		case "Elevation":
			return p.number(e, &c.ElevationM)
		case "Depth":
			return p.number(e, &c.DepthM)
		case "Azimuth":
			return p.optional(e, &c.AzimuthDeg)
		case "Dip":
			return p.optional(e, &c.DipDeg)
		case "Type":
			if len(c.Types) >= 100 {
				return p.errorf("more than 100 types")
			}
			var t string
			err := p.str(e, &t)
			c.Types = append(c.Types, t)
			return err
		case "SampleRate":
			return p.within(e, &c.SampleRateHz, 0, 1e9)
		case "ClockDrift":
			return p.optional(e, &c.ClockDrift)
		case "CalibrationUnits":
			c.Calibration = &Units{}
			return p.units("CalibrationUnits", c.Calibration)
		case "Sensor":
			c.Sensor = &Equipment{}
			return p.equipment(e, c.Sensor)
		case "DataLogger":
			c.DataLogger = &Equipment{}
			return p.equipment(e, c.DataLogger)
		case "Response":
			c.Response = &Response{}
			return p.response(c.Response)
		}
		return p.skip()
	})
	if err != nil {
		return c, err
	}
	if m := has.missing("Latitude", "Longitude"); m != "" {
		return c, p.errorf("Channel[%s.%s]: no %s", clip(c.LocationCode), clip(c.Code), m)
	}
	return c, nil
}

func (p *parser) equipment(e xml.StartElement, q *Equipment) (err error) {
	if q.ResourceID, err = p.attr(e, "resourceId"); err != nil {
		return err
	}
	return p.children(e.Name.Local, func(e xml.StartElement) error {
		switch e.Name.Local {
		case "Type":
			return p.str(e, &q.Type)
		case "Description":
			return p.str(e, &q.Description)
		case "Manufacturer":
			return p.str(e, &q.Manufacturer)
		case "Vendor":
			return p.str(e, &q.Vendor)
		case "Model":
			return p.str(e, &q.Model)
		case "SerialNumber":
			return p.str(e, &q.Serial)
		case "InstallationDate":
			return p.time(e, &q.Installed)
		case "RemovalDate":
			return p.time(e, &q.Removed)
		}
		return p.skip()
	})
}

// required remembers which elements were there.
type required map[string]bool

func (r required) saw(e xml.StartElement) {
	switch e.Name.Local {
	case "Latitude", "Longitude", "Value", "Frequency", "Real", "Imaginary", "PzTransferFunctionType":
		r[e.Name.Local] = true
	}
}

func (r required) missing(names ...string) string {
	var m []string
	for _, n := range names {
		if !r[n] {
			m = append(m, n)
		}
	}
	return strings.Join(m, ", ")
}
