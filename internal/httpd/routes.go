package httpd

import (
	"fmt"
	"net/http"
)

// routes lists every address the server answers, in the order in which a
// newcomer meets them.
func (s *Server) routes() (http.Handler, error) {
	mux := http.NewServeMux()

	// For people.
	page, err := s.console()
	if err != nil {
		return nil, fmt.Errorf("read console: %w", err)
	}
	mux.Handle("GET /", page)

	// What was found.
	mux.HandleFunc("GET /events.geojson", s.getEvents)
	mux.HandleFunc("GET /events/{id}", s.getEvent) // also {id}.xml
	mux.HandleFunc("GET /events/{id}/revisions", s.getRevisions)

	// What it was found with.
	mux.HandleFunc("GET /stations.geojson", s.getStations)

	// As it happens.
	mux.HandleFunc("GET /stream", s.getStream) // server-sent events
	mux.HandleFunc("GET /traces", s.getTraces) // WebSocket, waveforms

	// How the centre is.
	mux.HandleFunc("GET /status.json", s.getStatus)
	mux.HandleFunc("GET /healthz", s.getHealth)
	if s.src.Metrics != nil {
		mux.Handle("GET /metrics", s.src.Metrics)
	} else {
		mux.HandleFunc("GET /metrics", off("metrics"))
	}
	return s.guarded(mux), nil
}

// off answers for an address whose source was not configured.
func off(what string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		problem(w, http.StatusNotFound, "this centre has no "+what+" configured")
	}
}
