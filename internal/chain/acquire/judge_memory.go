package acquire

import (
	"container/list"
	"crypto/sha256"
	"encoding/binary"

	"houfeng/fdsn"
)

// memory remembers which records were accepted, in bounded space: for each
// stream at least the newest `digests` and at most twice as many, and the
// streams heard last. It keeps 64 bits of each SHA-256: among 4096 records of
// a stream two different ones agree once in 10^15 records, and whoever wants
// it to happen must find 64 bits of a preimage of bytes not yet sent.
type memory struct {
	streams, digests int
	byID             map[fdsn.ID]*list.Element
	order            *list.List // of *streamMemory, heard last in front
}

type streamMemory struct {
	id            fdsn.ID
	newer, before digestSet
}

func newMemory(streams, digests int) *memory {
	return &memory{streams: streams, digests: digests, byID: map[fdsn.ID]*list.Element{}, order: list.New()}
}

func (m *memory) has(id fdsn.ID, digest [sha256.Size]byte) bool {
	e := m.byID[id]
	if e == nil {
		return false
	}
	s, d := e.Value.(*streamMemory), binary.BigEndian.Uint64(digest[:])
	return s.newer.has(d) || s.before.has(d)
}

func (m *memory) add(id fdsn.ID, digest [sha256.Size]byte) {
	e := m.byID[id]
	if e == nil {
		if m.order.Len() >= m.streams {
			oldest := m.order.Back()
			delete(m.byID, oldest.Value.(*streamMemory).id)
			m.order.Remove(oldest)
		}
		e = m.order.PushFront(&streamMemory{id: id})
		m.byID[id] = e
	}
	m.order.MoveToFront(e)
	s := e.Value.(*streamMemory)
	if s.newer.count >= m.digests {
		s.before, s.newer = s.newer, digestSet{}
	}
	s.newer.add(binary.BigEndian.Uint64(digest[:]))
}

// digestSet is a set of digests, already as good as random: an open hash table
// that doubles when half full. 0 stands for an empty slot.
type digestSet struct {
	slots []uint64
	count int
}

func (s *digestSet) has(d uint64) bool {
	return len(s.slots) > 0 && s.slots[s.find(d)] != 0
}

func (s *digestSet) add(d uint64) {
	if 2*s.count >= len(s.slots) {
		old := s.slots
		s.slots = make([]uint64, max(16, 2*len(old)))
		for _, d := range old {
			if d != 0 {
				s.slots[s.find(d)] = d
			}
		}
	}
	if i := s.find(d); s.slots[i] == 0 {
		s.slots[i] = max(d, 1)
		s.count++
	}
}

// find returns the slot of d, or the empty one where it would go.
func (s *digestSet) find(d uint64) int {
	d = max(d, 1)
	mask := uint64(len(s.slots) - 1)
	for i := d & mask; ; i = (i + 1) & mask {
		if s.slots[i] == d || s.slots[i] == 0 {
			return int(i)
		}
	}
}
