package mseed

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestTimeQuality(t *testing.T) {
	for text, want := range map[string]int{
		`{"FDSN":{"Time":{"Quality":100}}}`:                                       100,
		" {\n\t\"FDSN\" : { \"Time\" :\r{ \"Quality\" : 0 } } } ":                 0,
		`{"FDSN":{"Time":{"Quality":99.9,"Other":1}}}`:                            99,
		`{"A":[1,[2,{}],"]"],"B":{"FDSN":1},"FDSN":{"Time":{"Quality":3}}}`:       3,
		`{"A\"":"\\","FDSN":{"X":-1.5e3,"Y":null,"Z":true,"Time":{"Quality":4}}}`: 4,
		`{"FDSN":{"Time":{"Quality":101}}}`:                                       -1,
		`{"FDSN":{"Time":{"Quality":-1}}}`:                                        -1,
		`{"FDSN":{"Time":{"Quality":1e2}}}`:                                       -1,
		`{"FDSN":{"Time":{"Quality":"5"}}}`:                                       -1,
		`{"FDSN":{"Time":{"Quality":00000005}}}`:                                  -1,
		`{"FDSN":{"Time":{}}}`:                                                    -1,
		`{"FDSN":{"Time":5}}`:                                                     -1,
		`{"FDSN":{"Quality":5}}`:                                                  -1,
		`{"Time":{"Quality":5}}`:                                                  -1,
		`{"FDSN":`:                                                                -1, `{"FDSN`: -1, `{"A":"\`: -1, `{"A":]`: -1, `{"A":[[`: -1, `[]`: -1, `{}`: -1, ``: -1,
	} {
		got, ok := timeQuality([]byte(text))
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}

// Where the text is JSON that names each key once, encoding/json agrees.
func FuzzTimeQuality(f *testing.F) {
	f.Add(`{"FDSN":{"Time":{"Quality":100}}}`)
	f.Add(`{"A":[1,[2,{}],"]"],"B":{"x":1},"FDSN":{"Time":{"Quality":3}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := timeQuality([]byte(text))
		if ok && (got < 0 || got > 100) {
			t.Fatalf("%q: %d", text, got)
		}
		var top map[string]any
		if json.Unmarshal([]byte(text), &top) != nil || strings.ContainsAny(text, `\`) ||
			strings.Count(text, `"FDSN"`) != 1 || strings.Count(text, `"Time"`) != 1 || strings.Count(text, `"Quality"`) != 1 {
			return
		}
		fdsn, _ := top["FDSN"].(map[string]any)
		tm, _ := fdsn["Time"].(map[string]any)
		if q, is := tm["Quality"].(float64); is && q >= 0 && q < 101 && !strings.ContainsAny(text, "eE-") && (!ok || got != int(q)) {
			t.Fatalf("%q: %d, %v, want %v", text, got, ok, q)
		} else if !is && ok {
			t.Fatalf("%q: %d, but there is none", text, got)
		}
	})
}
