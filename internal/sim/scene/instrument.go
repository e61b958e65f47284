package scene

import (
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"strconv"

	"houfeng/internal/science/response"
)

// builtIn returns the instruments that every scene knows. Sensors are typical
// of their class and of no maker; digitisers have 24 bits over 40 V
// peak to peak, 419,430 counts per volt.
func builtIn() []Instrument {
	const countsPerVolt = 1 << 24 / 40.0
	list := []Instrument{
		{
			Name: "broadband", Channels: "HH", RateHz: 100, Sensor: "broadband seismometer, 120 s to 100 Hz",
			// Velocity transducer, two zeros at the origin, corner at 120 s with
			// 0.707 of critical damping and 1,500 V·s/m.
			Response: response.Response{Input: response.Velocity, Sensitivity: 1500 * countsPerVolt, FrequencyHz: 1,
				PolesZeros: &response.PolesZeros{
					Zeros: []complex128{0, 0},
					Poles: []complex128{-0.037008 + 0.037008i, -0.037008 - 0.037008i, -502.65, -1005, -1131},
				}},
			FullScale: 1 << 23, SelfNoiseDB: -182, DigitizerNoise: 1.0, OffsetCounts: 2000,
		},
		{
			Name: "shortperiod", Channels: "EH", RateHz: 100, Sensor: "short-period seismometer, 4.5 Hz",
			// Geophone, 4.5 Hz, 0.70 of critical damping, 28.8 V·s/m behind a
			// preamplifier of 32.
			Response: response.Response{Input: response.Velocity, Sensitivity: 28.8 * 32 * countsPerVolt, FrequencyHz: 15,
				PolesZeros: &response.PolesZeros{
					Zeros: []complex128{0, 0},
					Poles: []complex128{-19.792 + 20.192i, -19.792 - 20.192i},
				}},
			FullScale: 1 << 23, SelfNoiseDB: -165, DigitizerNoise: 1.5, OffsetCounts: 500,
		},
		{
			Name: "accelerometer", Channels: "HN", RateHz: 100, Sensor: "force-balance accelerometer, ±2 g",
			// 10 V/g, flat from zero to 200 Hz.
			Response: response.Response{Input: response.Acceleration, Sensitivity: 10 / standardGravity * countsPerVolt, FrequencyHz: 1,
				PolesZeros: &response.PolesZeros{
					Poles: []complex128{-981 + 1009i, -981 - 1009i, -3290 + 1263i, -3290 - 1263i},
				}},
			FullScale: 1 << 23, SelfNoiseDB: -132, DigitizerNoise: 1.0, OffsetCounts: 20000,
		},
		{
			Name: "mems", Channels: "BN", RateHz: 100, Sensor: "MEMS accelerometer of an intensity station, ±2 g",
			// Flat from zero, one pole at 80 Hz; 24 bits of which some 17 are noise free.
			Response: response.Response{Input: response.Acceleration, Sensitivity: (1 << 23) / (2 * standardGravity), FrequencyHz: 1,
				PolesZeros: &response.PolesZeros{Poles: []complex128{-502.65}}},
			FullScale: 1 << 23, SelfNoiseDB: -97, DigitizerNoise: 4, OffsetCounts: 60000,
		},
	}
	for i := range list {
		normalise(&list[i].Response)
	}
	return list
}

const standardGravity = 9.80665 // m/s²

// normalise sets A0 so that the analogue response is 1 at FrequencyHz. It
// reports whether that can be done.
func normalise(r *response.Response) bool {
	r.PolesZeros.A0 = 1
	g := cmplx.Abs(r.PolesZeros.At(r.FrequencyHz))
	r.PolesZeros.A0 = 1 / g
	return g > 1e-300 && g < 1e300
}

