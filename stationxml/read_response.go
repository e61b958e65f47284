package stationxml

import (
	"encoding/xml"
	"strings"
)

func (p *parser) units(label string, u *Units) error {
	return p.children(label, func(e xml.StartElement) error {
		switch e.Name.Local {
		case "Name":
			return p.str(e, &u.Name)
		case "Description":
			return p.str(e, &u.Description)
		}
		return p.skip()
	})
}

func (p *parser) response(r *Response) error {
	return p.children("Response", func(e xml.StartElement) error {
		switch e.Name.Local {
		case "InstrumentSensitivity":
			s, err := p.sensitivity()
			r.Sensitivity = s
			return err
		case "InstrumentPolynomial":
			r.Polynomial = &Polynomial{}
			return p.polynomial(e, r.Polynomial)
		case "Stage":
			if len(r.Stages) >= p.lim.Stages {
				return p.errorf("more than %d stages", p.lim.Stages)
			}
			s, err := p.stage(e)
			r.Stages = append(r.Stages, s)
			return err
		}
		return p.skip()
	})
}

// sensitivity returns nil for an empty element, which some writers produce for
// channels without response.
func (p *parser) sensitivity() (*Sensitivity, error) {
	s := &Sensitivity{}
	var rng FrequencyRange
	ranged, empty := false, true
	has := required{}
	err := p.children("InstrumentSensitivity", func(e xml.StartElement) error {
		empty = false
		has.saw(e)
		switch e.Name.Local {
		case "Value":
			return p.number(e, &s.Value)
		case "Frequency":
			return p.number(e, &s.FrequencyHz)
		case "InputUnits":
			return p.units("InputUnits", &s.Input)
		case "OutputUnits":
			return p.units("OutputUnits", &s.Output)
		case "FrequencyStart":
			ranged = true
			return p.number(e, &rng.StartHz)
		case "FrequencyEnd":
			ranged = true
			return p.number(e, &rng.EndHz)
		case "FrequencyDBVariation":
			ranged = true
			return p.number(e, &rng.VariationDB)
		}
		return p.skip()
	})
	switch {
	case err != nil:
		return nil, err
	case empty:
		return nil, nil
	case !has["Value"]:
		return nil, p.errorf("InstrumentSensitivity: no Value")
	}
	if ranged {
		s.Range = &rng
	}
	return s, nil
}

func (p *parser) gain(label string) (*Gain, error) {
	g := &Gain{}
	has := required{}
	err := p.children(label, func(e xml.StartElement) error {
		has.saw(e)
		switch e.Name.Local {
		case "Value":
			return p.number(e, &g.Value)
		case "Frequency":
			return p.number(e, &g.FrequencyHz)
		}
		return p.skip()
	})
	if err == nil && !has["Value"] {
		err = p.errorf("%s: no Value", label)
	}
	return g, err
}

func (p *parser) stage(e xml.StartElement) (s Stage, err error) {
	number, err := p.attr(e, "number")
	if err != nil {
		return s, err
	}
	for _, d := range number {
		if d < '0' || d > '9' || s.Number > 1e6 {
			return s, p.errorf("Stage: number %q is not a counter", clip(number))
		}
		s.Number = 10*s.Number + int(d-'0')
	}
	err = p.children("Stage["+clip(number)+"]", func(e xml.StartElement) error {
		switch e.Name.Local {
		case "PolesZeros":
			s.PolesZeros = &PolesZeros{A0: 1}
			return p.polesZeros(e, s.PolesZeros)
		case "Coefficients":
			s.Coefficients = &Coefficients{}
			return p.coefficients(e, s.Coefficients)
		case "ResponseList":
			s.ResponseList = &ResponseList{}
			return p.responseList(e, s.ResponseList)
		case "FIR":
			s.FIR = &FIR{}
			return p.fir(e, s.FIR)
		case "Polynomial":
			s.Polynomial = &Polynomial{}
			return p.polynomial(e, s.Polynomial)
		case "Decimation":
			s.Decimation = &Decimation{}
			return p.decimation(s.Decimation)
		case "StageGain":
			s.Gain, err = p.gain("StageGain")
			return err
		}
		return p.skip()
	})
	return s, err
}

// filter reads the attributes of a filter.
func (p *parser) filter(e xml.StartElement, f *Filter) (err error) {
	if f.ResourceID, err = p.attr(e, "resourceId"); err != nil {
		return err
	}
	f.Name, err = p.attr(e, "name")
	return err
}

// filterChild reads a child that all filters share; done is false if e is none.
func (p *parser) filterChild(e xml.StartElement, f *Filter) (done bool, err error) {
	switch e.Name.Local {
	case "Description":
		return true, p.str(e, &f.Description)
	case "InputUnits":
		return true, p.units("InputUnits", &f.Input)
	case "OutputUnits":
		return true, p.units("OutputUnits", &f.Output)
	}
	return false, nil
}

func (p *parser) polesZeros(e xml.StartElement, z *PolesZeros) error {
	if err := p.filter(e, &z.Filter); err != nil {
		return err
	}
	has := required{}
	err := p.children("PolesZeros", func(e xml.StartElement) error {
		if done, err := p.filterChild(e, &z.Filter); done {
			return err
		}
		has.saw(e)
		switch e.Name.Local {
		case "PzTransferFunctionType":
			if err := p.str(e, &z.Type); err != nil {
				return err
			}
			switch z.Type = strings.ToUpper(z.Type); z.Type {
			case LaplaceRadians, LaplaceHertz, DigitalZ:
				return nil
			}
			return p.errorf("PzTransferFunctionType: unknown type %q", clip(z.Type))
		case "NormalizationFactor":
			return p.number(e, &z.A0)
		case "NormalizationFrequency":
			return p.number(e, &z.NormalisationHz)
		case "Zero":
			return p.complexRoot(e, &z.Zeros)
		case "Pole":
			return p.complexRoot(e, &z.Poles)
		}
		return p.skip()
	})
	if err == nil && !has["PzTransferFunctionType"] {
		err = p.errorf("PolesZeros: no PzTransferFunctionType")
	}
	return err
}

