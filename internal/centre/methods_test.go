package centre

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// What a method declares of its parameters and what the configuration says of
// them is the same: name, unit, default.
func TestMethodsAgreeWithSettings(t *testing.T) {
	names := map[string]bool{}
	for _, m := range Methods() {
		if m.Kind == "" || m.Name == "" || m.Summary == "" || m.Citation == "" {
			t.Errorf("%s %s: incomplete declaration", m.Kind, m.Name)
		}
		if names[m.Kind+" "+m.Name] {
			t.Errorf("%s %s is listed twice", m.Kind, m.Name)
		}
		names[m.Kind+" "+m.Name] = true
		for _, p := range m.Params {
			s := settingNamed(m.Kind + "." + p.Name)
			if s == nil {
				t.Errorf("%s %s: parameter %s cannot be set: no %s.%s in the table of settings", m.Kind, m.Name, p.Name, m.Kind, p.Name)
				continue
			}
			if s.unit != p.Unit {
				t.Errorf("%s: unit %q in the settings, %q in the method", s.name(), s.unit, p.Unit)
			}
			if got := strings.Trim(s.print(fresh(s)), `"`); !sameNumber(got, p.Default) && got != p.Default {
				t.Errorf("%s: default %s in the settings, %s in the method", s.name(), got, p.Default)
			}
		}
	}
}

func sameNumber(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return errX == nil && errY == nil && x == y
}

// Where the comment on a stage's option says what zero stands for, the
// settings have the same default.
func TestDefaultsAgreeWithOptions(t *testing.T) {
	c := DefaultConfig()
	for dir, options := range map[string]any{
		"pick": &c.Pick, "quality": &c.Quality, "associate": &c.Associate, "locate": &c.Locate, "magnitude": &c.Magnitude,
		"intensity": &c.Intensity, "acquire": &c.Acquisition,
	} {
		said := zeros(t, "../chain/"+dir, reflect.TypeOf(options).Elem().Name())
		if len(said) == 0 {
			t.Errorf("%s: no option says what zero stands for", dir)
		}
		v := reflect.ValueOf(options).Elem()
		for name, zero := range said {
			got := v.FieldByName(name)
			if got.IsZero() {
				continue // left to the stage
			}
			if got := got.Interface(); fmt.Sprint(got) != zero && !sameNumber(fmt.Sprint(got), zero) {
				t.Errorf("%s: option %s says that zero stands for %s; the default of its setting is %v", dir, name, zero, got)
			}
		}
	}
}

var zeroIs = regexp.MustCompile(`\b0(?::| is) (-?[0-9.]*[0-9])`)

// zeros reads from the source of a stage what the zero of each numeric option
// stands for.
func zeros(t *testing.T, dir, structName string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(dir + "/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no source in %s: %v", dir, err)
	}
	out := map[string]string{}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			ts, ok := n.(*ast.TypeSpec)
			if !ok || ts.Name.Name != structName {
				return true
			}
			if st, ok := ts.Type.(*ast.StructType); ok {
				for _, field := range st.Fields.List {
					m := zeroIs.FindStringSubmatch(field.Comment.Text())
					if typ, ok := field.Type.(*ast.Ident); m != nil && ok && (typ.Name == "float64" || typ.Name == "int") {
						for _, id := range field.Names {
							out[id.Name] = m[1]
						}
					}
				}
			}
			return true
		})
	}
	return out
}
