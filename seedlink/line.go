package seedlink

import (
	"bufio"
	"errors"
	"fmt"
	"strings"
)

// maxLine is the longest command line in bytes, with its terminator
// (SeedLink 4.0, section "Commands"; version 3 names no limit).
const maxLine = 255

// maxDiscard is how many bytes of an overlong line are passed over before the
// connection is given up.
const maxDiscard = 16 << 10

var (
	errLineLong  = errors.New("line is longer than 255 bytes")
	errLineBytes = errors.New("line has bytes that are not printable ASCII")
)

// lineReader cuts commands out of a stream. A line ends with CR, LF or CRLF,
// and is complete at its CR: the LF that may follow is not waited for.
type lineReader struct {
	r      *bufio.Reader
	max    int
	skipLF bool
	buf    []byte
}

func newLineReader(r *bufio.Reader, max int) *lineReader {
	return &lineReader{r: r, max: max}
}

// next returns the next line without its terminator. errLineLong and
// errLineBytes concern that line only, which was consumed; other errors are the
// reader's.
func (l *lineReader) next() (string, error) {
	l.buf = l.buf[:0]
	n, printable := 0, true
	for {
		b, err := l.r.ReadByte()
		if err != nil {
			return "", err
		}
		if b == '\n' && l.skipLF {
			l.skipLF = false
			continue
		}
		l.skipLF = b == '\r'
		if b == '\r' || b == '\n' {
			break
		}
		if n++; n < l.max {
			l.buf = append(l.buf, b)
		} else if n > maxDiscard {
			return "", fmt.Errorf("read command: no end of line within %d bytes", maxDiscard)
		}
		if (b < ' ' || b > '~') && b != '\t' {
			printable = false
		}
	}
	switch {
	case n >= l.max:
		return "", errLineLong
	case !printable:
		return "", errLineBytes
	}
	return string(l.buf), nil
}

// command is one line of a client: a verb in upper case and its arguments.
type command struct {
	verb string
	args []string
}

// parseCommand splits a line at runs of spaces and tabs. An empty line has an
// empty verb.
func parseCommand(line string) command {
	f := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' })
	if len(f) == 0 {
		return command{}
	}
	return command{verb: strings.ToUpper(f[0]), args: f[1:]}
}
