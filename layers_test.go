package houfeng_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// public are the packages that can be lifted out and used alone: the standard
// library and what is listed, nothing else.
var public = map[string][]string{
	"fdsn":       {},
	"mseed":      {"fdsn"},
	"seedlink":   {"fdsn", "mseed"},
	"datalink":   {"fdsn", "mseed"},
	"stationxml": {"fdsn"},
	"quakeml":    {},
	"fdsnws":     {"fdsn"},
	"cap":        {},
	"stix":       {},
	"taxii":      {"stix"},
}

// parsers read strangers' bytes and can do nothing else to the machine.
var parsers = []string{"fdsn", "mseed", "stationxml", "quakeml", "cap", "stix"}

var forbiddenToParsers = []string{"os", "os/exec", "net", "syscall", "unsafe"}

// levels is the order of the rooms under internal/, lowest first. A room
// imports from lower levels and from itself, never from its own level's other
// rooms.
var levels = [][]string{
	{"science", "method", "golden"},
	{"seis"},
	{"incident", "metadata", "compare"},
	{"engine"},
	{"chain", "defence", "sim", "console", "httpd", "metrics", "report"},
	{"centre"},
}

// others are the rooms that may import other people's modules, and which ones;
// "*" is any. Everywhere else there is the standard library and ourselves.
var others = map[string]string{
	"cmd": "*", "engine": "*", "console": "*", "httpd": "*", "centre": "*", "defence": "*", "report": "*", "metrics": "*",
	"science": "gonum.org/",
}

// TestLayers holds the tree to the import rules; see CONTRIBUTING.md. Every
// violation is a sentence that says what is wrong and why the rule is there.
func TestLayers(t *testing.T) {
	files := sources(t)
	if len(files) < 100 {
		t.Fatalf("found only %d source files: is this the root of the repository?", len(files))
	}
	for _, f := range files {
		for _, imp := range f.imports {
			if why := violation(f, imp); why != "" {
				t.Errorf("%s: %s", f.name, why)
			}
		}
	}
}

// source is one Go file.
type source struct {
	name    string // slash-separated, from the root
	pkg     string // its folder
	test    bool
	imports []string
}

