package httpd

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"houfeng/internal/engine/catalogue"
	"houfeng/internal/seis"
)

const (
	geoJSON    = "application/geo+json"
	plainJSON  = "application/json"
	maxIDBytes = 128
)

type eventsJSON struct {
	Type     string                         `json:"type"`
	Metadata eventsMetadata                 `json:"metadata"`
	Features []featureJSON[eventProperties] `json:"features"`
}

type eventsMetadata struct {
	Title string `json:"title"`
	API   string `json:"api"`
	Count int    `json:"count"`
	Limit int    `json:"limit"`
	Next  string `json:"next"` // address of the next page, "" on the last
}

// getEvents answers /events.geojson, newest origin time first.
func (s *Server) getEvents(w http.ResponseWriter, r *http.Request) {
	if s.src.Catalogue == nil {
		off("catalogue")(w, r)
		return
	}
	q, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		problem(w, http.StatusBadRequest, err.Error())
		return
	}
	limit := q.Limit
	q.Limit++ // one more tells whether there is a next page
	events, err := s.src.Catalogue.Events(r.Context(), q)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	out := eventsJSON{Type: "FeatureCollection", Features: make([]featureJSON[eventProperties], 0, min(limit, len(events)))}
	if len(events) > limit {
		events = events[:limit]
		out.Metadata.Next = nextPage(r.URL, events[limit-1].Origin.Time, events[limit-1].ID)
	}
	for i := range events {
		out.Features = append(out.Features, eventFeature(&events[i]))
	}
	out.Metadata.Title, out.Metadata.API = "Houfeng events", "1"
	out.Metadata.Count, out.Metadata.Limit = len(out.Features), limit
	s.respondJSON(w, r, geoJSON, out)
}

func nextPage(u *url.URL, time seis.Time, id string) string {
	v := u.Query()
	for name := range v {
		if l := strings.ToLower(name); l == "beforetime" || l == "beforeid" {
			v.Del(name)
		}
	}
	v.Set("beforetime", time.String())
	v.Set("beforeid", id)
	return "events.geojson?" + v.Encode()
}

// getEvent answers /events/{id} with the newest revision, and /events/{id}.xml
// with QuakeML.
func (s *Server) getEvent(w http.ResponseWriter, r *http.Request) {
	id, xml := strings.CutSuffix(r.PathValue("id"), ".xml")
	if len(id) > maxIDBytes {
		problem(w, http.StatusNotFound, "no such event")
		return
	}
	if xml {
		if s.src.QuakeML == nil {
			off("QuakeML")(w, r)
			return
		}
		b, err := s.src.QuakeML(r.Context(), id)
		if err != nil {
			s.failed(w, r, err)
			return
		}
		respond(w, r, "application/xml", b)
		return
	}
	if s.src.Catalogue == nil {
		off("catalogue")(w, r)
		return
	}
	e, err := s.src.Catalogue.Event(r.Context(), id)
	if err != nil {
		s.failed(w, r, err)
		return
	}
	s.respondJSON(w, r, plainJSON, encodeEvent(&e))
}

type revisionsJSON struct {
	ID        string      `json:"id"`
	Revisions []eventJSON `json:"revisions"` // oldest first
}

// getRevisions answers /events/{id}/revisions.
func (s *Server) getRevisions(w http.ResponseWriter, r *http.Request) {
	if s.src.Catalogue == nil {
		off("catalogue")(w, r)
		return
	}
	id := r.PathValue("id")
	if len(id) > maxIDBytes {
		problem(w, http.StatusNotFound, "no such event")
		return
	}
	events, err := s.src.Catalogue.Revisions(r.Context(), id)
	if err == nil && len(events) == 0 {
		err = catalogue.ErrNotFound
	}
	if err != nil {
		s.failed(w, r, err)
		return
	}
	out := revisionsJSON{ID: id, Revisions: make([]eventJSON, 0, len(events))}
	for i := range events {
		out.Revisions = append(out.Revisions, encodeEvent(&events[i]))
	}
	s.respondJSON(w, r, plainJSON, out)
}

// failed answers for an error of a source.
func (s *Server) failed(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, catalogue.ErrNotFound):
		problem(w, http.StatusNotFound, "no such event")
	case r.Context().Err() != nil: // the client left
	default:
		s.log.Error("http source failed", "path", r.URL.Path, "cause", err)
		problem(w, http.StatusInternalServerError, "the catalogue could not be read")
	}
}
