package httpd

import (
	"net/http"

	"houfeng/internal/seis"
)

type statusJSON struct {
	Version       string      `json:"version"`
	Centre        string      `json:"centre"`
	Started       stamp       `json:"started"`
	ServerMs      millis      `json:"server_ms"` // this computer's clock
	CentreMs      millis      `json:"centre_ms"` // the chain's clock; null before its first tick
	Stations      countsJSON  `json:"stations"`
	Latency       spreadJSON  `json:"latency_s"`
	Streams       int         `json:"streams"`         // that sent something
	StreamClients int         `json:"stream_clients"`  // of /stream
	StreamDropped uint64      `json:"stream_dropped"`  // clients that did not keep up
	TraceClients  int         `json:"trace_clients"`   // of /traces
	RecentRecords int         `json:"recent_records"`  // kept for traces
	RecentBytes   int         `json:"recent_bytes"`    // of them
	ObserverLost  uint64      `json:"observer_lost"`   // bus messages this server was too slow for
	StreamsBeyond uint64      `json:"streams_ignored"` // messages about streams beyond what is remembered
	Parts         []partJSON  `json:"parts"`
	Health        *healthJSON `json:"health"`
}

type partJSON struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

type healthJSON struct {
	OK     bool   `json:"ok"`
	Reason string `json:"reason"`
}

// getStatus answers /status.json.
func (s *Server) getStatus(w http.ResponseWriter, r *http.Request) {
	out := statusJSON{Version: s.o.Version, Centre: s.o.Centre,
		Started: stamp(seis.FromTime(s.started)), ServerMs: millis(seis.FromTime(s.o.Now())), Parts: []partJSON{}}
	var now seis.Time
	out.Stations, out.Latency, now = s.net.counts(s.stationIDs())
	out.CentreMs = millis(now)
	s.net.mu.Lock()
	out.Streams, out.StreamsBeyond = s.net.streams, s.net.ignored
	s.net.mu.Unlock()
	out.StreamClients, out.StreamDropped = s.stream.count()
	out.TraceClients, out.RecentRecords, out.RecentBytes = s.traces.count()
	for _, e := range s.ears {
		out.ObserverLost += e.from.Lost()
	}
	if s.src.Parts != nil {
		for _, p := range s.src.Parts() {
			out.Parts = append(out.Parts, partJSON(p))
		}
	}
	out.Health = &healthJSON{OK: true}
	if err := s.health(r); err != nil {
		out.Health = &healthJSON{OK: false, Reason: err.Error()}
	}
	s.respondJSON(w, r, plainJSON, out)
}

func (s *Server) health(r *http.Request) error {
	if s.src.Health == nil {
		return nil
	}
	return s.src.Health(r.Context())
}

// getHealth answers /healthz for a supervisor: 200 and "ok", or 503 and why.
func (s *Server) getHealth(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	if err := s.health(r); err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		w.Write([]byte(err.Error() + "\n"))
		return
	}
	w.Write([]byte("ok\n"))
}
