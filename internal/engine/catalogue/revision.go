package catalogue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"houfeng/internal/seis"
)

// maxID bounds the id of an event, in bytes.
const maxID = 255

// prepare returns the document of a revision that is to be added.
func prepare(ctx context.Context, e *seis.Event) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	switch {
	case e.ID == "":
		return "", errors.New("the id is empty")
	case len(e.ID) > maxID:
		return "", fmt.Errorf("the id has %d bytes, at most %d", len(e.ID), maxID)
	case !utf8.ValidString(e.ID) || strings.ContainsFunc(e.ID, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "", errors.New("the id is not printable")
	case e.Revision < 1:
		return "", errors.New("revisions begin at 1")
	}
	return encode(e)
}

// same returns nil if the document kept and the one to be added under its
// number are the same revision. A revision kept by an earlier version of the
// program is compared as this one would write it.
func same(kept, added string) error {
	if kept == added {
		return nil
	}
	e, err := decode(kept)
	if err != nil {
		return err
	}
	if again, err := encode(&e); err != nil || again != added {
		return ErrConflict
	}
	return nil
}

// hole is the error of a revision that does not follow the newest.
func hole(newest int) error {
	if newest == 0 {
		return fmt.Errorf("%w: there is none yet", ErrHole)
	}
	return fmt.Errorf("%w: the newest is %d", ErrHole, newest)
}

// decodeRevision decodes the document kept under an id and a number.
func decodeRevision(doc, id string, revision int) (seis.Event, error) {
	e, err := decode(doc)
	if err == nil && (e.ID != id || e.Revision != revision) {
		err = fmt.Errorf("the document is of event %.64q revision %d", e.ID, e.Revision)
	}
	if err != nil {
		return seis.Event{}, fmt.Errorf("read event %.64q revision %d: %w", id, revision, err)
	}
	return e, nil
}
