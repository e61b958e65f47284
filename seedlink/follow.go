package seedlink

import (
	"context"
	"errors"
	"time"
)

// Backoff says how long Follow waits between connections: First after the first
// failure, twice as long after each further one, at most Max. A connection that
// brought a packet begins anew. The waits are the same every time.
type Backoff struct {
	First, Max time.Duration // 0 means 1 s and 1 min
}

// wait returns the pause after n failures in a row, n from 1.
func (b Backoff) wait(n int) time.Duration {
	if b.First <= 0 {
		b.First = time.Second
	}
	if b.Max <= 0 {
		b.Max = time.Minute
	}
	d := b.First
	for ; n > 1 && d < b.Max; n-- {
		d *= 2
	}
	return min(d, b.Max)
}

// Follow keeps connected until ctx ends, whose error it returns: it calls Run
// again and again, each time from where the last connection ended, and tells
// lost (if not nil) why each connection ended. It returns nil when a server
// ends a dial-up or window request, and the handler's error at once.
func (c *Client) Follow(ctx context.Context, b Backoff, lost func(error), handler func(Packet) error) error {
	failures := 0
	for {
		var refused error // of the handler
		err := c.Run(ctx, func(p Packet) error {
			failures = 0
			refused = handler(p)
			return refused
		})
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case refused != nil:
			return err
		case err == nil && (c.Dialup || !c.End.IsZero()):
			return nil
		case err == nil:
			err = errEnded
		}
		failures++
		if lost != nil {
			lost(err)
		}
		c.log("connection lost", "error", err, "next try", b.wait(failures))
		timer := time.NewTimer(b.wait(failures))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
}

var errEnded = errors.New("server ended the stream")
