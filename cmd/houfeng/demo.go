package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"houfeng/internal/centre"
	"houfeng/internal/chain/acquire"
	"houfeng/internal/chain/publish/products"
	"houfeng/internal/engine/clock"
	"houfeng/internal/science/geo"
	"houfeng/internal/seis"
	"houfeng/internal/sim"
)

type demoCmd struct {
	Scene    string        `default:"demo" placeholder:"NAME" help:"Scene that comes with the program, or a file (default ${default}); --scenes lists them."`
	Scenes   bool          `help:"List the scenes that come with the program."`
	Write    string        `placeholder:"DIR" help:"Write the scene as files instead of playing it: miniSEED, StationXML and the truth, as fast as the machine can."`
	Listen   string        `default:"127.0.0.1:8470" placeholder:"ADDR" help:"Where the console listens (default ${default}; port 0: any that is free)."`
	Headless bool          `help:"Open no browser; end with the scene, and fail if the centre did not find what the scene expects."`
	For      time.Duration `placeholder:"TIME" help:"End after this time, such as 90s (default: until interrupted; headless: the scene's length)."`
	Data     string        `placeholder:"DIR" help:"Keep journal, ring, archive and catalogue here (default: a temporary folder, removed at the end)."`
	Out      string        `placeholder:"DIR" help:"At the end, write events.xml, events.csv, picks.csv, intensity.csv and summary.json here."`
	JSON     bool          `name:"json" help:"At the end, print what was found and expected as JSON."`
	Verbose  bool          `help:"Show the centre's log."`
}

// Help is the long help.
func (demoCmd) Help() string {
	return `Starts a network that does not exist, with real instruments' responses, noise and delays, and a centre
that takes its records over SeedLink like those of any other network. Earthquakes follow. The console
opens in a browser.

Exit codes: 0 ended as told (headless: and found what the scene expects); 1 failed, or did not find it.

Examples:

  houfeng demo
  houfeng demo --headless --for 90s --json --data run --out live
  houfeng demo --scene hour40 --write hour      # an hour in seconds; then replay and compare
  houfeng replay --journal run/journal --out again      # the same files, byte for byte`
}

// demo is a demonstration that runs.
type demo struct {
	*app
	cmd     *demoCmd
	network *sim.Network
	server  *sim.Server
	centre  *centre.Centre
	gather  *products.Run
	page    string // address of the console

	mu        sync.Mutex
	revisions []seis.Event // as they were said
}

