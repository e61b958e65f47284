package acquire

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"houfeng/seedlink"
)

// pendingPosition is a packet that was received and not yet acknowledged.
type pendingPosition struct {
	seq   uint64
	start int64
}

// maxPending bounds the packets of one upstream that wait for their
// acknowledgement, and maxPositions the stations of which positions are kept:
// what goes beyond is received, but begins anew in the program's next life.
const (
	maxPending   = 1 << 20
	maxPositions = 20000
)

// expect remembers a packet until it is acknowledged; up.mu is held.
func (up *upstream) expect(station string, p seedlink.Packet) {
	if _, known := up.pending[station]; !known && len(up.pending) >= maxPositions || up.waiting >= maxPending {
		return
	}
	up.pending[station] = append(up.pending[station], pendingPosition{p.Sequence, seedlink.RecordStart(p.Raw)})
	up.waiting++
}

// Acknowledge says that a packet (Source, Station and Seq of its Arrival) and
// all those of the station before it are durable: the next life of the program
// need not ask for them again. It reports whether such a packet was waiting.
func (u *Upstreams) Acknowledge(source, station string, seq int64) bool {
	up := u.names[source]
	if up == nil {
		return false
	}
	up.mu.Lock()
	defer up.mu.Unlock()
	queue := up.pending[station]
	i := slices.IndexFunc(queue, func(p pendingPosition) bool { return int64(p.seq) == seq })
	if i < 0 {
		return false
	}
	if _, known := up.durable[station]; !known {
		select {
		case u.fresh <- struct{}{}:
		default:
		}
	}
	up.durable[station] = seedlink.Position{Sequence: queue[i].seq, Start: queue[i].start}
	up.waiting -= i + 1
	up.pending[station] = queue[i+1:]
	up.changed = true
	return true
}

// Position returns how far a station of an upstream is durable.
func (u *Upstreams) Position(source, station string) (seedlink.Position, bool) {
	up := u.names[source]
	if up == nil {
		return seedlink.Position{}, false
	}
	up.mu.Lock()
	defer up.mu.Unlock()
	p, ok := up.durable[station]
	return p, ok
}

// freshSave is how soon the first position of a station is saved: without it
// the station would begin anew, with a gap.
const freshSave = 200 * time.Millisecond

// keepSaving saves every so often, and soon after a station was acknowledged
// for the first time.
func (u *Upstreams) keepSaving(ctx context.Context) {
	timer := time.NewTimer(u.opts.SaveEvery)
	defer timer.Stop()
	soon := false
	for {
		select {
		case <-timer.C:
			soon = false
			if err := u.Save(); err != nil {
				u.opts.Log.Error("upstream positions not saved", "error", err)
			}
			timer.Reset(u.opts.SaveEvery)
		case <-u.fresh:
			if !soon {
				soon = true
				timer.Reset(min(freshSave, u.opts.SaveEvery))
			}
		case <-ctx.Done():
			return
		}
	}
}

// Save writes the state file if something was acknowledged since it was last
// written. Run does so by itself; call it once more if packets were acknowledged
// after Run had returned.
func (u *Upstreams) Save() error {
	u.file.mu.Lock()
	defer u.file.mu.Unlock()
	if u.file.path == "" {
		return nil
	}
	all, changed := maps.Clone(u.file.others), false
	if all == nil {
		all = make(map[string]seedlink.State)
	}
	for _, up := range u.list {
		up.mu.Lock()
		all[up.config.Name] = maps.Clone(up.durable)
		changed = changed || up.changed
		up.changed = false
		up.mu.Unlock()
	}
	if !changed {
		return nil
	}
	err := u.file.write(all)
	if err != nil {
		for _, up := range u.list {
			up.mu.Lock()
			up.changed = true // try again next time
			up.mu.Unlock()
		}
	}
	return err
}

// stateFile holds positions as text:
//
//	houfeng upstream positions 1
//	"name" NET.STA sequence start
//	…
//	end lines crc32
//
// sequence and start (nanoseconds since 1970) are decimal, crc32 (IEEE) is that
// of everything before the last line. The file is replaced as a whole, by way of
// a second one beside it, so that there is always a whole one.
type stateFile struct {
	path string

	mu     sync.Mutex
	others map[string]seedlink.State // of upstreams that are not configured now
}

