package httpdtest

import (
	"log/slog"
	"os"
	"os/signal"
	"testing"
	"time"

	"houfeng/internal/console"
	"houfeng/internal/httpd"
	"houfeng/internal/seis"
)

// TestServe plays the feed to whoever looks, until interrupted:
//
//	HOUFENG_FEED=127.0.0.1:8470 go test -run TestServe -timeout 0 -v ./internal/httpd/httpdtest
//
// HOUFENG_FEED_AHEAD (a duration, such as 45s) begins that much later.
func TestServe(t *testing.T) {
	listen := os.Getenv("HOUFENG_FEED")
	if listen == "" {
		t.Skip("set HOUFENG_FEED to an address to look at the console")
	}
	ahead, _ := time.ParseDuration(os.Getenv("HOUFENG_FEED_AHEAD"))
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt)
	defer stop()
	f := NewFeed(seis.FromTime(time.Now().Add(-ahead).Truncate(time.Second)))
	s, err := httpd.New(httpd.Options{Listen: listen, Version: "preview", Centre: "Made-up centre",
		Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))}, f.Sources(console.Files()))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	if _, err := s.Addr(ctx); err != nil {
		t.Fatal(err)
	}
	if err := f.Advance(ctx, ahead); err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
	if err := f.Run(ctx); err != nil && ctx.Err() == nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
