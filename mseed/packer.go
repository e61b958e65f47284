package mseed

import (
	"encoding/binary"
	"fmt"
	"math"

	"houfeng/fdsn"
)

// Packer turns the samples of one stream into miniSEED 2 records, big endian,
// with blockettes 1000 and 1001. Set the fields, call Add as samples come and
// Flush at the end. Records that Add has returned are full; the caller owns
// them.
//
// Steim differences continue from record to record: the first difference of a
// record leads from the last sample of the one before (0 after a gap, and
// where a difference does not fit the 32 bits of Steim-1 or the 30 of Steim-2:
// such a sample begins a record, so any int32 can be packed).
//
// TimingQuality and ClockLocked may change from call to call and go into the
// records that are finished after it; the other fields only after Flush.
type Packer struct {
	ID            fdsn.ID  // network, station, location, channel of at most 2, 5, 2, 3 letters
	Rate          float64  // samples per second, above 0
	Encoding      Encoding // Int16, Int32, Steim1 or Steim2
	RecordLength  int      // bytes, a power of two from 128 to 65536; 0 is 512
	Quality       byte     // D R Q M; 0 is D
	TimingQuality int      // 0–100 %; −1 leaves blockette 1001 out, and with it microseconds
	ClockLocked   bool     // sets I/O and clock flag 5

	sequence int        // of the last record, 1–999999
	rate     rate2      // of Rate
	fixed    packerForm // what may not change before Flush

	pending  []int32 // samples in no record yet; pending[0] has index done
	done     int64   // samples in records so far
	old, now anchor  // time of pending[0], and of the first sample of the last Add
	prev     int32   // sample before pending[0], if joined
	joined   bool
	rec      record2 // the record being filled
}

// anchor ties a sample's index to its time.
type anchor struct {
	index int64
	ns    int64
}

// packerForm is what the records of one run share.
type packerForm struct {
	id       fdsn.ID
	rate     float64
	encoding Encoding
	length   int
	quality  byte
}

// record2 is a Steim record being filled.
type record2 struct {
	raw   []byte // nil if there is none
	ns    int64
	count int
	word  int // next word, counted from the start of the data
	first int32
}

// most is the largest number of samples a header can state.
const most = math.MaxUint16

// Add packs samples that start at startNS (nanoseconds since 1970 UTC) and
// returns the records they filled. Samples that start more than half a sample
// from the end of those before begin a new record. An error leaves the packer
// as it was.
func (p *Packer) Add(startNS int64, samples []int32) ([][]byte, error) {
	if err := p.check(startNS, samples); err != nil {
		return nil, fmt.Errorf("pack %v: %w", p.ID, err)
	}
	if len(samples) == 0 {
		return nil, nil
	}
	var out [][]byte
	end := p.done + int64(len(p.pending)) // index of samples[0]
	if p.rec.raw != nil || len(p.pending) > 0 || p.joined {
		off := startNS - (p.now.ns + spanNS(int(end-p.now.index), p.Rate))
		if half := spanNS(1, p.Rate) / 2; off > half || off < -half {
			out = p.finish(out)
			p.joined = false
		}
	}
	p.old = anchor{p.done, p.time(p.done)}
	p.now = anchor{end, startNS}
	p.pending = append(p.pending, samples...)
	return p.pack(out, false), nil
}

// Flush returns what is left as a last, shorter record. Samples added after it
// begin a new record.
func (p *Packer) Flush() ([][]byte, error) {
	if err := p.checkQuality(); err != nil {
		return nil, fmt.Errorf("pack %v: %w", p.ID, err)
	}
	return p.finish(nil), nil
}

// finish packs everything and closes the record.
func (p *Packer) finish(out [][]byte) [][]byte {
	out = p.pack(out, true)
	return p.close(out)
}

// time returns the time of a sample that is not older than pending[0].
func (p *Packer) time(index int64) int64 {
	if index >= p.now.index {
		return p.now.ns + spanNS(int(index-p.now.index), p.fixed.rate)
	}
	return p.old.ns + spanNS(int(index-p.old.index), p.fixed.rate)
}

