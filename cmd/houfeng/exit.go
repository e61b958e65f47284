package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"houfeng/internal/centre"
	"houfeng/internal/compare"
	"houfeng/internal/engine/journal"
	"houfeng/internal/metadata"
)

// Exit codes of every verb. Scripts may rely on them.
const (
	exitOK          = 0
	exitFailed      = 1   // the work could not be done, or not all of it
	exitUsage       = 2   // wrong command line or configuration
	exitNothing     = 3   // the input held nothing that could be used
	exitInterrupted = 130 // by the user
)

// usageError is a mistake in the command line that kong cannot see.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// nothingError says that the input held nothing usable.
type nothingError struct{ error }

func (e nothingError) Unwrap() error { return e.error }

// report prints err with a hint what to do about it, and returns the exit code.
func (a *app) report(err error) int {
	code := codeOf(err)
	if code == exitInterrupted {
		fmt.Fprintln(a.err, "houfeng: interrupted")
		return code
	}
	fmt.Fprintf(a.err, "houfeng: %s\n", strings.ReplaceAll(err.Error(), "\n", "\n  "))
	if h := hint(err); h != "" {
		fmt.Fprintf(a.err, "hint: %s\n", h)
	}
	return code
}

func codeOf(err error) int {
	var usage usageError
	var mistakes centre.Mistakes
	var nothing nothingError
	switch {
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &usage), errors.As(err, &mistakes):
		return exitUsage
	case errors.As(err, &nothing), errors.Is(err, centre.ErrNothingUsable), errors.Is(err, metadata.ErrNothing):
		return exitNothing
	}
	return exitFailed
}

// hint says what can be done about an error, "" where the error says it.
func hint(err error) string {
	var mistakes centre.Mistakes
	switch {
	case errors.As(err, &mistakes):
		return "houfeng config prints every setting with what is allowed"
	case errors.Is(err, centre.ErrNothingUsable):
		return "houfeng inspect FILE tells what is in a file and why it was not used"
	case errors.Is(err, metadata.ErrNothing):
		return "--inventory takes StationXML, FDSN station text, tables with columns station, latitude and longitude, and folders of them"
	case errors.Is(err, compare.ErrFormat):
		return "a table needs a header with at least time, latitude and longitude"
	case errors.Is(err, journal.ErrTrimmed):
		return "the oldest entries were removed by age or size (journal.max_age, journal.max_bytes)"
	case errors.Is(err, syscall.EADDRINUSE):
		return "something listens there already, perhaps another houfeng; choose another port"
	case errors.Is(err, fs.ErrPermission):
		return "the user who runs houfeng may not do this here"
	case errors.Is(err, fs.ErrNotExist):
		return "check the path; relative ones start at the working folder"
	case errors.Is(err, syscall.ENOSPC):
		return "the disk is full"
	}
	return ""
}
