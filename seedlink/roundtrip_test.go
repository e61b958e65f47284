package seedlink

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

var errEnough = errors.New("enough")

// pipeClient returns a dial function that connects to s within the bubble.
func pipeDial(ctx context.Context, s *Server) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) {
		a, b := net.Pipe()
		go s.ServeConn(ctx, b)
		return a, nil
	}
}

func TestRoundTrip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		m := NewMemory(MemoryConfig{})
		fill(m, abcZ, epoch, 5)
		fill(m, defZ, epoch, 3)
		s := &Server{Store: m, Organization: "Test"}
		c := &Client{Address: "pipe", Dial: pipeDial(ctx, s), Streams: []StreamRequest{
			{Network: "XX", Station: "ABC", Selectors: []string{"HH?"}},
			{Network: "*", Station: "DEF"},
		}, Resume: State{"XX.ABC": {Sequence: 1}, "XX.DEF": {Sequence: 2}}}
		var got []string
		go func() {
			time.Sleep(time.Second)
			fill(m, defZ, epoch.Add(time.Hour), 1)
		}()
		err := c.Run(ctx, func(p Packet) error {
			if p.Info {
				return nil
			}
			got = append(got, p.Network+"."+p.Station)
			if len(got) == 6 {
				return errEnough
			}
			return nil
		})
		if !errors.Is(err, errEnough) || len(got) != 6 {
			t.Errorf("got %v, error %v", got, err)
		}
		cancel()
		synctest.Wait()
	})
}
