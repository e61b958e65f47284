package sim

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"

	"houfeng/internal/seis"
	"houfeng/quakeml"
)

// Truth is one earthquake of the scene as it really happened.
type Truth struct {
	Name      string // as in the scene, or "event 3"
	Time      seis.Time
	Latitude  float64
	Longitude float64
	DepthKm   float64
	Magnitude float64 // Mw
	Type      string  // "earthquake", "aftershock" or "teleseism"
}

// Truth returns every earthquake of the scene, by origin time.
func (n *Network) Truth() []Truth {
	var out []Truth
	for _, q := range n.scene.Quakes {
		out = append(out, Truth{q.Name, n.scene.At(q.At), q.Latitude, q.Longitude, q.DepthKm, q.Magnitude, q.Kind})
	}
	for i := range n.scene.Teleseisms {
		t := &n.scene.Teleseisms[i]
		lat, lon, origin := n.Epicentre(t)
		out = append(out, Truth{t.Name, origin, lat, lon, t.DepthKm, t.Magnitude, "teleseism"})
	}
	slices.SortStableFunc(out, func(a, b Truth) int { return a.Time.Compare(b.Time) })
	for i := range out {
		out[i].Name = cmp.Or(out[i].Name, fmt.Sprintf("event %d", i+1))
	}
	return out
}

// WriteTruthCSV writes the truth as a table with the columns
// time,latitude,longitude,depth_km,magnitude,type.
func (n *Network) WriteTruthCSV(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, "time,latitude,longitude,depth_km,magnitude,type")
	for _, t := range n.Truth() {
		fmt.Fprintf(b, "%s,%.5f,%.5f,%.3f,%.2f,%s\n", t.Time, t.Latitude, t.Longitude, t.DepthKm, t.Magnitude, t.Type)
	}
	return b.Flush()
}

// WriteOnsetsCSV writes the true arrivals as a table with the columns
// station,phase,time,distance_km,event; event is the row of the truth, from 1.
func (n *Network) WriteOnsetsCSV(w io.Writer) error {
	rows := map[string]int{}
	for i, t := range n.Truth() {
		rows[fmt.Sprint(t.Time, t.Type == "teleseism", t.Latitude, t.Longitude, t.Magnitude)] = i + 1
	}
	c := csv.NewWriter(w)
	c.Write([]string{"station", "phase", "time", "distance_km", "event"})
	for _, o := range n.Onsets() {
		var key string
		if o.Distant {
			q := &n.scene.Teleseisms[o.Quake]
			lat, lon, at := n.Epicentre(q)
			key = fmt.Sprint(at, true, lat, lon, q.Magnitude)
		} else {
			q := &n.scene.Quakes[o.Quake]
			key = fmt.Sprint(n.scene.At(q.At), false, q.Latitude, q.Longitude, q.Magnitude)
		}
		c.Write([]string{o.Station, string(o.Phase), o.Time.String(), strconv.FormatFloat(o.DistanceKm, 'f', 3, 64), strconv.Itoa(rows[key])})
	}
	c.Flush()
	return c.Error()
}

// QuakeML returns the truth as a catalogue.
func (n *Network) QuakeML() *quakeml.EventParameters {
	const authority = "local.houfeng.simulator"
	ep := &quakeml.EventParameters{
		PublicID:    quakeml.NewID(authority, "catalogue"),
		Description: "What really happened in a scene of the simulator",
	}
	for i, t := range n.Truth() {
		k := strconv.Itoa(i + 1)
		origin := quakeml.NewID(authority, "origin", k)
		mag := quakeml.NewID(authority, "magnitude", k)
		depth := quakeml.Exactly(t.DepthKm * 1000)
		ep.Events = append(ep.Events, quakeml.Event{
			PublicID: quakeml.NewID(authority, "event", k), PreferredOriginID: origin, PreferredMagnitudeID: mag,
			Type: quakeml.Earthquake, TypeCertainty: "known",
			Descriptions: []quakeml.EventDescription{{Text: t.Name, Type: "earthquake name"}},
			Origins: []quakeml.Origin{{
				PublicID: origin, Time: quakeml.TimeQuantity{Value: quakeml.At(t.Time.Std())},
				Longitude: quakeml.Exactly(t.Longitude), Latitude: quakeml.Exactly(t.Latitude), Depth: &depth,
				DepthType: quakeml.DepthOperatorAssigned, Type: "hypocenter",
				EvaluationMode: quakeml.Manual, EvaluationStatus: quakeml.Final,
			}},
			Magnitudes: []quakeml.Magnitude{{
				PublicID: mag, Mag: quakeml.Exactly(t.Magnitude), Type: "Mw", OriginID: origin,
				EvaluationMode: quakeml.Manual, EvaluationStatus: quakeml.Final,
			}},
		})
	}
	return ep
}
