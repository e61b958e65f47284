package httpd

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"
)

const (
	maxURLBytes  = 4 << 10
	maxBodyBytes = 4 << 10 // nothing here takes a body; this is what is read and thrown away
)

// contentPolicy lets the console load what this server serves and nothing
// else: no inline script or style, no frame, no form.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guarded wraps h with what holds for every request: security headers, host
// check, size limits, a log line, and an answer when a handler panics.
func (s *Server) guarded(h http.Handler) http.Handler {
	h = http.MaxBytesHandler(h, maxBodyBytes)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		head := w.Header()
		head.Set("Content-Security-Policy", contentPolicy)
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("X-Frame-Options", "DENY")
		head.Set("Referrer-Policy", "no-referrer")
		head.Set("Cross-Origin-Opener-Policy", "same-origin")
		head.Set("Cross-Origin-Resource-Policy", "same-origin")
		head.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")

		rec := &recorder{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				s.log.Error("http handler panicked", "path", r.URL.Path, "cause", fmt.Sprint(p), "stack", string(debug.Stack()))
				if rec.status == 0 {
					problem(rec, http.StatusInternalServerError, "the request could not be answered")
				}
			}
			s.log.Debug("http request", "method", r.Method, "path", r.URL.Path, "status", rec.status,
				"from", r.RemoteAddr, "ms", float64(time.Since(begin).Microseconds())/1000)
		}()
		switch {
		case !hostAllowed(r.Host, s.o.Hosts):
			problem(rec, http.StatusMisdirectedRequest,
				fmt.Sprintf("host %q is not a name of this centre; the operator can add it to the hosts it answers to", clip(r.Host)))
		case len(r.RequestURI) > maxURLBytes:
			problem(rec, http.StatusRequestURITooLong, fmt.Sprintf("address has %d bytes, at most %d are read", len(r.RequestURI), maxURLBytes))
		case r.Header.Get("Sec-Fetch-Site") == "cross-site" && r.Header.Get("Sec-Fetch-Mode") != "navigate":
			// A page of another site makes its visitor's browser ask; it could not read the answer anyway.
			problem(rec, http.StatusForbidden, "requests from pages of other sites are not answered")
		default:
			h.ServeHTTP(rec, r)
		}
	})
}

// hostAllowed keeps a page of a stranger from reaching the centre by letting
// its own name resolve to the centre's address (DNS rebinding): only plain
// addresses, localhost and configured names are answered to.
func hostAllowed(hostport string, names []string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	for _, n := range names {
		if n == "*" || strings.EqualFold(n, host) {
			return true
		}
	}
	return false
}

// recorder remembers the status for the log. It unwraps, so that
// http.ResponseController and the WebSocket upgrade reach the connection.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func clip(s string) string {
	if len(s) > 64 {
		return s[:64] + "…"
	}
	return s
}