// check refuses what cannot be packed, before anything is.
func (p *Packer) check(startNS int64, samples []int32) error {
	for _, c := range []struct {
		name, code string
		most       int
	}{
		{"network", p.ID.Network, 2}, {"station", p.ID.Station, 5}, {"location", p.ID.Location, 2}, {"channel", p.ID.Channel, 3},
	} {
		if len(c.code) > c.most {
			return fmt.Errorf("%s code %q: %d letters, miniSEED 2 has room for %d", c.name, c.code, len(c.code), c.most)
		}
	}
	if err := p.ID.Check(); err != nil {
		return err
	}
	if n := p.length(); n < 128 || n > 1<<16 || n&(n-1) != 0 {
		return fmt.Errorf("record length %d, want a power of two from 128 to 65536", n)
	}
	switch p.quality() {
	case 'D', 'R', 'Q', 'M':
	default:
		return fmt.Errorf("quality %q, want D, R, Q or M", p.Quality)
	}
	if err := p.checkQuality(); err != nil {
		return err
	}
	form := packerForm{p.ID, p.Rate, p.Encoding, p.length(), p.quality()}
	if form != p.fixed && (p.rec.raw != nil || len(p.pending) > 0) {
		return fmt.Errorf("changed from %+v to %+v before Flush", p.fixed, form)
	}
	rate := p.rate
	if form != p.fixed {
		var err error
		if rate, err = rateFields(p.Rate); err != nil {
			return err
		}
	}
	if rate.dataOffset() >= p.length() {
		return fmt.Errorf("record length %d, rate %v per second needs a blockette 100 and 256 bytes", p.length(), p.Rate)
	}
	last := startNS + spanNS(len(samples), p.Rate)
	if y, z := calendarOf(startNS).year, calendarOf(last).year; y < minYear || z > maxYear || last < startNS {
		return fmt.Errorf("start %d ns lies in %d, want 1900 to 2100", startNS, y)
	}
	switch p.Encoding {
	case Int16:
		for i, v := range samples {
			if int32(int16(v)) != v {
				return fmt.Errorf("sample %d is %d and does not fit int16", i, v)
			}
		}
	case Int32, Steim1, Steim2:
	default:
		return fmt.Errorf("%v, want int16, int32, Steim-1 or Steim-2: %w", p.Encoding, ErrEncoding)
	}
	if form != p.fixed {
		p.rate, p.fixed, p.joined = rate, form, false
	}
	return nil
}

func (p *Packer) checkQuality() error {
	if p.TimingQuality < -1 || p.TimingQuality > 100 {
		return fmt.Errorf("timing quality %d, want 0 to 100, or -1 for none", p.TimingQuality)
	}
	return nil
}

func (p *Packer) length() int {
	if p.RecordLength == 0 {
		return 512
	}
	return p.RecordLength
}

func (p *Packer) quality() byte {
	if p.Quality == 0 {
		return 'D'
	}
	return p.Quality
}

// pack moves pending samples to records: all of them if last, else as many as
// can be placed without knowing what follows.
func (p *Packer) pack(out [][]byte, last bool) [][]byte {
	i := 0
	if p.fixed.encoding == Int16 || p.fixed.encoding == Int32 {
		out, i = p.packPlain(out, last)
	} else {
		out, i = p.packSteim(out, last)
	}
	p.done += int64(i)
	if i > 0 {
		p.prev, p.joined = p.pending[i-1], true
	}
	p.pending = p.pending[:copy(p.pending, p.pending[i:])]
	p.old = anchor{p.done, p.time(p.done)}
	return out
}

func (p *Packer) packPlain(out [][]byte, last bool) ([][]byte, int) {
	size := sampleSize(p.fixed.encoding)
	data := p.rate.dataOffset()
	room, i := min((p.fixed.length-data)/size, most), 0
	for len(p.pending)-i >= room || last && i < len(p.pending) {
		n := min(room, len(p.pending)-i)
		raw := make([]byte, p.fixed.length)
		for k, v := range p.pending[i : i+n] {
			if p.fixed.encoding == Int16 {
				binary.BigEndian.PutUint16(raw[data+2*k:], uint16(v))
			} else {
				binary.BigEndian.PutUint32(raw[data+4*k:], uint32(v))
			}
		}
		out = append(out, p.header(raw, p.time(p.done+int64(i)), n, 0))
		i += n
	}
	return out, i
}

// close writes the header of the record being filled and hands it out.
func (p *Packer) close(out [][]byte) [][]byte {
	if p.rec.raw == nil {
		return out
	}
	raw := p.rec.raw
	data := raw[p.rate.dataOffset():]
	binary.BigEndian.PutUint32(data[4:], uint32(p.rec.first))
	binary.BigEndian.PutUint32(data[8:], uint32(p.prev))
	frames := (p.rec.word + 15) / 16
	out = append(out, p.header(raw, p.rec.ns, p.rec.count, min(frames, 255)))
	p.rec = record2{}
	return out
}

// header writes the fixed section and the blockettes.
func (p *Packer) header(raw []byte, ns int64, count, frames int) []byte {
	if p.sequence++; p.sequence > 999999 {
		p.sequence = 1
	}
	h := header2{
		sequence: p.sequence, quality: p.fixed.quality, id: p.fixed.id, ns: ns, count: count,
		rate: p.rate, encoding: p.fixed.encoding, length: len(raw),
		timing: p.TimingQuality, frames: frames, locked: p.ClockLocked,
	}
	h.write(raw)
	return raw
}
