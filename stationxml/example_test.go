package stationxml_test

import (
	"fmt"
	"os"
	"time"

	"houfeng/stationxml"
)

// A channel with a flat response to velocity, as a simulator or a small network
// would describe it.
func ExampleDocument_Write() {
	d := &stationxml.Document{
		Source: "Example", Created: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		Networks: []stationxml.Network{{
			Node: stationxml.Node{Code: "XX"},
			Stations: []stationxml.Station{{
				Node: stationxml.Node{Code: "AAA"}, Latitude: 31.25, Longitude: 103.5, ElevationM: 900,
				Channels: []stationxml.Channel{{
					Node: stationxml.Node{Code: "HHZ"}, LocationCode: "00",
					Latitude: 31.25, Longitude: 103.5, ElevationM: 900, SampleRateHz: 100,
					AzimuthDeg: new(0.0), DipDeg: new(-90.0),
					Response: &stationxml.Response{Sensitivity: &stationxml.Sensitivity{
						Gain:  stationxml.Gain{Value: 6e8, FrequencyHz: 1},
						Input: stationxml.Units{Name: "m/s"}, Output: stationxml.Units{Name: "count"},
					}},
				}},
			}},
		}},
	}
	if err := d.Write(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <FDSNStationXML xmlns="http://www.fdsn.org/xml/station/1" schemaVersion="1.2">
	//  <Source>Example</Source>
	//  <Created>2026-01-01T00:00:00Z</Created>
	//  <Network code="XX">
	//   <Station code="AAA">
	//    <Latitude>31.25</Latitude>
	//    <Longitude>103.5</Longitude>
	//    <Elevation>900</Elevation>
	//    <Site>
	//     <Name>AAA</Name>
	//    </Site>
	//    <Channel code="HHZ" locationCode="00">
	//     <Latitude>31.25</Latitude>
	//     <Longitude>103.5</Longitude>
	//     <Elevation>900</Elevation>
	//     <Depth>0</Depth>
	//     <Azimuth>0</Azimuth>
	//     <Dip>-90</Dip>
	//     <SampleRate>100</SampleRate>
	//     <Response>
	//      <InstrumentSensitivity>
	//       <Value>6E+08</Value>
	//       <Frequency>1</Frequency>
	//       <InputUnits>
	//        <Name>m/s</Name>
	//       </InputUnits>
	//       <OutputUnits>
	//        <Name>count</Name>
	//       </OutputUnits>
	//      </InstrumentSensitivity>
	//     </Response>
	//    </Channel>
	//   </Station>
	//  </Network>
	// </FDSNStationXML>
}