// complexRoot reads a pole or zero.
func (p *parser) complexRoot(e xml.StartElement, to *[]complex128) error {
	if len(*to) >= p.lim.Coefficients {
		return p.errorf("more than %d poles or zeros", p.lim.Coefficients)
	}
	var re, im float64
	has := required{}
	err := p.children(e.Name.Local, func(e xml.StartElement) error {
		has.saw(e)
		switch e.Name.Local {
		case "Real":
			return p.number(e, &re)
		case "Imaginary":
			return p.number(e, &im)
		}
		return p.skip()
	})
	if err != nil {
		return err
	}
	if m := has.missing("Real", "Imaginary"); m != "" {
		return p.errorf("%s: no %s", e.Name.Local, m)
	}
	*to = append(*to, complex(re, im))
	return nil
}

func (p *parser) appendNumber(e xml.StartElement, to *[]float64) error {
	if len(*to) >= p.lim.Coefficients {
		return p.errorf("more than %d coefficients", p.lim.Coefficients)
	}
	var v float64
	err := p.number(e, &v)
	*to = append(*to, v)
	return err
}

func (p *parser) coefficients(e xml.StartElement, c *Coefficients) error {
	if err := p.filter(e, &c.Filter); err != nil {
		return err
	}
	return p.children("Coefficients", func(e xml.StartElement) error {
		if done, err := p.filterChild(e, &c.Filter); done {
			return err
		}
		switch e.Name.Local {
		case "CfTransferFunctionType":
			err := p.str(e, &c.Type)
			c.Type = strings.ToUpper(c.Type)
			return err
		case "Numerator":
			return p.appendNumber(e, &c.Numerators)
		case "Denominator":
			return p.appendNumber(e, &c.Denominators)
		}
		return p.skip()
	})
}

func (p *parser) responseList(e xml.StartElement, l *ResponseList) error {
	if err := p.filter(e, &l.Filter); err != nil {
		return err
	}
	return p.children("ResponseList", func(e xml.StartElement) error {
		if done, err := p.filterChild(e, &l.Filter); done {
			return err
		}
		if e.Name.Local != "ResponseListElement" {
			return p.skip()
		}
		if len(l.Elements) >= p.lim.Coefficients {
			return p.errorf("more than %d elements", p.lim.Coefficients)
		}
		var x ResponseListElement
		err := p.children("ResponseListElement", func(e xml.StartElement) error {
			switch e.Name.Local {
			case "Frequency":
				return p.number(e, &x.FrequencyHz)
			case "Amplitude":
				return p.number(e, &x.Amplitude)
			case "Phase":
				return p.number(e, &x.PhaseDeg)
			}
			return p.skip()
		})
		l.Elements = append(l.Elements, x)
		return err
	})
}

func (p *parser) fir(e xml.StartElement, f *FIR) error {
	if err := p.filter(e, &f.Filter); err != nil {
		return err
	}
	return p.children("FIR", func(e xml.StartElement) error {
		if done, err := p.filterChild(e, &f.Filter); done {
			return err
		}
		switch e.Name.Local {
		case "Symmetry":
			if err := p.str(e, &f.Symmetry); err != nil {
				return err
			}
			switch f.Symmetry = strings.ToUpper(f.Symmetry); f.Symmetry {
			case "NONE", "EVEN", "ODD":
				return nil
			}
			return p.errorf("Symmetry: %q, want NONE, EVEN or ODD", clip(f.Symmetry))
		case "NumeratorCoefficient":
			return p.appendNumber(e, &f.Numerators)
		}
		return p.skip()
	})
}

func (p *parser) polynomial(e xml.StartElement, y *Polynomial) error {
	if err := p.filter(e, &y.Filter); err != nil {
		return err
	}
	return p.children(e.Name.Local, func(e xml.StartElement) error {
		if done, err := p.filterChild(e, &y.Filter); done {
			return err
		}
		switch e.Name.Local {
		case "ApproximationType":
			return p.str(e, &y.Approximation)
		case "FrequencyLowerBound":
			return p.number(e, &y.FrequencyLowHz)
		case "FrequencyUpperBound":
			return p.number(e, &y.FrequencyHighHz)
		case "ApproximationLowerBound":
			return p.number(e, &y.Low)
		case "ApproximationUpperBound":
			return p.number(e, &y.High)
		case "MaximumError":
			return p.number(e, &y.MaxError)
		case "Coefficient":
			return p.appendNumber(e, &y.Coefficients)
		}
		return p.skip()
	})
}

func (p *parser) decimation(d *Decimation) error {
	return p.children("Decimation", func(e xml.StartElement) error {
		switch e.Name.Local {
		case "InputSampleRate":
			return p.number(e, &d.InputRateHz)
		case "Factor":
			return p.integer(e, &d.Factor)
		case "Offset":
			return p.integer(e, &d.Offset)
		case "Delay":
			return p.number(e, &d.DelayS)
		case "Correction":
			return p.number(e, &d.CorrectionS)
		}
		return p.skip()
	})
}