const (
	stateMagic   = "houfeng upstream positions 1"
	maxStateFile = 256 << 20
)

func (f *stateFile) other(name string, s seedlink.State) {
	if f.others == nil {
		f.others = make(map[string]seedlink.State)
	}
	f.others[name] = s
}

func (f *stateFile) write(all map[string]seedlink.State) error {
	var b bytes.Buffer
	b.WriteString(stateMagic + "\n")
	lines := 0
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, station := range slices.Sorted(maps.Keys(all[name])) {
			p := all[name][station]
			fmt.Fprintf(&b, "%s %s %d %d\n", strconv.Quote(name), station, p.Sequence, p.Start)
			lines++
		}
	}
	fmt.Fprintf(&b, "end %d %08x\n", lines, crc32.ChecksumIEEE(b.Bytes()))
	if err := replaceFile(f.path, b.Bytes()); err != nil {
		return fmt.Errorf("save upstream positions: %w", err)
	}
	return nil
}

// replaceFile puts content at path, durably and at once.
func replaceFile(path string, content []byte) error {
	next := path + ".next"
	out, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	_, err = out.Write(content)
	if err == nil {
		err = out.Sync()
	}
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// load reads the file; without one there are no positions.
func (f *stateFile) load() (map[string]seedlink.State, error) {
	if f.path == "" {
		return nil, nil
	}
	in, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("load upstream positions: %w", err)
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return nil, fmt.Errorf("load upstream positions: %w", err)
	}
	if info.Size() > maxStateFile {
		return nil, fmt.Errorf("load upstream positions from %s: %w: %d bytes, want at most %d", f.path, errDamaged, info.Size(), maxStateFile)
	}
	all, err := parseState(bufio.NewReader(in))
	if err != nil {
		return nil, fmt.Errorf("load upstream positions from %s: %w: %w", f.path, errDamaged, err)
	}
	return all, nil
}

var errDamaged = errors.New("file is damaged")

func parseState(r *bufio.Reader) (map[string]seedlink.State, error) {
	all := make(map[string]seedlink.State)
	sum, n := uint32(0), 0
	for line := 1; ; line++ {
		text, err := r.ReadString('\n')
		if err != nil {
			return nil, fmt.Errorf("line %d: %w, want a last line that begins with end", line, err)
		}
		switch {
		case line == 1:
			if text != stateMagic+"\n" {
				return nil, fmt.Errorf("line 1: %.40q, want %q", text, stateMagic)
			}
		case strings.HasPrefix(text, "end "):
			if want := fmt.Sprintf("end %d %08x\n", n, sum); text != want {
				return nil, fmt.Errorf("line %d: %.40q, want %q", line, text, want)
			}
			return all, nil
		default:
			if err := parsePosition(all, strings.TrimSuffix(text, "\n")); err != nil {
				return nil, fmt.Errorf("line %d: %w", line, err)
			}
			n++
		}
		sum = crc32.Update(sum, crc32.IEEETable, []byte(text))
	}
}

func parsePosition(all map[string]seedlink.State, text string) error {
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil {
		return fmt.Errorf("name: %w", err)
	}
	name, err := strconv.Unquote(quoted)
	if err != nil || !plainName(name) {
		return fmt.Errorf("name %.40q is not valid", quoted)
	}
	f := strings.Fields(text[len(quoted):])
	if len(f) != 3 || !strings.Contains(f[0], ".") {
		return fmt.Errorf("%.80q: want a name, NET.STA, sequence and start", text)
	}
	seq, err1 := strconv.ParseUint(f[1], 10, 64)
	start, err2 := strconv.ParseInt(f[2], 10, 64)
	if err1 != nil || err2 != nil || seq > math.MaxInt64 {
		return fmt.Errorf("%.80q: sequence or start is no number", text)
	}
	if all[name] == nil {
		all[name] = make(seedlink.State)
	}
	all[name][f[0]] = seedlink.Position{Sequence: seq, Start: start}
	return nil
}

// setAside renames a file that cannot be read.
func (f *stateFile) setAside() (string, error) {
	aside := f.path + ".damaged"
	if err := os.Rename(f.path, aside); err != nil {
		return "", fmt.Errorf("set aside upstream positions: %w", err)
	}
	return aside, nil
}
