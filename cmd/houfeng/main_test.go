package main

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"houfeng": main, "mkmseed": mkmseed, "mkscene": mkscene})
}

// TestScripts runs the command as a person would; see testdata/script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits}})
}

// exits runs a command and wants an exit code: `exits 2 houfeng compare`.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG…]")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if err != nil {
		code = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if code != args[0] {
		ts.Fatalf("%s exits with %s, want %s", strings.Join(args[1:], " "), code, args[0])
	}
}

func TestSpread(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"replay --waveforms a b c --out d", "replay --waveforms=a --waveforms=b --waveforms=c --out d"},
		{"replay --waveforms a --waveforms b --inventory x y", "replay --waveforms=a --waveforms=b --inventory=x --inventory=y"},
		{"replay --waveforms=a b", "replay --waveforms=a b"},
		{"replay --waveforms --out d", "replay --waveforms --out d"},
		{"replay --waveforms", "replay --waveforms"},
		{"inspect -- --waveforms a b", "inspect -- --waveforms a b"},
		{"--waveforms a -- b", "--waveforms=a -- b"},
	} {
		got := strings.Join(spread(strings.Fields(tt.args), "--waveforms", "--inventory"), " ")
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (−want +got):\n%s", tt.args, diff)
		}
	}
}

// Every verb has a help with an example that begins with its own name.
func TestHelp(t *testing.T) {
	for _, verb := range []string{"demo", "serve", "replay", "compare", "inspect", "config", "methods", "version"} {
		var out, err strings.Builder
		if code := run(context.Background(), []string{verb, "--help"}, &out, &err); code != exitOK {
			t.Errorf("%s --help exits with %d: %s", verb, code, err.String())
		}
		if help := out.String(); !strings.Contains(help, "Example") || !strings.Contains(help, "houfeng "+verb) {
			t.Errorf("%s --help shows no example:\n%s", verb, help)
		}
	}
}
