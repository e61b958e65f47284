package seedlink

import "houfeng/fdsn"

// Item is one record as a Store holds it.
type Item struct {
	Sequence uint64  // of its station; strictly increasing, never given twice, from 1
	ID       fdsn.ID // the stream
	Start    int64   // of the first sample, nanoseconds since 1970 UTC
	End      int64   // just after the last sample, nanoseconds since 1970 UTC
	Raw      []byte  // the record as received; shared, must not be changed
}

// StationInfo summarises what a Store holds of a station.
type StationInfo struct {
	Network, Station string
	Description      string       // name of the place, "" if not known
	First, Last      uint64       // sequence of the oldest and newest record; 0, 0 if none is held
	Streams          []StreamInfo // sorted by fdsn.Compare
}

// StreamInfo summarises what a Store holds of a stream.
type StreamInfo struct {
	ID         fdsn.ID
	Format     byte  // '2' or '3', the miniSEED version
	Start, End int64 // time covered, nanoseconds since 1970 UTC
}

// Store holds the newest records of many stations. The server reads it from
// many goroutines at once.
type Store interface {
	// Stations returns the stations held, sorted by network and station.
	Stations() []StationInfo

	// Bounds returns the sequences of the oldest and newest record of a
	// station, and false if the station is not known. A known station of
	// which nothing is held has first = last + 1, with last the sequence given
	// most recently, 0 if none was.
	Bounds(network, station string) (first, last uint64, ok bool)

	// Read appends to dst, in order of sequence, up to max records of a station
	// whose sequence is greater than after. If those after it are no longer
	// held, it goes on at the oldest held. It does not wait; with nothing to
	// read, or a station not known, it returns dst. An error is logged and ends the
	// connections that read.
	Read(dst []Item, network, station string, after uint64, max int) ([]Item, error)

	// Watch asks for wake to be called each time records of a station were
	// appended, after Read can return them. The server's wake does not wait
	// for clients and may be called by several goroutines, but not while
	// holding a lock that the other methods need. After stop has returned, a
	// call under way may still end, but no new one begins.
	Watch(wake func(network, station string)) (stop func())
}
