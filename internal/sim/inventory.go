package sim

import (
	"time"

	"houfeng/internal/science/response"
	"houfeng/internal/seis"
	"houfeng/stationxml"
)

// installed is when every instrument of a simulated network was installed.
var installed = time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC)

// Inventory returns the network's metadata in the words of the chain.
func (n *Network) Inventory() *seis.Inventory {
	var list []seis.Channel
	for _, ch := range n.Channels() {
		r := ch.Instrument.Response
		list = append(list, seis.Channel{
			ID: ch.ID, Start: seis.FromTime(installed),
			Latitude: ch.Station.Latitude, Longitude: ch.Station.Longitude, ElevationM: ch.Station.ElevationM,
			AzimuthDeg: ch.AzimuthDeg, DipDeg: ch.DipDeg, RateHz: ch.Instrument.RateHz,
			Sensor: ch.Instrument.Sensor, Response: &r, StationName: ch.Station.Name,
		})
	}
	return seis.NewInventory(list)
}

// StationXML returns the network's metadata with full responses: the sensor's
// poles and zeros, and the digitiser.
func (n *Network) StationXML() *stationxml.Document {
	doc := &stationxml.Document{Source: "Houfeng simulator", Module: "Houfeng simulator", Created: installed}
	for _, w := range n.scene.Networks {
		net := stationxml.Network{Node: stationxml.Node{
			Code: w.Code, Start: installed, SourceID: "FDSN:" + w.Code, RestrictedStatus: "open", Description: w.Name,
		}}
		for _, st := range n.stations {
			if st.Network == w.Code {
				net.Stations = append(net.Stations, describe(st))
			}
		}
		if len(net.Stations) > 0 {
			net.TotalStations, net.SelectedStations = len(net.Stations), len(net.Stations)
			doc.Networks = append(doc.Networks, net)
		}
	}
	return doc
}

func describe(st *station) stationxml.Station {
	name := st.Name
	if name == "" {
		name = st.ID()
	}
	out := stationxml.Station{
		Node:     stationxml.Node{Code: st.Code, Start: installed, SourceID: "FDSN:" + st.Network + "_" + st.Code, RestrictedStatus: "open"},
		Latitude: st.Latitude, Longitude: st.Longitude, ElevationM: st.ElevationM,
		Site: stationxml.Site{Name: name}, Creation: installed,
		TotalChannels: len(st.channels), SelectedChannels: len(st.channels),
	}
	for _, ch := range st.channels {
		az, dip := ch.AzimuthDeg, ch.DipDeg
		out.Channels = append(out.Channels, stationxml.Channel{
			Node:         stationxml.Node{Code: ch.ID.Channel, Start: installed, SourceID: ch.ID.SourceID(), RestrictedStatus: "open"},
			LocationCode: ch.ID.Location,
			Latitude:     st.Latitude, Longitude: st.Longitude, ElevationM: st.ElevationM,
			AzimuthDeg: &az, DipDeg: &dip, Types: []string{"CONTINUOUS", "GEOPHYSICAL"},
			SampleRateHz: ch.Instrument.RateHz,
			Sensor:       &stationxml.Equipment{Type: "sensor", Description: ch.Instrument.Sensor, Model: ch.Instrument.Name},
			DataLogger:   &stationxml.Equipment{Type: "datalogger", Description: "simulated digitiser, 40 V peak to peak over 24 bits"},
			Response:     respond(&ch.Instrument.Response, ch.Instrument.RateHz),
		})
	}
	return out
}

// respond writes a response as two stages: the sensor to volts, and volts to
// counts.
func respond(r *response.Response, rateHz float64) *stationxml.Response {
	const countsPerVolt = 1 << 24 / 40.0
	ground := stationxml.Units{Name: "m/s", Description: "Velocity in metres per second"}
	if r.Input == response.Acceleration {
		ground = stationxml.Units{Name: "m/s**2", Description: "Acceleration in metres per second squared"}
	}
	volts := stationxml.Units{Name: "V", Description: "Volts"}
	counts := stationxml.Units{Name: "count", Description: "Digital counts"}
	return &stationxml.Response{
		Sensitivity: &stationxml.Sensitivity{
			Gain: stationxml.Gain{Value: r.Sensitivity, FrequencyHz: r.FrequencyHz}, Input: ground, Output: counts,
		},
		Stages: []stationxml.Stage{
			{
				Number: 1,
				PolesZeros: &stationxml.PolesZeros{
					Filter: stationxml.Filter{Input: ground, Output: volts}, Type: stationxml.LaplaceRadians,
					A0: r.PolesZeros.A0, NormalisationHz: r.FrequencyHz,
					Zeros: r.PolesZeros.Zeros, Poles: r.PolesZeros.Poles,
				},
				Gain: &stationxml.Gain{Value: r.Sensitivity / countsPerVolt, FrequencyHz: r.FrequencyHz},
			},
			{
				Number: 2,
				Coefficients: &stationxml.Coefficients{
					Filter: stationxml.Filter{Input: volts, Output: counts}, Type: stationxml.Digital,
				},
				Decimation: &stationxml.Decimation{InputRateHz: rateHz, Factor: 1},
				Gain:       &stationxml.Gain{Value: countsPerVolt, FrequencyHz: r.FrequencyHz},
			},
		},
	}
}