func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if p != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules") {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(p) != ".go" {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		s := source{name: filepath.ToSlash(p), test: strings.HasSuffix(p, "_test.go")}
		s.pkg = path.Dir(s.name)
		for _, imp := range f.Imports {
			name, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, name)
		}
		out = append(out, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// room returns the part of the tree a package belongs to: a public package, a
// folder of internal/, "cmd", "examples" or "" for the root.
func room(pkg string) string {
	parts := strings.Split(pkg, "/")
	if parts[0] == "internal" && len(parts) > 1 {
		return parts[1]
	}
	if parts[0] == "." {
		return ""
	}
	return parts[0]
}

// violation says in a sentence why a file may not import imp; "" if it may.
func violation(f source, imp string) string {
	if imp == "C" {
		return "imports C: Houfeng is built without cgo, so that one static file runs everywhere"
	}
	ours, isOurs := strings.CutPrefix(imp, "houfeng/")
	switch {
	case isOurs:
		return direction(f, ours)
	case !strings.Contains(strings.Split(imp, "/")[0], "."):
		return standard(f, imp)
	}
	return module(f, imp)
}

// standard judges an import of the standard library.
func standard(f source, imp string) string {
	if !f.test && slices.Contains(parsers, room(f.pkg)) && isPublic(f.pkg) && slices.Contains(forbiddenToParsers, imp) {
		return fmt.Sprintf("package %s imports %s: it parses strangers' bytes, and a parser that cannot touch files, network or memory cannot be made to", f.pkg, imp)
	}
	return ""
}

// module judges an import of other people's code.
func module(f source, imp string) string {
	if f.test {
		return "" // tests may use tools
	}
	allowed, ok := others[room(f.pkg)]
	if isPublic(f.pkg) || !ok {
		return fmt.Sprintf("package %s imports %s: other people's modules enter only in cmd, engine, console, httpd, centre, defence, report, metrics (and gonum in science), so that the supply chain is visible in the tree", f.pkg, imp)
	}
	if allowed != "*" && !strings.HasPrefix(imp, allowed) {
		return fmt.Sprintf("package %s imports %s: room %s takes modules of %s only", f.pkg, imp, room(f.pkg), allowed)
	}
	return ""
}

func isPublic(pkg string) bool {
	_, ok := public[room(pkg)]
	return ok && !strings.HasPrefix(pkg, "internal/")
}

// direction judges an import of our own.
func direction(f source, imp string) string {
	if f.pkg == imp || f.test {
		return "" // a test may reach for what it compares with
	}
	from, to := room(f.pkg), room(imp)
	switch {
	case isPublic(f.pkg):
		if from == to || isPublic(imp) && slices.Contains(public[from], to) {
			return ""
		}
		return fmt.Sprintf("public package %s imports %s: it may import the standard library and %s, so that it can be lifted out and used alone", f.pkg, imp, orNothing(public[from]))
	case from == "examples":
		if isPublic(imp) {
			return ""
		}
		return fmt.Sprintf("example %s imports %s: examples show what can be built with the public packages alone", f.pkg, imp)
	case to == "golden":
		return fmt.Sprintf("package %s imports %s outside its tests: golden data is for tests", f.pkg, imp)
	case isPublic(imp) && from == "science":
		return fmt.Sprintf("package %s imports %s: science is pure functions of numbers and knows no format", f.pkg, imp)
	case isPublic(imp), from == "cmd":
		return ""
	}
	a, b := level(from), level(to)
	switch {
	case a < 0:
		return fmt.Sprintf("room %s is not in layers_test.go: say there which level it has", from)
	case b < 0:
		return fmt.Sprintf("package %s imports %s, whose room %s is not in layers_test.go: say there which level it has", f.pkg, imp, to)
	case from == "science" && to != "science":
		return fmt.Sprintf("package %s imports %s: science is pure functions and imports the standard library, gonum and science", f.pkg, imp)
	case from == "sim" && to == "engine":
		return fmt.Sprintf("package %s imports %s: the simulator enters by the front door, over SeedLink or as receipts, and knows no engine", f.pkg, imp)
	case from == "chain" && to == "chain":
		return stages(f.pkg, imp)
	case from == "chain" && to == "engine" && !slices.Contains([]string{"internal/engine/bus", "internal/engine/clock"}, imp):
		return fmt.Sprintf("package %s imports %s: a stage of the chain meets the rest on the bus and takes time from the clock; where things rest is not its business", f.pkg, imp)
	case from == to:
		return ""
	case b > a:
		return fmt.Sprintf("package %s imports %s: imports point downwards only, and %s stands above %s", f.pkg, imp, to, from)
	case b == a && a > 0:
		return fmt.Sprintf("package %s imports %s: %s and %s stand side by side and meet on the bus or in internal/centre", f.pkg, imp, from, to)
	}
	return ""
}

// stages judges an import within the chain: a child may import its parent.
func stages(pkg, imp string) string {
	if strings.HasPrefix(pkg, imp+"/") {
		return ""
	}
	return fmt.Sprintf("stage %s imports %s: stages of the chain never import one another; they meet on the bus, in the words of seis", pkg, imp)
}

func level(room string) int {
	return slices.IndexFunc(levels, func(rooms []string) bool { return slices.Contains(rooms, room) })
}

func orNothing(list []string) string {
	if len(list) == 0 {
		return "nothing else"
	}
	return strings.Join(list, " and ")
}

// TestViolations shows that the rules bite: a test that cannot fail is none.
func TestViolations(t *testing.T) {
	for _, tt := range []struct {
		pkg, imp string
		want     string // part of the sentence; "" is allowed
	}{
		{"mseed", "houfeng/fdsn", ""},
		{"mseed", "houfeng/internal/seis", "lifted out and used alone"},
		{"fdsn", "houfeng/mseed", "nothing else"},
		{"mseed", "os", "strangers' bytes"},
		{"seedlink", "net", ""},
		{"mseed", "golang.org/x/sys/unix", "supply chain"},
		{"internal/seis", "houfeng/internal/engine/bus", "downwards only"},
		{"internal/engine/ring", "houfeng/internal/seis", ""},
		{"internal/chain/pick", "houfeng/internal/chain", ""},
		{"internal/chain/publish/products", "houfeng/internal/chain/publish", ""},
		{"internal/chain/pick", "houfeng/internal/chain/locate", "never import one another"},
		{"internal/chain/locate", "houfeng/internal/engine/bus", ""},
		{"internal/chain/locate", "houfeng/internal/engine/catalogue", "not its business"},
		{"internal/chain/locate", "houfeng/internal/httpd", "side by side"},
		{"internal/sim", "houfeng/internal/engine/ring", "front door"},
		{"internal/science/dsp", "gonum.org/v1/gonum/mat", ""},
		{"internal/science/dsp", "github.com/oklog/ulid/v2", "gonum.org/ only"},
		{"internal/science/dsp", "houfeng/mseed", "no format"},
		{"internal/science/geo", "houfeng/internal/science/dsp", ""},
		{"internal/science/geo", "houfeng/internal/method", "pure functions"},
		{"internal/seis", "github.com/oklog/ulid/v2", "supply chain"},
		{"internal/engine/catalogue", "modernc.org/sqlite", ""},
		{"internal/chain/pick", "houfeng/internal/golden", "for tests"},
		{"internal/nowhere", "houfeng/internal/seis", "is not in layers_test.go"},
		{"internal/centre", "C", "without cgo"},
		{"examples/tail", "houfeng/internal/seis", "public packages alone"},
	} {
		got := violation(source{name: tt.pkg + "/x.go", pkg: tt.pkg}, tt.imp)
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s imports %s: %q, want %q", tt.pkg, tt.imp, got, tt.want)
		}
	}
}

