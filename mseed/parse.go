package mseed

import "fmt"

// Parse reads one record at the start of b.
//
// Raw is exactly the record: its length comes from blockette 1000 or from the
// lengths of a version 3 header. A version 2 record without blockette 1000
// ends where the next header stands or b ends, or, failing both, at the
// smallest power of two that holds its samples; its encoding is then taken to
// be Steim-1, big endian, the only one in use before blockette 1000 was.
//
// Errors: [ErrShort] (errors.Is) if b ends inside the record; otherwise the
// text names the field, its offset, what was found and what was wanted.
func Parse(b []byte) (Record, error) {
	var r Record
	err := parse(&r, b, true)
	if err != nil {
		return Record{}, err
	}
	return r, nil
}

// parse fills r. atEnd says that nothing follows b.
func parse(r *Record, b []byte, atEnd bool) error {
	switch kind(b) {
	case kind2:
		return r.parse2(b, atEnd)
	case kind3:
		return r.parse3(b)
	case kindShort:
		return short("header", len(b), minHeader)
	}
	return fmt.Errorf(`parse record: header at 0: %q, want "MS\x03" or six digits and quality D, R, Q or M`, b[:min(len(b), 8)])
}

const (
	kindNone  = iota // no record starts here
	kindShort        // too few bytes to tell
	kind2
	kind3

	minHeader = 40 // of a version 3 record; version 2 has 48
)

// kind tells from the first bytes which version may start here.
//
// Version 2 (SEED chapter 8, fixed section of data header): six digits (or
// spaces or NULs in their place), quality D, R, Q or M, and a space or NUL.
// Version 3: "MS" and 3.
func kind(b []byte) int {
	if len(b) >= 8 {
		if b[0] == 'M' && b[1] == 'S' && b[2] == 3 {
			return kind3
		}
		if !qualityByte(b[6]) || b[7] != ' ' && b[7] != 0 {
			return kindNone
		}
		for _, c := range b[:6] {
			if !sequenceByte(c) {
				return kindNone
			}
		}
		return kind2
	}
	if len(b) == 0 {
		return kindShort
	}
	two := true
	for i, c := range b {
		two = two && (i < 6 && sequenceByte(c) || i == 6 && qualityByte(c) || i == 7)
	}
	if two || b[0] == 'M' && (len(b) < 2 || b[1] == 'S') && (len(b) < 3 || b[2] == 3) {
		return kindShort
	}
	return kindNone
}

func qualityByte(c byte) bool { return c == 'D' || c == 'M' || c == 'R' || c == 'Q' }

func sequenceByte(c byte) bool { return c >= '0' && c <= '9' || c == ' ' || c == 0 }

// badField is the error of a header field that cannot be.
func badField(version int, field string, offset int, found any, want string) error {
	return fmt.Errorf("parse miniSEED %d: %s at %d: %v, want %s", version, field, offset, found, want)
}

// shortError is an ErrShort that knows how many bytes would do.
type shortError struct {
	what       string
	have, need int
}

func (e *shortError) Error() string {
	return fmt.Sprintf("parse record: %s: %d bytes, want %d: %v", e.what, e.have, e.need, ErrShort)
}

func (e *shortError) Unwrap() error { return ErrShort }

func short(what string, have, need int) error { return &shortError{what, have, need} }
