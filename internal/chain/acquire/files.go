package acquire

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"houfeng/fdsn"
	"houfeng/internal/seis"
)

// FileOptions say what of the files is wanted.
type FileOptions struct {
	Start, End seis.Time               // only records that overlap [Start, End); zero: no limit
	Progress   func(done, total int64) // called while the files are looked through, in bytes; may be nil
}

// Problem is a file that gave no record, or only some of what it should.
type Problem struct {
	Path   string // as Receipt.Peer
	Reason string
}

func (p Problem) String() string { return p.Path + ": " + p.Reason }

// FileSource gives the records of miniSEED files as if each had arrived when
// it ended.
type FileSource struct {
	ctx      context.Context
	files    []file
	ids      []fdsn.ID // sorted; indexed by item.id
	items    []item    // in order
	skips    []skip
	problems []Problem
	next     int
	reader   fileReader
}

// item is one record, or a run of skipped bytes, in 40 bytes: the order is
// made of these, whatever the size of the files.
type item struct {
	end, start int64 // ns since 1970; a neighbour's where the record has no usable time
	offset     int64 // in the file
	file       uint32
	length     uint32 // of the record; 0 for skipped bytes, then offset indexes skips
	id         uint32
	digest     uint32 // first 32 bits of SHA-256
}

type skip struct {
	offset, length int64
	reason         string
}

// maxSkipped is how much of a run of skipped bytes a receipt carries.
const maxSkipped = 64 << 10

// Files looks through miniSEED files and folders (recursively, any order, any
// names) and returns their records in order. A path that does not exist is an
// error; what else cannot be read is a [Problem]. ctx also ends Next.
func Files(ctx context.Context, paths []string, opts FileOptions) (*FileSource, error) {
	s := &FileSource{ctx: ctx}
	var err error
	if s.files, s.problems, err = find(ctx, paths); err != nil {
		return nil, err
	}
	total, done := int64(0), int64(0)
	for _, f := range s.files {
		total += f.size
	}
	known := map[fdsn.ID]uint32{}
	for i := range s.files {
		progress := func(inFile int64) {
			if opts.Progress != nil {
				opts.Progress(min(done+inFile, total), total)
			}
		}
		if err := s.look(uint32(i), known, opts, progress); err != nil {
			return nil, err
		}
		done += s.files[i].size
		progress(0)
	}
	s.sort(known)
	s.reader.files = s.files
	return s, nil
}

// Next returns the next entry, io.EOF after the last: a receipt whose verdict
// is left to the judge, or Refused with a reason for bytes that are no record
// (of which it carries at most 64 KiB). Bytes belong to the caller.
func (s *FileSource) Next() (seis.Entry, error) {
	if err := s.ctx.Err(); err != nil {
		return seis.Entry{}, err
	}
	if s.next == len(s.items) {
		return seis.Entry{}, io.EOF
	}
	it := s.items[s.next]
	s.next++
	r := seis.Receipt{Peer: s.files[it.file].peer, Source: "files", Protocol: "file", UpstreamSeq: it.offset}
	length := int64(it.length)
	if it.length == 0 {
		k := s.skips[it.offset]
		r.UpstreamSeq, length = k.offset, min(k.length, maxSkipped)
		r.Verdict, r.Reason = seis.Refused, k.reason
		if k.length > length {
			r.Reason += fmt.Sprintf(" (the first %d of %d bytes)", length, k.length)
		}
	}
	r.Bytes = make([]byte, length)
	if err := s.reader.readAt(int(it.file), r.Bytes, r.UpstreamSeq); err != nil {
		return seis.Entry{}, fmt.Errorf("read record at %d of %s again: %w", r.UpstreamSeq, r.Peer, err)
	}
	return seis.Entry{Kind: seis.EntryReceipt, Time: seis.TimeOf(it.end, false), Receipt: &r}, nil
}

// Len returns how many entries there are in all.
func (s *FileSource) Len() int { return len(s.items) }

// Streams returns the streams that were found, sorted.
func (s *FileSource) Streams() []fdsn.ID { return slices.Clone(s.ids) }

// Interval returns the times of the first and last entry; zero without any.
func (s *FileSource) Interval() (first, last seis.Time) {
	if len(s.items) == 0 {
		return seis.Time{}, seis.Time{}
	}
	return seis.TimeOf(s.items[0].end, false), seis.TimeOf(s.items[len(s.items)-1].end, false)
}

// Problems returns what could not be read, sorted by path: files that are
// empty, unreadable or without any record, and those with bytes that are none.
func (s *FileSource) Problems() []Problem {
	p := slices.Clone(s.problems)
	slices.SortStableFunc(p, func(a, b Problem) int { return strings.Compare(a.Path, b.Path) })
	return p
}

// Close closes the files. Next must not be called after it.
func (s *FileSource) Close() error { return s.reader.close() }
