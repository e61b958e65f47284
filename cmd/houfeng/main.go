// Command houfeng is the software of an earthquake monitoring centre.
//
// Start with `houfeng --help`, or see an earthquake being found:
//
//	houfeng demo
//
// Each verb stands in a file of its own; what they do is in internal/centre and
// the packages below it. Exit codes are listed in exit.go.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is the command line: one field per verb.
type cli struct {
	Demo    demoCmd    `cmd:"" help:"Watch a made-up network find a made-up earthquake, in a browser."`
	Serve   serveCmd   `cmd:"" help:"Run the centre: take records from upstream servers, find earthquakes, serve the results."`
	Replay  replayCmd  `cmd:"" help:"Find earthquakes in recorded waveforms, or repeat a run from its journal."`
	Compare compareCmd `cmd:"" help:"Compare found events with true ones: matched, missed, extra, errors."`
	Inspect inspectCmd `cmd:"" help:"Tell what is in miniSEED, StationXML, station tables, catalogues and journals."`
	Config  configCmd  `cmd:"" help:"Print every setting with its default, unit and range, or check a file."`
	Methods methodsCmd `cmd:"" help:"List the algorithms with their parameters and sources."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

const description = `The software of an earthquake monitoring centre.

Exit codes: 0 done; 1 failed; 2 wrong usage or configuration; 3 nothing usable in the input; 130 interrupted.`

// app is what the verbs know of the world.
type app struct {
	ctx      context.Context
	out, err io.Writer
	terminal bool // err is one
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run does what the arguments say and returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int) {
	type exit int // thrown by kong when it has printed help
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(exit)
			if !ok {
				panic(r)
			}
			code = int(e)
		}
	}()
	var c cli
	parser, err := kong.New(&c, kong.Name("houfeng"), kong.Description(description), kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}))
	if err != nil {
		panic(err) // the command line itself is wrong: every test shows it
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	words, err := parser.Parse(spread(args, "--waveforms", "--inventory"))
	if err != nil {
		fmt.Fprintf(stderr, "houfeng: %v\n", err)
		verb := ""
		if pe, ok := err.(*kong.ParseError); ok && pe.Context != nil && pe.Context.Selected() != nil {
			verb = " " + pe.Context.Selected().Name
		}
		fmt.Fprintf(stderr, "hint: houfeng%s --help shows what can be said\n", verb)
		return exitUsage
	}
	a := &app{ctx: ctx, out: stdout, err: stderr, terminal: isTerminal(stderr)}
	if err := words.Run(a); err != nil {
		return a.report(err)
	}
	return exitOK
}

// spread lets the list flags named take several values, as in
// `--waveforms a b c`: each value becomes a flag of its own, until the next
// word that begins with a dash. Everything behind `--` is left as it is.
func spread(args []string, lists ...string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return append(out, args[i:]...)
		}
		isList := false
		for _, l := range lists {
			isList = isList || args[i] == l
		}
		if !isList || i+1 == len(args) || strings.HasPrefix(args[i+1], "-") {
			out = append(out, args[i])
			continue
		}
		flag := args[i]
		for i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
			i++
			out = append(out, flag+"="+args[i])
		}
	}
	return out
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}
