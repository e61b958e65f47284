package mseed

import "encoding/binary"

// packSteim moves pending samples into Steim words. A word takes as many
// differences as fit it, the most first; unless last, it waits until that
// cannot depend on samples to come.
func (p *Packer) packSteim(out [][]byte, last bool) ([][]byte, int) {
	ahead, limit := 7, uint64(1<<29) // differences to look at, and what one may be
	if p.fixed.encoding == Steim1 {
		ahead, limit = 4, 1<<31
	}
	words := (p.fixed.length - p.rate.dataOffset()) / 4
	s, i, prev := p.pending, 0, p.prev
	for len(s)-i >= ahead || last && i < len(s) {
		if p.rec.raw != nil && p.rec.word == words {
			p.prev = prev
			out = p.close(out)
		}
		fresh := p.rec.raw == nil
		if fresh && !p.joined {
			prev = s[i] // nothing came before
		}
		before := prev
		var d [7]int64
		var m [8]uint64 // m[k] has the magnitude bits of the first k differences
		n := min(ahead, len(s)-i)
		for k, v := range s[i : i+n] {
			d[k] = int64(v) - int64(prev)
			prev = v
			m[k+1] = m[k] | uint64(d[k]^d[k]>>63)
		}
		if m[1] >= limit {
			if !fresh {
				p.prev = before
				out = p.close(out)
				fresh = true
			}
			d[0] = 0
			m[1] = 0
			for k := 1; k < n; k++ {
				m[k+1] = m[k] | uint64(d[k]^d[k]>>63)
			}
		}
		if fresh {
			p.rec = record2{raw: make([]byte, p.fixed.length), ns: p.time(p.done + int64(i)), word: 3, first: s[i]}
		}
		var code, x uint32
		var k int
		if p.fixed.encoding == Steim1 {
			code, x, k = word1(&d, &m, n)
		} else {
			code, x, k = word2(&d, &m, n)
		}
		if p.rec.count+k > most {
			// The header cannot count further; the samples go to a new record.
			prev, p.prev = before, before
			out = p.close(out)
			continue
		}
		data := p.rec.raw[p.rate.dataOffset():]
		w := p.rec.word
		ctl := data[w&^15*4:]
		binary.BigEndian.PutUint32(ctl, binary.BigEndian.Uint32(ctl)|code<<(30-2*(w&15)))
		binary.BigEndian.PutUint32(data[4*w:], x)
		p.rec.count += k
		if p.rec.word++; p.rec.word&15 == 0 && p.rec.word < words {
			p.rec.word++ // the next frame's codes
		}
		i += k
		prev = s[i-1]
		p.joined = true
	}
	return out, i
}

// word1 packs the first of n differences into a Steim-1 word. The first fits
// 32 bits.
func word1(d *[7]int64, m *[8]uint64, n int) (code, x uint32, k int) {
	switch {
	case n >= 4 && m[4] < 1<<7:
		return 1, join(d[:4], 8), 4
	case n >= 2 && m[2] < 1<<15:
		return 2, join(d[:2], 16), 2
	}
	return 3, uint32(d[0]), 1
}

// word2 packs the first of n differences into a Steim-2 word. The first fits
// 30 bits.
func word2(d *[7]int64, m *[8]uint64, n int) (code, x uint32, k int) {
	switch {
	case n >= 7 && m[7] < 1<<3:
		return 3, 2<<30 | join(d[:7], 4), 7
	case n >= 6 && m[6] < 1<<4:
		return 3, 1<<30 | join(d[:6], 5), 6
	case n >= 5 && m[5] < 1<<5:
		return 3, join(d[:5], 6), 5
	case n >= 4 && m[4] < 1<<7:
		return 1, join(d[:4], 8), 4
	case n >= 3 && m[3] < 1<<9:
		return 2, 3<<30 | join(d[:3], 10), 3
	case n >= 2 && m[2] < 1<<14:
		return 2, 2<<30 | join(d[:2], 15), 2
	}
	return 2, 1<<30 | join(d[:1], 30), 1
}

// join puts differences of the given width side by side, the last lowest.
func join(d []int64, width uint) uint32 {
	x := uint32(0)
	for _, v := range d {
		x = x<<width | uint32(v)&(1<<width-1)
	}
	return x
}
