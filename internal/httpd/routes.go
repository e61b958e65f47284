package httpd

import (
	"fmt"
	"net/http"
)

// route is one address. Methods other than GET and HEAD are answered with 405.
type route struct {
	pattern string
	answer  http.Handler
}

// table lists every address the server answers but for the console's files,
// in the order in which a newcomer meets them. docs/openapi.yaml says the same,
// and a test compares.
func (s *Server) table() []route {
	return []route{
		// What was found.
		{"/events.geojson", http.HandlerFunc(s.getEvents)},
		{"/events/{id}", http.HandlerFunc(s.getEvent)}, // also {id}.xml
		{"/events/{id}/revisions", http.HandlerFunc(s.getRevisions)},
		// What it was found with.
		{"/stations.geojson", http.HandlerFunc(s.getStations)},
		// As it happens.
		{"/stream", http.HandlerFunc(s.getStream)}, // server-sent events
		{"/traces", http.HandlerFunc(s.getTraces)}, // WebSocket, waveforms
		// How the centre is.
		{"/status.json", http.HandlerFunc(s.getStatus)},
		{"/healthz", http.HandlerFunc(s.getHealth)},
		{"/metrics", s.metrics()},
	}
}

func (s *Server) routes() (http.Handler, error) {
	mux := http.NewServeMux()
	for _, r := range s.table() {
		mux.Handle("GET "+r.pattern, r.answer)
	}
	pages, err := s.console()
	if err != nil {
		return nil, fmt.Errorf("read console: %w", err)
	}
	mux.Handle("GET /", pages)
	return s.guarded(mux), nil
}

func (s *Server) metrics() http.Handler {
	if s.src.Metrics == nil {
		return off("metrics")
	}
	return s.src.Metrics
}

// off answers for an address whose source was not configured.
func off(what string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		problem(w, http.StatusNotFound, "this centre has no "+what+" configured")
	}
}