func (c *demoCmd) Run(a *app) (err error) {
	if c.Scenes {
		_, err := fmt.Fprintln(a.out, strings.Join(sim.Scenes(), "\n"))
		return err
	}
	sc, err := sim.Load(c.Scene)
	if err != nil {
		return usageError{err}
	}
	if c.For < 0 {
		return usageError{fmt.Errorf("--for %s: want a time that is not negative", c.For)}
	}
	if c.For == 0 && c.Headless {
		c.For = sc.Length
	}
	d := &demo{app: a, cmd: c}
	if d.network, err = sim.NewNetwork(sc); err != nil {
		return err
	}
	if c.Write != "" {
		bar := a.progress(false)
		err := d.network.WriteFiles(a.ctx, c.Write, func(done, total time.Duration) { bar.update("write", int64(done), int64(total)) })
		bar.close()
		if err == nil {
			_, err = fmt.Fprintf(a.out, "written to %s\n", c.Write)
		}
		return err
	}
	dir := c.Data
	if dir == "" {
		if dir, err = os.MkdirTemp("", "houfeng-demo-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	if d.server, err = d.network.Listen("127.0.0.1", 0); err != nil {
		return err
	}
	defer d.server.Close()
	if err := d.open(dir); err != nil {
		return err
	}
	if err := d.run(); err != nil {
		return err
	}
	return d.end()
}

// open makes a centre that is configured for the network as an operator would.
func (d *demo) open(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	stations := filepath.Join(dir, sim.StationFile)
	f, err := os.Create(stations)
	if err != nil {
		return err
	}
	if err := errors.Join(d.network.StationXML().Write(f), f.Close()); err != nil {
		return fmt.Errorf("write metadata of the network: %w", err)
	}
	cfg := centre.DefaultConfig()
	cfg.Name, cfg.Data, cfg.Inventory = "Houfeng demonstration", dir, []string{stations}
	if cfg.HTTP.Listen, err = freeAddress(d.cmd.Listen); err != nil {
		return err
	}
	cfg.SeedLink.Listen = ""
	d.page = cfg.HTTP.Listen
	for i, addr := range d.server.Addresses() {
		cfg.Upstreams = append(cfg.Upstreams, acquire.UpstreamConfig{
			Name: fmt.Sprintf("simulator%d", i+1), URL: "seedlink://" + addr.Addr.String(), Streams: []string{"*.*"},
		})
	}
	log := io.Discard
	if d.cmd.Verbose {
		log = d.err
	}
	d.gather = products.New(products.Options{Agency: cfg.Agency})
	var notes []string
	d.centre, notes, err = centre.New(cfg, centre.Options{
		Version: version, Logger: slog.New(slog.NewTextHandler(log, nil)), Products: d.gather, OnEvent: d.event,
	})
	for _, n := range notes {
		fmt.Fprintln(d.err, n)
	}
	return err
}

// event notes a revision, and tells a person of it.
func (d *demo) event(e seis.Event) {
	d.mu.Lock()
	d.revisions = append(d.revisions, e)
	d.mu.Unlock()
	if d.cmd.JSON {
		return
	}
	o := &e.Origin
	what := fmt.Sprintf("%.2f° %.2f° %.0f km, %d phases", o.Latitude, o.Longitude, o.DepthKm, o.Phases)
	if e.Magnitude != nil {
		what = fmt.Sprintf("%s %.1f, ", e.Magnitude.Type, e.Magnitude.Value) + what
	}
	if s := strongest(e.Intensities); s != nil {
		what += fmt.Sprintf(", intensity %.1f at %s", s.GBT, s.Station)
	}
	fmt.Fprintf(d.out, "%s  %.1f s after origin, revision %d, %s: %s (%s)\n",
		o.Time.Std().Format("15:04:05.0"), e.Made.SecondsSince(o.Time), e.Revision, e.Status, what, e.Reason)
	if t := d.truth(o); t != nil {
		km, _ := geo.Distance(t.Latitude, t.Longitude, o.Latitude, o.Longitude)
		fmt.Fprintf(d.out, "            truth: M %.1f, %.2f° %.2f° %.0f km; found %.1f km and %+.2f s off\n",
			t.Magnitude, t.Latitude, t.Longitude, t.DepthKm, km, o.Time.SecondsSince(t.Time.Add(d.shift())))
	}
}

// shift is how much later the scene is played than it is written.
func (d *demo) shift() time.Duration { return d.server.Start().Sub(d.network.Scene().Start) }

// truth returns the earthquake of the scene nearest in time to an origin.
func (d *demo) truth(o *seis.Origin) *sim.Truth {
	var best *sim.Truth
	for _, t := range d.network.Truth() {
		off := o.Time.Sub(t.Time.Add(d.shift())).Abs()
		if off < 10*time.Second && (best == nil || off < o.Time.Sub(best.Time.Add(d.shift())).Abs()) {
			best = &t
		}
	}
	return best
}

// run plays the scene before the centre until the time is over.
func (d *demo) run() error {
	ctx, cancel := context.WithCancelCause(d.ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	part := func(f func(context.Context) error) {
		wg.Go(func() {
			if err := f(ctx); err != nil && ctx.Err() == nil {
				cancel(err)
			}
		})
	}
	part(func(ctx context.Context) error { return d.server.Run(ctx, clock.Wall()) })
	part(d.centre.Run)
	part(func(ctx context.Context) error {
		if err := answers(ctx, d.page); err != nil {
			return err
		}
		page := "http://" + d.page + "/"
		if !d.cmd.JSON {
			fmt.Fprintf(d.out, "console: %s\n", page)
		}
		if !d.cmd.Headless {
			openBrowser(page)
		}
		return nil
	})
	var over <-chan time.Time
	if d.cmd.For > 0 {
		t := time.NewTimer(d.cmd.For)
		defer t.Stop()
		over = t.C
	}
	select {
	case <-ctx.Done():
	case <-over:
	}
	cause := context.Cause(ctx)
	cancel(nil)
	wg.Wait()
	if cause != nil && d.ctx.Err() == nil {
		return cause
	}
	return nil
}

// freeAddress returns the address to listen on, with a free port in place of
// port 0, so that it is known before anybody listens.
func freeAddress(listen string) (string, error) {
	_, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", usageError{fmt.Errorf("--listen %q: want an address and port such as 127.0.0.1:8470", listen)}
	}
	if port != "0" {
		return listen, nil
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// answers waits until somebody listens at an address.
func answers(ctx context.Context, address string) error {
	var dialer net.Dialer
	for {
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err == nil {
			return conn.Close()
		}
		if err := clock.Wall().Sleep(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

// openBrowser shows the page where there is a desktop to show it on. That it
// cannot is no mistake: the address has been printed.
func openBrowser(page string) {
	switch runtime.GOOS {
	case "darwin":
		_ = exec.Command("open", page).Start()
	case "windows":
		_ = exec.Command("rundll32", "url.dll,FileProtocolHandler", page).Start()
	default:
		if os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" {
			_ = exec.Command("xdg-open", page).Start()
		}
	}
}

type demoJSON struct {
	Scene        string            `json:"scene"`
	Start        seis.Time         `json:"start"`
	Seconds      num               `json:"seconds"`
	Stations     int               `json:"stations"`
	Events       []foundJSON       `json:"events"`
	Revisions    int               `json:"revisions"`
	Comparison   comparisonJSON    `json:"comparison"`
	Expectations []expectationJSON `json:"expectations"`
	Data         string            `json:"data,omitempty"`
	Out          string            `json:"out,omitempty"`
}

// end writes the products and tells how the centre did.
func (d *demo) end() error {
	if d.cmd.Out != "" {
		if err := d.gather.Write(d.cmd.Out); err != nil {
			return err
		}
	}
	sc := d.network.Scene()
	start := d.server.Start()
	if start.IsZero() {
		return errors.New("demo: ended before the scene began")
	}
	now := clock.Wall().Now()
	judged := judge(sc.Shifted(start), now, d.revisions)
	comparison := againstTruth(d.network.Truth(), start.Sub(sc.Start), now, d.gather.Events())
	if d.cmd.JSON {
		out := demoJSON{
			Scene: sc.Name, Start: start, Seconds: num(now.SecondsSince(start)), Stations: len(sc.Stations),
			Events: foundOf(d.gather.Events()), Revisions: len(d.revisions), Comparison: compareJSON(&comparison),
			Expectations: judged, Data: d.cmd.Data, Out: d.cmd.Out,
		}
		if err := d.json(out); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(d.out)
		if err := d.printComparison(&comparison); err != nil {
			return err
		}
		for _, j := range judged {
			fmt.Fprintf(d.out, "%s: %s\n", j.Expected, j.Verdict)
		}
	}
	failed := 0
	for _, j := range judged {
		if j.failed {
			failed++
		}
	}
	if failed > 0 && d.cmd.Headless {
		return fmt.Errorf("demo: %d of %s of the scene not met", failed, many(len(judged), "expectation"))
	}
	return nil
}
