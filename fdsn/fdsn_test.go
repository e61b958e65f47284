package fdsn

import (
	"path"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]ID{
		"IU.COLA.00.BHZ":         {"IU", "COLA", "00", "BHZ"},
		"IU.COLA.--.BHZ":         {"IU", "COLA", "", "BHZ"},
		"IU.COLA..BHZ":           {"IU", "COLA", "", "BHZ"},
		"FDSN:IU_COLA_00_B_H_Z":  {"IU", "COLA", "00", "BHZ"},
		"FDSN:XX_ABC__H_GNSS_LX": {"XX", "ABC", "", "H_GNSS_LX"},
	} {
		got, err := Parse(in)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "IU.COLA", "FDSN:IU_COLA", "I U.COLA.00.BHZ", "IU.COLA.00.BHZ.D", strings.Repeat("A", 9) + ".B.C.D"} {
		if got, err := Parse(in); err == nil {
			t.Errorf("%q gave %+v, want an error", in, got)
		}
	}
}

func TestSourceIDRoundTrip(t *testing.T) {
	code := rapid.StringMatching(`[A-Z0-9]{1,8}`)
	rapid.Check(t, func(t *rapid.T) {
		id := ID{code.Draw(t, "net"), code.Draw(t, "sta"), rapid.StringMatching(`[A-Z0-9]{0,8}`).Draw(t, "loc"), ""}
		id.Channel = join(rapid.StringMatching(`[A-Z]{0,2}`).Draw(t, "b"), rapid.StringMatching(`[A-Z]{1,3}`).Draw(t, "s"), rapid.StringMatching(`[A-Z]{0,2}`).Draw(t, "ss"))
		got, err := Parse(id.SourceID())
		if err != nil || got != id {
			t.Fatalf("%s: %+v, %v; want %+v", id.SourceID(), got, err, id)
		}
	})
}

func TestMatchAgreesWithPath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.StringMatching(`[AB*?]{0,8}`).Draw(t, "pattern")
		s := rapid.StringMatching(`[AB]{0,8}`).Draw(t, "s")
		want, err := path.Match(p, s)
		if err != nil {
			t.Skip()
		}
		if got := Match(p, s); got != want {
			t.Fatalf("Match(%q, %q) = %v, want %v", p, s, got, want)
		}
	})
}

func TestMatchID(t *testing.T) {
	id := ID{"IU", "COLA", "", "BHZ"}
	for p, want := range map[string]bool{
		"IU": true, "IU.COLA": true, "IU.COLA..BH?": true, "*.*.--.*Z": true, "*": true,
		"IU.COL": false, "IU.COLA.00": false, "IU.COLA..BHZ.D": false, "": false,
	} {
		if got := MatchID(p, id); got != want {
			t.Errorf("MatchID(%q) = %v, want %v", p, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("IU.COLA.00.BHZ")
	f.Add("FDSN:IU_COLA_00_B_H_Z")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := Parse(s)
		if err != nil {
			return
		}
		if again, err := Parse(id.SourceID()); err == nil && again.SourceID() != id.SourceID() {
			t.Errorf("%q: %q is not stable", s, id.SourceID())
		}
	})
}
