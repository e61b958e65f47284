package ring

import (
	"encoding/binary"
	"fmt"
	"sync"

	"houfeng/fdsn"
	"houfeng/internal/engine/seglog"
	"houfeng/internal/seis"
)

// A frame of the ring's log is a record (docs/formats/ring.md): its number is
// the record's position, its time when it was appended, its kind 1. Payload,
// little-endian:
//
//	 0   8  u64  sequence
//	 8   8  i64  start, nanoseconds
//	16   8  i64  end, nanoseconds
//	24   1  u8   flags: 1 the start lies in a leap second, 2 the end does
//	25   1  u8   format: '2' or '3'
//	26   4       lengths of network, station, location and channel code
//	30           the codes
//	             the record as received
const (
	kindRecord = 1
	itemHead   = 30
)

func appendItem(b []byte, it *Item) []byte {
	b = binary.LittleEndian.AppendUint64(b, it.Sequence)
	b = binary.LittleEndian.AppendUint64(b, uint64(it.Start.Nanos()))
	b = binary.LittleEndian.AppendUint64(b, uint64(it.End.Nanos()))
	b = append(b, leapFlags(it.Start, it.End), it.Format)
	b = appendID(b, it.ID)
	return append(b, it.Raw...)
}

func appendID(b []byte, id fdsn.ID) []byte {
	b = append(b, byte(len(id.Network)), byte(len(id.Station)), byte(len(id.Location)), byte(len(id.Channel)))
	b = append(b, id.Network...)
	b = append(b, id.Station...)
	b = append(b, id.Location...)
	return append(b, id.Channel...)
}

// decodeItem is the inverse of appendItem. The item's Raw is part of the
// payload.
func decodeItem(f seglog.Frame, ids *idTable) (Item, error) {
	if f.Kind != kindRecord {
		return Item{}, fmt.Errorf("frame of unknown kind %d", f.Kind)
	}
	b := f.Payload
	if len(b) < itemHead {
		return Item{}, fmt.Errorf("payload of %d bytes, at least %d", len(b), itemHead)
	}
	if b[24] > startLeap|endLeap {
		return Item{}, fmt.Errorf("flags %#02x", b[24])
	}
	id, n, ok := ids.take(b[26:])
	if !ok {
		return Item{}, fmt.Errorf("codes end beyond the payload of %d bytes", len(b))
	}
	it := Item{
		Position: f.Number,
		Sequence: binary.LittleEndian.Uint64(b),
		ID:       id,
		Start:    seis.TimeOf(int64(binary.LittleEndian.Uint64(b[8:])), b[24]&startLeap != 0),
		End:      seis.TimeOf(int64(binary.LittleEndian.Uint64(b[16:])), b[24]&endLeap != 0),
		Format:   b[25],
		Raw:      b[26+n:],
	}
	return it, nil
}

// idTable gives equal codes the same strings, so that reading a million records
// does not make four million strings.
type idTable struct {
	mu  sync.RWMutex
	ids map[string]fdsn.ID // by encoding
}

func newIDTable() *idTable { return &idTable{ids: map[string]fdsn.ID{}} }

// mostIDs bounds the table: more streams than this are decoded one by one.
const mostIDs = 1 << 17

// take reads an id from the front of b and returns how many bytes it took.
func (t *idTable) take(b []byte) (id fdsn.ID, n int, ok bool) {
	if len(b) < 4 {
		return fdsn.ID{}, 0, false
	}
	n = 4 + int(b[0]) + int(b[1]) + int(b[2]) + int(b[3])
	if n > len(b) {
		return fdsn.ID{}, 0, false
	}
	t.mu.RLock()
	id, known := t.ids[string(b[:n])]
	t.mu.RUnlock()
	if known {
		return id, n, true
	}
	key := string(b[:n])
	codes := key[4:]
	cut := func(n byte) string {
		s := codes[:n]
		codes = codes[n:]
		return s
	}
	id = fdsn.ID{Network: cut(b[0]), Station: cut(b[1]), Location: cut(b[2]), Channel: cut(b[3])}
	t.mu.Lock()
	if len(t.ids) < mostIDs {
		t.ids[key] = id
	}
	t.mu.Unlock()
	return id, n, true
}

// Section tagStreams of a segment's index says what the segment holds:
//
//	u32 count, then for each stream and format:
//	u64 first sequence, u64 last, i64 start, i64 end, u8 flags, u8 format,
//	4 lengths and the codes
//
// Tag 17 is reserved for an index by station and sequence.
const tagStreams = seglog.TagOwner

func appendPart(b []byte, k streamKey, p part) []byte {
	b = binary.LittleEndian.AppendUint64(b, p.first)
	b = binary.LittleEndian.AppendUint64(b, p.last)
	b = binary.LittleEndian.AppendUint64(b, uint64(p.start))
	b = binary.LittleEndian.AppendUint64(b, uint64(p.end))
	b = append(b, p.flags, k.format)
	return appendID(b, k.id)
}

// decodeParts calls f for each stream of a section.
func decodeParts(b []byte, ids *idTable, f func(k streamKey, p part)) error {
	if len(b) < 4 {
		return fmt.Errorf("section of %d bytes", len(b))
	}
	count := binary.LittleEndian.Uint32(b)
	b = b[4:]
	for range count {
		if len(b) < 34+4 {
			return fmt.Errorf("section ends within a stream")
		}
		p := part{
			first: binary.LittleEndian.Uint64(b),
			last:  binary.LittleEndian.Uint64(b[8:]),
			start: int64(binary.LittleEndian.Uint64(b[16:])),
			end:   int64(binary.LittleEndian.Uint64(b[24:])),
			flags: b[32],
		}
		id, n, ok := ids.take(b[34:])
		if !ok {
			return fmt.Errorf("section ends within a stream")
		}
		f(streamKey{id, b[33]}, p)
		b = b[34+n:]
	}
	if len(b) > 0 {
		return fmt.Errorf("%d bytes too many in a section", len(b))
	}
	return nil
}
