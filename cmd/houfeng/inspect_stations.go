package main

import (
	"fmt"
	"io"
	"strconv"

	"houfeng/internal/seis"
)

// stationReport is what a file says of stations and their streams.
type stationReport struct {
	Stations int             `json:"stations"`
	Channels []channelReport `json:"channels"` // epochs, sorted by stream and start
}

type channelReport struct {
	Stream      string    `json:"stream"` // a station table gives no channel
	Start       seis.Time `json:"start"`
	End         seis.Time `json:"end"`
	Latitude    num       `json:"latitude"`
	Longitude   num       `json:"longitude"`
	ElevationM  num       `json:"elevation_m"`
	DepthM      num       `json:"depth_m"`
	AzimuthDeg  num       `json:"azimuth_deg"`
	DipDeg      num       `json:"dip_deg"`
	RateHz      num       `json:"rate_hz"`
	Sensor      string    `json:"sensor,omitempty"`
	Sensitivity *num      `json:"sensitivity"` // counts per unit; null: no response
	Unit        string    `json:"unit,omitempty"`
	FrequencyHz *num      `json:"frequency_hz,omitempty"`
	Poles       int       `json:"poles"`
	Zeros       int       `json:"zeros"`
}

func stationsOf(inv *seis.Inventory) *stationReport {
	out := &stationReport{Stations: len(inv.Stations()), Channels: []channelReport{}}
	for _, id := range inv.IDs() {
		for _, c := range inv.Epochs(id) {
			r := channelReport{
				Stream: id.String(), Start: c.Start, End: c.End, Latitude: num(c.Latitude), Longitude: num(c.Longitude),
				ElevationM: num(c.ElevationM), DepthM: num(c.DepthM), AzimuthDeg: num(c.AzimuthDeg), DipDeg: num(c.DipDeg),
				RateHz: num(c.RateHz), Sensor: c.Sensor,
			}
			if c.HasResponse() {
				s, f := num(c.Response.Sensitivity), num(c.Response.FrequencyHz)
				r.Sensitivity, r.FrequencyHz, r.Unit = &s, &f, string(c.Response.Input)
				if pz := c.Response.PolesZeros; pz != nil {
					r.Poles, r.Zeros = len(pz.Poles), len(pz.Zeros)
				}
			}
			out.Channels = append(out.Channels, r)
		}
	}
	return out
}

func (s *stationReport) print(w io.Writer) error {
	fmt.Fprintf(w, "%s, %s\n", many(s.Stations, "station"), many(len(s.Channels), "channel epoch"))
	g := newGrid("stream", "start", "end", ">latitude", ">longitude", ">elevation m", ">azimuth", ">dip", ">Hz", "response")
	for i := range s.Channels {
		c := &s.Channels[i]
		when := func(t seis.Time, open string) string {
			if t.IsZero() {
				return open
			}
			return t.Std().Format("2006-01-02")
		}
		response := "none"
		if c.Sensitivity != nil {
			response = fmt.Sprintf("%.6g counts per %s at %g Hz", float64(*c.Sensitivity), c.Unit, float64(*c.FrequencyHz))
			if c.Poles+c.Zeros > 0 {
				response += fmt.Sprintf(", %d poles, %d zeros", c.Poles, c.Zeros)
			}
		}
		g.add(c.Stream, when(c.Start, "always"), when(c.End, "open"), fixed(float64(c.Latitude), 5), fixed(float64(c.Longitude), 5),
			fixed(float64(c.ElevationM), 0), fixed(float64(c.AzimuthDeg), 0), fixed(float64(c.DipDeg), 0), strconv.FormatFloat(float64(c.RateHz), 'g', -1, 64), response)
	}
	return g.print(w)
}