// instrument reads: instrument NAME channels HH rate HZ
// input velocity|acceleration sensitivity X at HZ [poles P…] [zeros Z…]
// [fullscale COUNTS] [bits N] [selfnoise DB] [digitizernoise COUNTS]
// [offset COUNTS] ["sensor"].
func (p *parser) instrument(a *args) error {
	in := Instrument{FullScale: 1 << 23, SelfNoiseDB: -180, DigitizerNoise: 1}
	var err error
	if in.Name, err = a.text("name"); err != nil {
		return err
	}
	if in.Name == "" || p.sc.Instrument(in.Name) != nil {
		return fmt.Errorf("the name %s is taken", clip(in.Name))
	}
	pz := &response.PolesZeros{}
	in.Response.PolesZeros = pz
	for a.more() {
		if w := a.peek(); w[0] == '"' {
			if in.Sensor, err = a.text("sensor"); err != nil {
				return err
			}
			continue
		}
		k, err := a.key()
		if err != nil {
			return err
		}
		switch k {
		case "channels":
			if in.Channels, err = a.take("channels"); err == nil {
				if err = checkCode("band and source", in.Channels, 2); err == nil && len(in.Channels) != 2 {
					err = fmt.Errorf("channels %s: want band and source code, such as HH", clip(in.Channels))
				}
			}
		case "rate":
			in.RateHz, err = a.number("rate", hertz, 1, 500)
			if err == nil && in.RateHz != math.Trunc(in.RateHz) {
				err = fmt.Errorf("rate %g Hz: want a whole number", in.RateHz)
			}
		case "input":
			var w string
			w, err = a.take("velocity or acceleration")
			switch {
			case err != nil:
			case w == "velocity":
				in.Response.Input = response.Velocity
			case w == "acceleration":
				in.Response.Input = response.Acceleration
			default:
				err = fmt.Errorf("input %s: want velocity or acceleration", clip(w))
			}
		case "sensitivity":
			if in.Response.Sensitivity, err = a.number(k, nil, 1e-3, 1e15); err != nil {
				break
			}
			if !a.accept("at") {
				err = errors.New("sensitivity X: at HZ is missing")
				break
			}
			in.Response.FrequencyHz, err = a.number("frequency", hertz, 1e-3, 250)
		case "poles":
			pz.Poles, err = a.complexes("pole")
		case "zeros":
			pz.Zeros, err = a.complexes("zero")
		case "fullscale":
			in.FullScale, err = a.number(k, nil, 1, 1<<31-1)
		case "bits":
			var bits int
			bits, err = a.integer(k, 8, 32)
			in.FullScale = math.Ldexp(1, bits-1)
			if bits == 32 {
				in.FullScale--
			}
		case "selfnoise":
			in.SelfNoiseDB, err = a.number(k, decibel, -250, 0)
		case "digitizernoise":
			in.DigitizerNoise, err = a.number(k, nil, 0, 1e6)
		case "offset":
			in.OffsetCounts, err = a.number(k, nil, 0, 1e9)
		default:
			err = fmt.Errorf("unknown setting %s", clip(k))
		}
		if err != nil {
			return err
		}
	}
	for _, k := range []string{"channels", "rate", "input", "sensitivity"} {
		if !a.seen[k] {
			return fmt.Errorf("%s is missing", k)
		}
	}
	switch {
	case a.seen["bits"] && a.seen["fullscale"]:
		return errors.New("bits and fullscale say the same")
	case len(p.sc.Instruments) >= 100:
		return errors.New("more than 100 instruments")
	case len(pz.Zeros) > len(pz.Poles):
		return fmt.Errorf("%d zeros and %d poles: the response would grow without end", len(pz.Zeros), len(pz.Poles))
	case !normalise(&in.Response):
		return fmt.Errorf("the response is not finite at %g Hz", in.Response.FrequencyHz)
	}
	p.sc.Instruments = append(p.sc.Instruments, in)
	return nil
}

// complexes takes poles or zeros in rad/s, such as -0.037+0.037i, up to the
// next word that is none. Poles must lie in the left half plane.
func (a *args) complexes(what string) ([]complex128, error) {
	var out []complex128
	for a.more() {
		w := a.peek()
		if c := w[0]; c != '-' && c != '+' && (c < '0' || c > '9') {
			break
		}
		v, err := strconv.ParseComplex(w, 128)
		if err != nil || cmplx.IsNaN(v) || cmplx.Abs(v) > 1e6 {
			return nil, fmt.Errorf("%s %s is not a complex number such as -0.037+0.037i, at most 1e6", what, clip(w))
		}
		if what == "pole" && real(v) >= 0 {
			return nil, fmt.Errorf("pole %s: want a negative real part", clip(w))
		}
		if what == "pole" && cmplx.Abs(v) < 1e-4 || what == "zero" && v != 0 && cmplx.Abs(v) < 1e-6 {
			return nil, fmt.Errorf("%s %s is too small", what, clip(w))
		}
		out = append(out, v)
		a.words = a.words[1:]
		if len(out) > 50 {
			return nil, fmt.Errorf("more than 50 %ss", what)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s is missing", what)
	}
	return out, conjugates(what, out)
}

// conjugates demands that complex poles and zeros come in pairs; the response
// of a real instrument is real.
func conjugates(what string, list []complex128) error {
	left := append([]complex128(nil), list...)
	for i, v := range left {
		if imag(v) <= 0 {
			continue
		}
		for j, w := range left {
			if w == cmplx.Conj(v) {
				left[i], left[j] = 0, 0
				break
			}
		}
	}
	for _, v := range left {
		if imag(v) != 0 {
			return fmt.Errorf("%s %g%+gi has no conjugate", what, real(v), imag(v))
		}
	}
	return nil
}
