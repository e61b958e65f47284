package centre

import (
	"context"
	"fmt"
	"path/filepath"

	"houfeng/internal/chain/publish/products"
	"houfeng/internal/engine/archive"
	"houfeng/internal/engine/catalogue"
	"houfeng/internal/engine/journal"
	"houfeng/internal/engine/ring"
	"houfeng/internal/httpd"
	"houfeng/internal/seis"
	"houfeng/seedlink"
)

// seedlinkMemory is how many records of each station SeedLink clients can ask
// for: about an hour of three channels at 100 Hz.
const seedlinkMemory = 8192

// openEngines opens what the centre keeps, each in its folder under the data
// folder.
func (c *Centre) openEngines() error {
	at := func(name string) string { return filepath.Join(c.cfg.Data, name) }
	j, err := journal.Open(at("journal"), journal.Options{MaxAge: c.cfg.Journal.MaxAge, MaxBytes: c.cfg.Journal.MaxBytes})
	if err != nil {
		return err
	}
	c.journal, c.opened = j, append(c.opened, j)
	r, err := ring.Open(at("ring"), ring.Options{MaxBytes: c.cfg.Ring.MaxBytes})
	if err != nil {
		return err
	}
	c.ring, c.opened = r, append(c.opened, r)
	if c.cfg.Archive.Enabled {
		path := c.cfg.Archive.Path
		if path == "" {
			path = at("sds")
		}
		a, err := archive.Open(path)
		if err != nil {
			return err
		}
		c.archive, c.opened = a, append(c.opened, a)
	}
	cat, err := catalogue.OpenSQLite(at("catalogue.sqlite"))
	if err != nil {
		return err
	}
	c.catalogue, c.opened = cat, append(c.opened, cat)
	c.links = newRingStore(c.ring, seedlinkMemory, c.log)
	c.seedlink = &seedlink.Server{
		Store: c.links, Software: "Houfeng " + c.o.Version, Organization: c.cfg.Name,
		Limits: seedlink.Limits{Clients: c.cfg.SeedLink.MaxClients}, Log: c.log,
	}
	return nil
}

// parts tells the state of the centre's parts for people.
func (c *Centre) parts() []httpd.Part {
	var ps []httpd.Part
	for _, u := range c.upstreams.Status() {
		p := httpd.Part{Name: "upstream " + u.Name, OK: u.Connected}
		switch {
		case u.Connected:
			p.Detail = fmt.Sprintf("%s: connected since %s, %d records", u.URL, u.Since, u.Packets)
		case u.Error != "":
			p.Detail = u.URL + ": " + u.Error
		default:
			p.Detail = u.URL + ": not connected yet"
		}
		ps = append(ps, p)
	}
	j := httpd.Part{Name: "journal", OK: true, Detail: fmt.Sprintf("entries %d to %d", c.journal.First(), c.journal.Last())}
	first, last := c.ring.Bounds()
	ps = append(ps, j, httpd.Part{Name: "ring", OK: true, Detail: fmt.Sprintf("records %d to %d", first, last)})
	if err := c.Fault(); err != nil {
		ps = append(ps, httpd.Part{Name: "storage", Detail: err.Error()})
	}
	return ps
}

// quakeML returns the newest revision of an event as QuakeML.
func (c *Centre) quakeML(ctx context.Context, id string) ([]byte, error) {
	e, err := c.catalogue.Event(ctx, id)
	if err != nil {
		return nil, err
	}
	return products.QuakeML([]seis.Event{e}, products.Options{Agency: c.cfg.Agency})
}
