// Package method says how an interchangeable algorithm (picker, associator,
// locator, magnitude, intensity relation, guard) is declared, so that
// `houfeng methods` can print it with its parameters and its source.
package method

// Method describes one algorithm.
type Method struct {
	Kind     string // "pick", "associate", "locate", "magnitude", "intensity", "guard"
	Name     string // as used in the configuration: "stalta"
	Summary  string // one sentence
	Citation string // paper with page, or standard with section
	Params   []Param
}

// Param is a setting of a method.
type Param struct {
	Name    string
	Unit    string // "s", "Hz", "km", "" for a pure number
	Default string
	Doc     string
}
