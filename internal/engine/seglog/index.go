package seglog

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"houfeng/internal/seis"
)

// Beside each full segment lies its index, written once the segment is durable,
// so that opening a log need not read all of it. An index that is missing or
// damaged is made anew from its segment.
//
//	 0  32  text: name, " INDEX ", version, newline, zeros: "HOUFENG-RING INDEX 1\n"
//	32   8  u64  number of the segment's first frame
//	40   8  u64  number of its last frame
//	48   8  i64  time of its last frame, nanoseconds
//	56   8  u64  size of the segment file, bytes
//	64   8  u64  salt of the segment
//	72   1  u8   1 if that time lies in a leap second
//	73   3       zero
//	76   4  u32  number of sections
//	80           sections: u32 tag, u32 length, that many bytes
//	end  4  u32  checksum of all bytes before
//
// Section 1 lists places where a frame begins, one every 64 KiB: u64 number,
// u64 offset. Tags from 16 on belong to the log's owner; a reader passes over
// those it does not know.
const (
	indexVersion = 1
	indexHead    = 80
	tagPoints    = 1
	// TagOwner is the first tag an owner may use.
	TagOwner = 16
)

// Section is a part of a segment's index.
type Section struct {
	Tag  uint32
	Data []byte
}

func indexFormat(f Format) Format { return Format{f.Name + " INDEX", indexVersion} }

func (s *segment) indexPath() string { return s.path + ".idx" }

func (s *segment) encodeIndex(f Format, sections []Section) []byte {
	b := make([]byte, indexHead)
	copy(b[:32], indexFormat(f).magic())
	binary.LittleEndian.PutUint64(b[32:], s.header.first)
	binary.LittleEndian.PutUint64(b[40:], s.last)
	binary.LittleEndian.PutUint64(b[48:], uint64(s.time.Nanos()))
	binary.LittleEndian.PutUint64(b[56:], uint64(s.size))
	binary.LittleEndian.PutUint64(b[64:], s.header.salt)
	b[72] = flag(s.time.Leap())
	binary.LittleEndian.PutUint32(b[76:], uint32(1+len(sections)))
	points := make([]byte, 0, 16*len(s.points))
	for _, p := range s.points {
		points = binary.LittleEndian.AppendUint64(points, p.number)
		points = binary.LittleEndian.AppendUint64(points, uint64(p.offset))
	}
	for _, sec := range append([]Section{{tagPoints, points}}, sections...) {
		b = binary.LittleEndian.AppendUint32(b, sec.Tag)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(sec.Data)))
		b = append(b, sec.Data...)
	}
	return binary.LittleEndian.AppendUint32(b, checksum(b))
}

// loadIndex fills in what the index of s says and returns its owner's sections.
// size is what the segment file has. An index of a newer version is an error
// like any other: the segment is read instead.
func (s *segment) loadIndex(f Format, size int64) ([]Section, error) {
	b, err := os.ReadFile(s.indexPath())
	if err != nil {
		return nil, err
	}
	return s.decodeIndex(f, b, size)
}

func (s *segment) decodeIndex(f Format, b []byte, size int64) ([]Section, error) {
	if err := indexFormat(f).CheckMagic(b); err != nil {
		return nil, err
	}
	if len(b) < indexHead+4 {
		return nil, fmt.Errorf("%d bytes are no index", len(b))
	}
	body := b[:len(b)-4]
	if got, want := checksum(body), binary.LittleEndian.Uint32(b[len(body):]); got != want {
		return nil, fmt.Errorf("crc %#08x, want %#08x", got, want)
	}
	if first, salt := binary.LittleEndian.Uint64(b[32:]), binary.LittleEndian.Uint64(b[64:]); first != s.header.first || salt != s.header.salt {
		return nil, errors.New("belongs to another segment")
	}
	if was := binary.LittleEndian.Uint64(b[56:]); was != uint64(size) {
		return nil, fmt.Errorf("the segment has %d bytes, had %d", size, was)
	}
	last := binary.LittleEndian.Uint64(b[40:])
	time := seis.TimeOf(int64(binary.LittleEndian.Uint64(b[48:])), b[72] == 1)
	var points []point
	var sections []Section
	rest := body[indexHead:]
	for range binary.LittleEndian.Uint32(b[76:]) {
		if len(rest) < 8 {
			return nil, errors.New("ends within a section")
		}
		tag, n := binary.LittleEndian.Uint32(rest), binary.LittleEndian.Uint32(rest[4:])
		if rest = rest[8:]; uint64(n) > uint64(len(rest)) {
			return nil, errors.New("ends within a section")
		}
		data := rest[:n]
		rest = rest[n:]
		if tag != tagPoints {
			sections = append(sections, Section{tag, data})
			continue
		}
		for ; len(data) >= 16; data = data[16:] {
			p := point{binary.LittleEndian.Uint64(data), int64(binary.LittleEndian.Uint64(data[8:]))}
			if p.offset < headerSize || p.offset >= size {
				return nil, fmt.Errorf("frame %d at %d of %d bytes", p.number, p.offset, size)
			}
			points = append(points, p)
		}
	}
	s.size, s.last, s.time, s.points, s.sealed = size, last, time, points, true
	return sections, nil
}
