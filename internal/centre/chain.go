package centre

import (
	"bytes"
	"context"
	"fmt"

	"houfeng/internal/chain"
	"houfeng/internal/chain/associate"
	"houfeng/internal/chain/intensity"
	"houfeng/internal/chain/locate"
	"houfeng/internal/chain/magnitude"
	"houfeng/internal/chain/pick"
	"houfeng/internal/chain/publish"
	"houfeng/internal/chain/publish/products"
	"houfeng/internal/chain/quality"
	"houfeng/internal/engine/bus"
	"houfeng/internal/metadata"
	"houfeng/internal/science/traveltime"
	"houfeng/internal/seis"
)

// Chain is the processing chain of one centre, put together. It is moved on by
// the entries of a journal and by nothing else: live, in a replay, in a drill
// and in tests it is this one.
//
// A setup entry starts it anew with the configuration, metadata and model that
// the entry carries, as a restart of the centre does.
type Chain struct {
	// Products gathers what was found, when not nil.
	Products *products.Run
	// Listen is called for every new bus, before the chain's own stages listen
	// on it, so that observers miss nothing.
	Listen func(bus.Bus) error
	// Workers is how many stations are processed at the same time; 0: one per core.
	Workers int

	bus       *bus.Local
	conductor *chain.Conductor
	inventory *seis.Inventory
	config    *Config
}

// Entry takes the next entry of the journal.
func (c *Chain) Entry(ctx context.Context, e seis.Entry) error {
	if e.Kind == seis.EntrySetup {
		return c.begin(ctx, e)
	}
	if c.conductor == nil {
		return fmt.Errorf("journal entry %d comes before any setup entry: nothing is known of the network", e.Serial)
	}
	return c.conductor.Entry(ctx, e)
}

// Samples returns how many samples have come since the last setup entry.
func (c *Chain) Samples() int64 {
	if c.conductor == nil {
		return 0
	}
	return c.conductor.Samples()
}

// Inventory returns the metadata in force.
func (c *Chain) Inventory() *seis.Inventory { return c.inventory }

// begin builds the chain: its parts in the order in which a sample meets them.
func (c *Chain) begin(ctx context.Context, e seis.Entry) error {
	cfg, err := ParseConfig(e.Setup.Config, "setup entry of the journal")
	if err != nil {
		return err
	}
	inv := seis.NewInventory(nil)
	if len(e.Setup.Inventory) > 0 {
		if inv, _, err = metadata.FromFiles(e.Setup.Inventory); err != nil {
			return fmt.Errorf("metadata of the setup entry: %w", err)
		}
	}
	model, err := modelOf(e.Setup.Models)
	if err != nil {
		return err
	}
	b := bus.NewLocal()
	if c.Listen != nil {
		if err := c.Listen(b); err != nil {
			return err
		}
	}

	station := func(id string) []chain.Processor {
		return []chain.Processor{
			quality.NewStation(inv, cfg.Quality),
			pick.NewStation(cfg.Pick),
			intensity.NewStation(id, inv, cfg.Intensity),
		}
	}
	conductor := chain.NewConductor(b, station, chain.Options{Workers: c.Workers})
	locator := locate.New(model, inv, cfg.Locate)
	if _, err := associate.New(inv, model, locator, b, cfg.Associate); err != nil {
		return err
	}
	if _, err := locate.NewStage(locator, b); err != nil {
		return err
	}
	if _, err := magnitude.New(inv, conductor, b, cfg.Magnitude); err != nil {
		return err
	}
	if _, err := intensity.New(inv, conductor, b, cfg.Intensity); err != nil {
		return err
	}
	say := cfg.Publish
	sized := sizable(inv)
	say.Sizable = func(o seis.Origin) bool { return canSize(sized, o) }
	if err := publish.New(b, say).Subscribe(); err != nil {
		return err
	}
	if c.Products != nil {
		c.Products.Setup(*e.Setup)
		if err := c.Products.Subscribe(b); err != nil {
			return err
		}
	}
	if c.bus != nil {
		c.bus.Close()
	}
	c.bus, c.conductor, c.inventory, c.config = b, conductor, inv, cfg
	for _, t := range cfg.Standings() {
		t.Made = e.Time
		if err := conductor.Entry(ctx, seis.Entry{Serial: e.Serial, Kind: seis.EntryTrust, Time: e.Time, Trust: &t}); err != nil {
			return err
		}
	}
	return nil
}

// sizable returns the stations ("NET.STA") at which a magnitude can be measured:
// those with a horizontal component of known response.
func sizable(inv *seis.Inventory) map[string]bool {
	out := map[string]bool{}
	for _, id := range inv.IDs() {
		if id.Component() == "Z" || id.Component() == "3" {
			continue
		}
		for _, e := range inv.Epochs(id) {
			if e.HasResponse() {
				out[id.StationID()] = true
			}
		}
	}
	return out
}

// canSize reports whether at least two stations of an origin are sizable.
func canSize(sizable map[string]bool, o seis.Origin) bool {
	with := map[string]bool{}
	for _, a := range o.Arrivals {
		if st := a.Pick.Stream.StationID(); sizable[st] {
			with[st] = true
		}
	}
	return len(with) >= 2
}

func modelOf(files []seis.File) (*Model, error) {
	if len(files) == 0 {
		return nil, fmt.Errorf("the setup entry carries no velocity model")
	}
	m, err := traveltime.ParseModel(files[0].Name, bytes.Clone(files[0].Bytes))
	if err != nil {
		return nil, fmt.Errorf("velocity model %s: %w", files[0].Name, err)
	}
	return &Model{m}, nil
}
