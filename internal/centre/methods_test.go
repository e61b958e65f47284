package centre

import (
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
