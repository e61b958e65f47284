// Package response computes what an instrument does to ground motion: from
// poles and zeros, sensitivity and stages to counts, and back.
package response

// Unit is the ground motion that a sensor answers to.
type Unit string

const (
	Displacement Unit = "M"
	Velocity     Unit = "M/S"
	Acceleration Unit = "M/S**2"
)

// Response is a channel's instrument response: overall sensitivity at a
// frequency, and the analogue poles and zeros where they are known.
type Response struct {
	Input       Unit
	Sensitivity float64 // counts per Input unit at FrequencyHz
	FrequencyHz float64
	PolesZeros  *PolesZeros // nil: flat response is assumed
}

// PolesZeros is an analogue transfer function in the Laplace domain,
// H(s) = A0·Π(s−z)/Π(s−p), s = iω (rad/s). StationXML 1.2, PolesZerosType.
type PolesZeros struct {
	Zeros, Poles []complex128 // rad/s
	A0           float64      // so that |H| = 1 at the response's FrequencyHz
}
