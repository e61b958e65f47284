package acquire

import (
	"houfeng/internal/seis"
	"houfeng/seedlink"
)

// UpstreamStatus is how an upstream is, for people and metrics.
type UpstreamStatus struct {
	Name, URL, Identity string
	Server              string    // what it calls itself; "" before the first connection
	Connected           bool      // now
	Since               seis.Time // of the connection, or since when there is none; zero if there never was one
	LastPacket          seis.Time // arrival of the last one, a keepalive's answer included; zero if none
	Packets, Bytes      uint64    // records received
	Unasked             uint64    // records of stations that were not asked for
	Stations            int       // with a position
	Unacknowledged      int       // records received and not yet acknowledged
	Connects            uint64    // connections made; all but the first are reconnects
	Error               string    // why the last connection or attempt ended; "" if none did
	ErrorTime           seis.Time
}

// Reconnects returns how often the connection was made anew.
func (s UpstreamStatus) Reconnects() uint64 { return s.Connects - min(s.Connects, 1) }

// Status returns the upstreams in the order configured.
func (u *Upstreams) Status() []UpstreamStatus {
	out := make([]UpstreamStatus, len(u.list))
	for i, up := range u.list {
		up.mu.Lock()
		out[i] = up.status
		out[i].Stations = len(up.durable)
		out[i].Unacknowledged = up.waiting
		up.mu.Unlock()
	}
	return out
}

func (up *upstream) connected(now seis.Time, h seedlink.Hello) {
	up.mu.Lock()
	defer up.mu.Unlock()
	up.status.Connected, up.status.Since, up.status.Server = true, now, h.Line
	up.status.Connects++
}

func (up *upstream) lost(now seis.Time, err error) {
	up.mu.Lock()
	defer up.mu.Unlock()
	if up.status.Connected {
		up.status.Connected, up.status.Since = false, now
	}
	if err != nil {
		up.status.Error, up.status.ErrorTime = err.Error(), now
	}
}
