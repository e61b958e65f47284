package acquire

import (
	"container/list"
	"errors"
	"io"
	"os"
)

// fileReader reads pieces of many files, of which it keeps few open. Pieces of
// one file mostly follow each other, so it reads ahead.
type fileReader struct {
	files []file
	open  map[int]*list.Element
	order *list.List // of *openFile, used last in front
}

type openFile struct {
	n      int
	fh     *os.File
	buf    []byte
	at     int64 // offset of buf
	filled int
}

const (
	maxOpen   = 128
	readAhead = 64 << 10
)

// readAt fills b from offset of file n.
func (r *fileReader) readAt(n int, b []byte, offset int64) error {
	if r.order == nil {
		r.open, r.order = map[int]*list.Element{}, list.New()
	}
	e := r.open[n]
	if e == nil {
		if r.order.Len() >= maxOpen {
			back := r.order.Back()
			f := r.order.Remove(back).(*openFile)
			delete(r.open, f.n)
			if err := f.fh.Close(); err != nil {
				return err
			}
		}
		fh, err := os.Open(r.files[n].path)
		if err != nil {
			return errors.New(cause(err))
		}
		e = r.order.PushFront(&openFile{n: n, fh: fh})
		r.open[n] = e
	}
	r.order.MoveToFront(e)
	return e.Value.(*openFile).read(b, offset)
}

func (f *openFile) read(b []byte, offset int64) error {
	if offset < f.at || offset+int64(len(b)) > f.at+int64(f.filled) {
		if len(f.buf) < len(b) {
			f.buf = make([]byte, max(readAhead, len(b)))
		}
		n, err := f.fh.ReadAt(f.buf, offset)
		f.at, f.filled = offset, n
		if n < len(b) {
			if err == nil || err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
	}
	copy(b, f.buf[offset-f.at:])
	return nil
}

func (r *fileReader) close() error {
	var err error
	for _, e := range r.open {
		err = errors.Join(err, e.Value.(*openFile).fh.Close())
	}
	r.open, r.order = nil, nil
	return err
}
