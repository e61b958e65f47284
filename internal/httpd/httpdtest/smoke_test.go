package httpdtest

import (
	"context"
	"testing"
	"time"

	"houfeng/internal/console"
	"houfeng/internal/httpd"
	"houfeng/internal/seis"
)

// The page loads under its content policy, without a complaint or a request to
// elsewhere, shows an earthquake as it happens, draws map and traces, and says
// so when the centre is gone.
func TestConsoleInBrowser(t *testing.T) {
	b := openBrowser(t)
	f := NewFeed(seis.TimeOf(1571117622_000000000, false))
	s, err := httpd.New(httpd.Options{Listen: "127.0.0.1:0", Centre: "Smoke centre"}, f.Sources(console.Files()))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	address, err := s.Addr(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Advance(ctx, 15*time.Second); err != nil { // the earthquake is at 20 s
		t.Fatal(err)
	}
	p := b.open(t, "http://"+address.String()+"/")
	p.await(t, "connection and history", `document.body.innerText.includes("Smoke centre") && document.querySelectorAll("[role=grid] tbody tr").length === 11`)
	if got := p.eval(t, `document.querySelector(".mag").textContent`); got != "M 2.0" {
		t.Errorf("the newest event is %q, want M 2.0", got)
	}

	if err := f.Advance(ctx, 40*time.Second); err != nil {
		t.Fatal(err)
	}
	p.await(t, "the earthquake", `document.querySelector(".mag").textContent === "M 5.2"`)
	p.await(t, "its row", `document.querySelectorAll("[role=grid] tbody tr").length === 12 && /5\.2.*VII/s.test(document.querySelector("[role=grid] tbody tr").innerText)`)
	p.await(t, "its intensities", `[...document.querySelectorAll(".strong tbody tr")].some((r) => /XX\.HF01.*VII.*6\.8.*117/s.test(r.innerText))`)
	// Pixels of more than a few colours: something was drawn.
	drawn := func(panel string) string {
		return `(() => { const c = document.querySelector("` + panel + ` canvas"); const d = new Uint32Array(c.getContext("2d").getImageData(0, 0, c.width, c.height).data.buffer);
			return new Set(d).size > 20; })()`
	}
	p.await(t, "map", drawn(".map"))
	p.await(t, "traces", drawn(".traces"))

	// By keyboard: down the list, back to the newest.
	p.eval(t, `document.querySelector("[role=grid] tr[tabindex='0']").focus()`)
	for range 2 {
		p.eval(t, `document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }))`)
	}
	p.await(t, "an older event", `document.querySelector(".mag").textContent === "M 1.6"`)
	p.eval(t, `document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }))`)
	p.await(t, "the newest event", `document.querySelector(".mag").textContent === "M 5.2"`)

	for _, c := range p.complaints() {
		t.Errorf("the page complains: %s", c)
	}
	if got := p.eval(t, `performance.getEntriesByType("resource").filter((r) => !r.name.startsWith(location.origin)).map((r) => r.name).join()`); got != "" {
		t.Errorf("the page asked elsewhere: %s", got)
	}

	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	p.await(t, "the banner", `/lost/.test(document.querySelector("[role=alert]").textContent)`)
}
