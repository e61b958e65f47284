package journal

import (
	"encoding/binary"
	"fmt"

	"houfeng/internal/seis"
)

// decoder takes fields off a payload until one does not fit; everything after
// that is zero. It allocates no more than the payload has bytes.
type decoder struct {
	rest []byte
	size int // of the whole payload
	err  error
}

func (d *decoder) fail(field, why string) {
	if d.err == nil {
		d.err = fmt.Errorf("%s at byte %d of payload: %s", field, d.size-len(d.rest), why)
	}
	d.rest = nil
}

func (d *decoder) take(field string, n int) []byte {
	if d.err != nil {
		return nil
	}
	if n > len(d.rest) {
		d.fail(field, fmt.Sprintf("needs %d bytes, %d left", n, len(d.rest)))
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *decoder) byte(field string) byte {
	if b := d.take(field, 1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) u64(field string) uint64 {
	if b := d.take(field, 8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (d *decoder) uvarint(field string) uint64 {
	if d.err != nil {
		return 0
	}
	v, n := binary.Uvarint(d.rest)
	if n <= 0 || n > 1 && d.rest[n-1] == 0 {
		d.fail(field, "not a shortest varint")
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) varint(field string) int64 {
	u := d.uvarint(field)
	return int64(u>>1) ^ -int64(u&1)
}

// count returns a count of things of at least size bytes each.
func (d *decoder) count(field string, size int) int {
	n := d.uvarint(field)
	if n > uint64(len(d.rest)/size) {
		d.fail(field, fmt.Sprintf("%d of at least %d bytes each, %d bytes left", n, size, len(d.rest)))
		return 0
	}
	return int(n)
}

func (d *decoder) text(field string) string {
	return string(d.take(field, d.count(field, 1)))
}

// bytes returns a copy, nil if empty.
func (d *decoder) bytes(field string) []byte {
	return append([]byte(nil), d.take(field, d.count(field, 1))...)
}

func (d *decoder) texts(field string) []string {
	n := d.count(field, 1)
	if n == 0 {
		return nil
	}
	ss := make([]string, 0, min(n, 64))
	for i := 0; i < n && d.err == nil; i++ {
		ss = append(ss, d.text(field))
	}
	return ss
}

func (d *decoder) files(field string) []seis.File {
	n := d.count(field, 2)
	if n == 0 {
		return nil
	}
	fs := make([]seis.File, 0, min(n, 64))
	for i := 0; i < n && d.err == nil; i++ {
		fs = append(fs, seis.File{Name: d.text(field), Bytes: d.bytes(field)})
	}
	return fs
}

func (d *decoder) time(field string) seis.Time {
	ns := int64(d.u64(field))
	leap := d.byte(field)
	if leap > 1 {
		d.fail(field, fmt.Sprintf("leap flag %d, want 0 or 1", leap))
	}
	return seis.TimeOf(ns, leap == 1)
}
