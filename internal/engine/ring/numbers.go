package ring

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"slices"
	"strings"

	"houfeng/internal/engine/seglog"
)

// numbers says which positions and sequences may have been given, so that none
// is given twice: records that a crash took may have reached clients.
//
// The file NUMBERS is replaced durably before a position above reserved is
// given. It holds the count of each station as of a position; since then a
// station can have been given no more numbers than there are positions up to
// reserved. After a clean end both are the same.
//
//	 0  32  text: "HOUFENG-RING NUMBERS 1\n", zeros
//	32   8  u64  reserved: no position above this was given
//	40   8  u64  position as of which the counts hold
//	48   8  u64  floor: the count of every station not listed
//	56   4  u32  number of stations
//	60           stations, sorted: u8 and u8 lengths of network and station
//	             code, the codes, u64 count
//	end  4  u32  CRC-32C of all bytes before
type numbers struct {
	reserved uint64
	asOf     uint64
	floor    uint64
	counts   map[stationKey]uint64
}

var numbersFormat = seglog.Format{Name: "HOUFENG-RING NUMBERS", Version: 1}

const numbersHead = 60

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (n *numbers) encode() []byte {
	b := make([]byte, numbersHead)
	copy(b[:32], fmt.Sprintf("%s %d\n", numbersFormat.Name, numbersFormat.Version))
	binary.LittleEndian.PutUint64(b[32:], n.reserved)
	binary.LittleEndian.PutUint64(b[40:], n.asOf)
	binary.LittleEndian.PutUint64(b[48:], n.floor)
	binary.LittleEndian.PutUint32(b[56:], uint32(len(n.counts)))
	keys := make([]stationKey, 0, len(n.counts))
	for k := range n.counts {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b stationKey) int {
		if c := strings.Compare(a.network, b.network); c != 0 {
			return c
		}
		return strings.Compare(a.station, b.station)
	})
	for _, k := range keys {
		b = append(b, byte(len(k.network)), byte(len(k.station)))
		b = append(b, k.network...)
		b = append(b, k.station...)
		b = binary.LittleEndian.AppendUint64(b, n.counts[k])
	}
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func decodeNumbers(b []byte) (*numbers, error) {
	if err := numbersFormat.CheckMagic(b); err != nil {
		return nil, err
	}
	if len(b) < numbersHead+4 {
		return nil, fmt.Errorf("%d bytes, at least %d", len(b), numbersHead+4)
	}
	body := b[:len(b)-4]
	if got, want := crc32.Checksum(body, castagnoli), binary.LittleEndian.Uint32(b[len(body):]); got != want {
		return nil, fmt.Errorf("crc %#08x, want %#08x", got, want)
	}
	n := &numbers{
		reserved: binary.LittleEndian.Uint64(b[32:]),
		asOf:     binary.LittleEndian.Uint64(b[40:]),
		floor:    binary.LittleEndian.Uint64(b[48:]),
		counts:   map[stationKey]uint64{},
	}
	rest := body[numbersHead:]
	for range binary.LittleEndian.Uint32(b[56:]) {
		if len(rest) < 2 || len(rest) < 2+int(rest[0])+int(rest[1])+8 {
			return nil, errors.New("ends within a station")
		}
		codes := rest[2 : 2+int(rest[0])+int(rest[1])]
		k := stationKey{string(codes[:rest[0]]), string(codes[rest[0]:])}
		rest = rest[2+len(codes):]
		n.counts[k] = binary.LittleEndian.Uint64(rest)
		rest = rest[8:]
	}
	if len(rest) > 0 || n.asOf > n.reserved {
		return nil, errors.New("does not add up")
	}
	return n, nil
}

// loadNumbers reads NUMBERS and counts everything as given that may have been.
// held is what the log was found to hold, last its newest position. When the
// file is missing or damaged beside a log, it assumes two reservations, and
// says so by an error that is errGuessed.
func loadNumbers(path string, last uint64, held []Station, reserve uint64) (*numbers, error) {
	b, err := os.ReadFile(path)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return nil, err
	}
	var n *numbers
	if !missing {
		if n, err = decodeNumbers(b); errors.Is(err, seglog.ErrForeign) {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	switch {
	case err == nil:
		n.settle()
	case missing && last == 0:
		n, err = &numbers{counts: map[stationKey]uint64{}}, nil
	default:
		n = &numbers{asOf: last, reserved: last + 2*reserve, counts: map[stationKey]uint64{}}
		for _, st := range held {
			n.counts[stationKey{st.Network, st.Station}] = st.Last
		}
		n.settle()
		err = fmt.Errorf("%w: %s: %w", errGuessed, path, err)
	}
	n.reserved = max(n.reserved, last)
	n.asOf = n.reserved
	for _, st := range held {
		k := stationKey{st.Network, st.Station}
		n.counts[k] = max(n.counts[k], n.floor, st.Last)
	}
	return n, err
}

var errGuessed = errors.New("numbers given before are not known for certain")

// settle counts as given what may have been given since asOf.
func (n *numbers) settle() {
	since := n.reserved - n.asOf
	for k := range n.counts {
		n.counts[k] += since
	}
	n.floor += since
	n.asOf = n.reserved
}

// count returns how many numbers station k has been given.
func (n *numbers) count(k stationKey) uint64 {
	if c, ok := n.counts[k]; ok {
		return c
	}
	return n.floor
}
