package httpd

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// contentTypes are those of the console's files; the machine's own table,
// which mime would ask, differs from one to the next.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".json": "application/json",
	".svg":  "image/svg+xml",
	".png":  "image/png",
	".txt":  "text/plain; charset=utf-8",
}

// page is one file of the console, compressed when it is first asked for.
type page struct {
	contentType string
	etag        string // without quotes
	body        []byte
	once        sync.Once
	packed      []byte // gzip, nil if not smaller
}

// console serves the files of Sources.Console from memory. The names do not
// change from version to version, so browsers ask each time and are told 304.
func (s *Server) console() (http.Handler, error) {
	pages := map[string]*page{}
	if s.src.Console != nil {
		err := fs.WalkDir(s.src.Console, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			body, err := fs.ReadFile(s.src.Console, name)
			if err != nil {
				return err
			}
			sum := sha256.Sum256(body)
			p := &page{body: body, etag: hex.EncodeToString(sum[:12]), contentType: contentTypes[path.Ext(name)]}
			if p.contentType == "" {
				p.contentType = "application/octet-stream"
			}
			pages["/"+name] = p
			return nil
		})
		if err != nil {
			return nil, err
		}
		if index := pages["/index.html"]; index != nil {
			pages["/"] = index
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := pages[r.URL.Path]
		if p == nil {
			problem(w, http.StatusNotFound, "nothing is at "+clip(r.URL.Path))
			return
		}
		p.serve(w, r)
	}), nil
}

func (p *page) serve(w http.ResponseWriter, r *http.Request) {
	p.once.Do(p.pack)
	h := w.Header()
	h.Set("Content-Type", p.contentType)
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
	body, etag := p.body, `"`+p.etag+`"`
	if p.packed != nil && acceptsGzip(r) {
		body, etag = p.packed, `"`+p.etag+`-gz"`
	}
	h.Set("ETag", etag)
	if etagMatches(r.Header.Get("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if len(body) != len(p.body) {
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}

func (p *page) pack() {
	if strings.HasPrefix(p.contentType, "image/png") {
		return
	}
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return
	}
	w.Write(p.body)
	w.Close()
	if out.Len() < len(p.body)-len(p.body)/20 {
		p.packed = out.Bytes()
	}
}