// TestDependencies: every module that is imported has its line in
// docs/dependencies.md, and nothing else has.
func TestDependencies(t *testing.T) {
	const page = "docs/dependencies.md"
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	gomod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	var modules []string
	for _, line := range strings.Split(string(gomod), "\n") {
		if f := strings.Fields(line); len(f) >= 2 && strings.Contains(f[0], ".") && strings.HasPrefix(f[1], "v") {
			modules = append(modules, f[0])
		}
	}
	imported := map[string]string{}
	for _, f := range sources(t) {
		for _, imp := range f.imports {
			for _, m := range modules {
				if imp == m || strings.HasPrefix(imp, m+"/") {
					imported[m] = f.name
				}
			}
		}
	}
	for _, m := range modules {
		listed := strings.Contains(string(b), "| `"+m+"` |")
		switch file := imported[m]; {
		case file != "" && !listed:
			t.Errorf("%s imports %s, which has no line in %s: say what it is for and why this one", file, m, page)
		case file == "" && listed:
			t.Errorf("%s lists %s, which nothing imports", page, m)
		}
	}
}

// TestNoStrayFolders: a new folder at the top or under internal/ is a decision.
func TestNoStrayFolders(t *testing.T) {
	entries, err := os.ReadDir("internal")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && level(e.Name()) < 0 && hasGo(t, filepath.Join("internal", e.Name())) {
			t.Errorf("internal/%s is not in layers_test.go: say there which level it has", e.Name())
		}
		if slices.Contains([]string{"utils", "util", "common", "types", "services", "pkg", "helpers"}, e.Name()) {
			t.Errorf("internal/%s says nothing about what is inside", e.Name())
		}
	}
}

func hasGo(t *testing.T, dir string) bool {
	t.Helper()
	found := false
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		found = found || filepath.Ext(p) == ".go"
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
