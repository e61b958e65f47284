package httpd

import (
	"houfeng/internal/seis"
)

type trustJSON struct {
	Standing   string   `json:"standing"` // "use", "non-deciding", "excluded"
	Weight     num      `json:"weight"`   // factor of a pick's weight, 0–1
	Reasons    []string `json:"reasons"`
	FateGroups []string `json:"fate_groups"`
}

type pickJSON struct {
	ID              string    `json:"id"`
	Stream          string    `json:"stream"` // NET.STA.LOC.CHA
	Station         string    `json:"station"`
	Phase           string    `json:"phase"`
	Time            stamp     `json:"time"`
	TimeMs          millis    `json:"time_ms"`
	SigmaS          num       `json:"sigma_s"`
	SNR             num       `json:"snr"`
	AmplitudeCounts num       `json:"amplitude_counts"`
	Polarity        string    `json:"polarity"` // "up", "down", "unknown"
	Method          string    `json:"method"`
	Made            stamp     `json:"made"`
	Trust           trustJSON `json:"trust"`
}

func encodePick(p *seis.Pick) pickJSON {
	polarity := "unknown"
	switch p.Polarity {
	case 1:
		polarity = "up"
	case -1:
		polarity = "down"
	}
	return pickJSON{
		ID: p.ID, Stream: p.Stream.String(), Station: p.Stream.StationID(), Phase: string(p.Phase),
		Time: stamp(p.Time), TimeMs: millis(p.Time), SigmaS: signif(p.SigmaS, 4), SNR: signif(p.SNR, 4),
		AmplitudeCounts: signif(p.Amplitude, 6), Polarity: polarity, Method: p.Method, Made: stamp(p.Made),
		Trust: trustJSON{Standing: p.Trust.Standing.String(), Weight: num(p.Trust.PickWeight()),
			Reasons: list(p.Trust.Reasons), FateGroups: list(p.Trust.FateGroups)},
	}
}

// shakingJSON is the motion at a station during one second, or during an
// event.
type shakingJSON struct {
	Station     string   `json:"station"`
	Stream      string   `json:"stream"` // NET.STA.LOC.BS: band and source of the sensor used
	EventID     string   `json:"event_id"`
	StartMs     millis   `json:"start_ms"`
	WindowS     num      `json:"window_s"`
	Latitude    num      `json:"latitude_deg"`
	Longitude   num      `json:"longitude_deg"`
	DistanceKm  num      `json:"distance_km"` // epicentral; null without an event
	PGAGal      num      `json:"pga_gal"`
	PGVCmS      num      `json:"pgv_cm_s"`
	PGANorthGal num      `json:"pga_north_gal"`
	PGAEastGal  num      `json:"pga_east_gal"`
	PGAUpGal    num      `json:"pga_up_gal"`
	GBT         num      `json:"gbt"`
	JMA         num      `json:"jma"`
	Components  int      `json:"components"`
	Flags       []string `json:"flags"`
}

func encodeShaking(v *seis.Shaking) shakingJSON {
	return shakingJSON{
		Station: v.Station, Stream: v.Stream.String(), EventID: v.EventID, StartMs: millis(v.Start), WindowS: num(v.WindowS),
		Latitude: round(v.Latitude, 5), Longitude: round(v.Longitude, 5), DistanceKm: round(v.DistanceKm, 2),
		PGAGal: signif(v.PGA, 4), PGVCmS: signif(v.PGV, 4),
		PGANorthGal: signif(v.PGANorth, 4), PGAEastGal: signif(v.PGAEast, 4), PGAUpGal: signif(v.PGAUp, 4),
		GBT: round(v.GBT, 1), JMA: jmaTenths(v.JMA), Components: v.Components, Flags: list(v.Flags),
	}
}

func encodeShakings(vs []seis.Shaking) []shakingJSON {
	out := make([]shakingJSON, 0, len(vs))
	for i := range vs {
		out = append(out, encodeShaking(&vs[i]))
	}
	return out
}

// The messages of /stream; see docs/http.md.

type helloJSON struct {
	Version    string `json:"version"`
	Centre     string `json:"centre"`
	HeartbeatS num    `json:"heartbeat_s"`
	Resumed    int    `json:"resumed"` // events that follow because of Last-Event-ID
}

type picksJSON struct {
	Picks []pickJSON `json:"picks"` // oldest first
}

type runningJSON struct {
	Stations []runningStationJSON `json:"stations"`
}

// runningStationJSON is shakingJSON cut to what changes from second to second;
// it is sent for every station every second.
type runningStationJSON struct {
	Station string `json:"station"`
	StartMs millis `json:"start_ms"`
	PGAGal  num    `json:"pga_gal"`
	PGVCmS  num    `json:"pgv_cm_s"`
	GBT     num    `json:"gbt"`
	JMA     num    `json:"jma"`
}

func encodeRunning(v *seis.Shaking) runningStationJSON {
	return runningStationJSON{v.Station, millis(v.Start), signif(v.PGA, 3), signif(v.PGV, 3), round(v.GBT, 1), jmaTenths(v.JMA)}
}

type statesJSON struct {
	Stations []stationStateJSON `json:"stations"`
}

type tickJSON struct {
	CentreMs millis     `json:"centre_ms"` // the chain's clock; null before its first tick
	ServerMs millis     `json:"server_ms"` // this computer's clock
	Counts   countsJSON `json:"stations"`
	Latency  spreadJSON `json:"latency_s"`
}

type resyncJSON struct {
	Reason string `json:"reason"`
}
