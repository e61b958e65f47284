package mseed

import (
	"bytes"
	"fmt"
	"strings"
	"sync/atomic"

	"houfeng/fdsn"
)

// A record names its stream in bytes, an fdsn.ID holds strings. So that Parse
// need not allocate for every record, identifiers met before are remembered in
// two small tables: 1024 sets of four, replaced by hash. They are only a
// memory of a pure function; a miss costs an allocation and nothing else.
const (
	idSets = 1024
	idWays = 4
)

type (
	known2 struct {
		key [12]byte
		id  fdsn.ID
	}
	known3 struct {
		key string
		id  fdsn.ID
	}
)

var (
	ids2 [idSets][idWays]atomic.Pointer[known2]
	ids3 [idSets][idWays]atomic.Pointer[known3]
)

// id2 reads station, location, channel and network of a version 2 header.
func id2(key *[12]byte) (fdsn.ID, error) {
	h := hash(key[:])
	set := &ids2[h%idSets]
	for i := range set {
		if k := set[i].Load(); k != nil && k.key == *key {
			return k.id, nil
		}
	}
	text := func(b []byte) string { return string(bytes.Trim(b, " \x00")) }
	id := fdsn.ID{Station: text(key[0:5]), Location: text(key[5:7]), Channel: text(key[7:10]), Network: text(key[10:12])}
	for _, f := range []struct {
		name   string
		offset int
		code   string
		dash   bool
	}{
		{"station code", 8, id.Station, true},
		{"location code", 13, id.Location, true},
		{"channel code", 15, id.Channel, false},
		{"network code", 18, id.Network, false},
	} {
		if strings.IndexFunc(f.code, func(c rune) bool { return !codeRune(c) && !(f.dash && c == '-') }) >= 0 {
			return fdsn.ID{}, badField(2, f.name, f.offset, fmt.Sprintf("%q", f.code), "letters and digits")
		}
	}
	set[h/idSets%idWays].Store(&known2{*key, id})
	return id, nil
}

// id3 reads the source identifier of a version 3 header.
func id3(sid []byte) (fdsn.ID, error) {
	h := hash(sid)
	set := &ids3[h%idSets]
	for i := range set {
		if k := set[i].Load(); k != nil && k.key == string(sid) {
			return k.id, nil
		}
	}
	key := string(sid)
	id, err := fdsn.Parse(key)
	if err == nil && !strings.HasPrefix(key, "FDSN:") {
		err = fmt.Errorf("no namespace")
	}
	if err != nil {
		return fdsn.ID{}, fmt.Errorf(`parse miniSEED 3: source identifier at 40: %.64q, want "FDSN:" and six codes: %w`, key, err)
	}
	set[h/idSets%idWays].Store(&known3{key, id})
	return id, nil
}

func codeRune(c rune) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
}

// hash is FNV-1a with its bits mixed downwards.
func hash(b []byte) uint32 {
	h := uint32(2166136261)
	for _, c := range b {
		h = (h ^ uint32(c)) * 16777619
	}
	return h ^ h>>15
}
