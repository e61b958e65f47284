package centre

import (
	"houfeng/internal/science/traveltime"
	"houfeng/internal/seis"
)

// Model gives a travel-time model in the words of the chain.
type Model struct{ *traveltime.Model }

func phase(ph seis.Phase) traveltime.Phase {
	if ph == seis.S {
		return traveltime.S
	}
	return traveltime.P
}

// Time implements locate.TravelTimes and associate.TravelTimes.
func (m *Model) Time(ph seis.Phase, depthKm, distKm, elevationM float64) (t, dtdd, dtdh float64, ok bool) {
	return m.Model.TimeAt(phase(ph), depthKm, distKm, elevationM/1000)
}

// Takeoff implements locate.TravelTimes.
func (m *Model) Takeoff(ph seis.Phase, depthKm, distKm float64) (float64, bool) {
	deg := m.Model.Takeoff(phase(ph), depthKm, distKm)
	return deg, deg == deg // not NaN
}

// Name implements locate.TravelTimes.
func (m *Model) Name() string { return m.Model.Name }
