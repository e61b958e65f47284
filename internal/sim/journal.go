package sim

import (
	"context"
	"fmt"
	"time"

	"houfeng/internal/seis"
	"houfeng/internal/sim/scene"
)

// Sink takes journal entries; every journal does.
type Sink interface {
	// Append adds an entry and returns it as stored. It does not keep the
	// receipt's bytes beyond the call.
	Append(seis.Entry) (seis.Entry, error)
}

// batch is how much time is computed at once when no clock is waited for.
const batch = 20 * time.Second

// WriteJournal writes the receipts of a scene to a sink, in order of arrival,
// as fast as the machine can: backlog first, then the scene to its end, and
// what is still on its way then. There are neither setup nor ticks; those are
// the caller's. progress, if not nil, is told how much of the scene's time is
// done.
func (n *Network) WriteJournal(ctx context.Context, sink Sink, progress func(done, total time.Duration)) error {
	return n.each(ctx, progress, func(d *Delivery) error {
		r := &seis.Receipt{
			Bytes: d.Record, Peer: "sim:" + d.Station, Source: "sim", Protocol: "seedlink/3.1",
			UpstreamSeq: int64(d.Sequence), Verdict: seis.Accepted,
		}
		if _, err := sink.Append(seis.Entry{Kind: seis.EntryReceipt, Time: d.Arrival, Receipt: r}); err != nil {
			return fmt.Errorf("write receipt of %s at %s: %w", d.ID, d.Arrival, err)
		}
		return nil
	})
}

// WriteJournal writes the receipts of a scene; see [Network.WriteJournal].
func WriteJournal(ctx context.Context, sc *scene.Scene, sink Sink, progress func(done, total time.Duration)) error {
	n, err := NewNetwork(sc)
	if err != nil {
		return err
	}
	return n.WriteJournal(ctx, sink, progress)
}

// Each calls f with every delivery of the scene, in order of arrival. The
// delivery's record may be kept.
func (n *Network) Each(ctx context.Context, f func(*Delivery) error) error {
	return n.each(ctx, nil, f)
}

func (n *Network) each(ctx context.Context, progress func(done, total time.Duration), f func(*Delivery) error) error {
	fd := newFeed(n, -n.scene.Backlog, n.scene.Length, batch)
	total := n.scene.Backlog + n.scene.Length
	for {
		list, more, err := fd.Next(ctx)
		if err != nil {
			return err
		}
		for i := range list {
			if err := f(&list[i]); err != nil {
				return err
			}
		}
		if progress != nil {
			progress(fd.next+n.scene.Backlog, total)
		}
		if !more {
			return nil
		}
	}
}
