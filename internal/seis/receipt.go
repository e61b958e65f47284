package seis

import (
	"crypto/sha256"

	"houfeng/fdsn"
	"houfeng/mseed"
)

// Verdict says what acquisition decided about the bytes of a receipt.
type Verdict uint8

const (
	Accepted  Verdict = 1 // goes to the chain
	Duplicate Verdict = 2 // the same bytes were accepted before
	Refused   Verdict = 3 // not usable; Receipt.Reason says why
)

func (v Verdict) String() string {
	switch v {
	case Accepted:
		return "accepted"
	case Duplicate:
		return "duplicate"
	case Refused:
		return "refused"
	}
	return "unknown"
}

// EntryKind tells what a journal entry holds.
type EntryKind uint8

const (
	EntrySetup   EntryKind = 1 // configuration and inventory in force from here on
	EntryReceipt EntryKind = 2 // bytes that arrived
	EntryTick    EntryKind = 3 // the clock
	EntryTrust   EntryKind = 4 // a stream's standing changed
)

// Entry is one line of the receipts journal, the only thing by which the chain
// and the guards advance. Exactly one of the pointers, that of Kind, is set
// (none for EntryTick, which has only Time).
type Entry struct {
	Serial  uint64 // position in the journal, from 1, without holes
	Kind    EntryKind
	Time    Time // centre's clock when the entry was made; never decreases
	Receipt *Receipt
	Setup   *Setup
	Trust   *Trust
}

// Receipt is everything acquisition knows of one arrival. It is written before
// anything else sees the bytes and never changed.
type Receipt struct {
	Bytes       []byte // as received: one miniSEED record, or what came instead of one
	Peer        string // remote address "host:port", or the path of the file
	Source      string // the configured upstream it came through
	Identity    string // authenticated name of the peer, "" if none
	Protocol    string // "seedlink/3.1", "file"
	UpstreamSeq int64  // sequence number or file offset at the source; −1 if none
	Verdict     Verdict
	Reason      string // why it was refused, or which receipt it repeats
}

// Setup is what a replay needs besides the receipts to come to the same result.
type Setup struct {
	Version   string // of the program
	Config    []byte // configuration in force, as `houfeng config` would print it
	Inventory []File // station metadata as read
	Models    []File // velocity models as read
}

// File is a small file carried whole.
type File struct {
	Name  string
	Bytes []byte
}

// Record is an accepted miniSEED record on its way through the chain. Raw is
// exactly what was received and is never re-encoded; a Record is shared by
// all who receive it and must not be changed.
type Record struct {
	ID      fdsn.ID
	Start   Time
	Rate    float64 // samples per second, > 0
	Count   int     // number of samples
	Arrived Time    // centre's clock at arrival
	Serial  uint64  // of its journal entry
	Header  mseed.Record
	Digest  [sha256.Size]byte // SHA-256 of the bytes received
}

// Raw returns the record as received.
func (r *Record) Raw() []byte { return r.Header.Raw }

// End returns the time just after the last sample: Start + Count/Rate.
func (r *Record) End() Time { return r.Start.AddSeconds(float64(r.Count) / r.Rate) }
