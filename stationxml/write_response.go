package stationxml

import "strconv"

func (e *emitter) units(name string, u Units) {
	e.open(name)
	e.text("Name", u.Name)
	e.opt("Description", u.Description)
	e.close(name)
}

func (e *emitter) response(r *Response) {
	e.open("Response")
	switch {
	case r.Sensitivity != nil:
		s := r.Sensitivity
		e.open("InstrumentSensitivity")
		e.float("Value", s.Value)
		e.float("Frequency", s.FrequencyHz)
		e.units("InputUnits", s.Input)
		e.units("OutputUnits", s.Output)
		if s.Range != nil {
			e.float("FrequencyStart", s.Range.StartHz)
			e.float("FrequencyEnd", s.Range.EndHz)
			e.float("FrequencyDBVariation", s.Range.VariationDB)
		}
		e.close("InstrumentSensitivity")
	case r.Polynomial != nil:
		e.polynomial("InstrumentPolynomial", r.Polynomial)
	}
	for i := range r.Stages {
		e.stage(&r.Stages[i])
	}
	e.close("Response")
}

func (e *emitter) stage(s *Stage) {
	e.open("Stage", "number", strconv.Itoa(s.Number))
	switch {
	case s.PolesZeros != nil:
		e.polesZeros(s.PolesZeros)
	case s.Coefficients != nil:
		e.coefficients(s.Coefficients)
	case s.ResponseList != nil:
		e.filter("ResponseList", &s.ResponseList.Filter)
		for _, x := range s.ResponseList.Elements {
			e.open("ResponseListElement")
			e.float("Frequency", x.FrequencyHz)
			e.float("Amplitude", x.Amplitude)
			e.float("Phase", x.PhaseDeg)
			e.close("ResponseListElement")
		}
		e.close("ResponseList")
	case s.FIR != nil:
		e.filter("FIR", &s.FIR.Filter)
		symmetry := s.FIR.Symmetry
		if symmetry == "" {
			symmetry = "NONE"
		}
		e.text("Symmetry", symmetry)
		for i, v := range s.FIR.Numerators {
			e.float("NumeratorCoefficient", v, "i", strconv.Itoa(i+1))
		}
		e.close("FIR")
	case s.Polynomial != nil:
		e.polynomial("Polynomial", s.Polynomial)
		e.close("Stage")
		return // the schema knows neither decimation nor gain here
	}
	if d := s.Decimation; d != nil {
		e.open("Decimation")
		e.float("InputSampleRate", d.InputRateHz)
		e.integer("Factor", d.Factor)
		e.integer("Offset", d.Offset)
		e.float("Delay", d.DelayS)
		e.float("Correction", d.CorrectionS)
		e.close("Decimation")
	}
	if s.Gain != nil {
		e.open("StageGain")
		e.float("Value", s.Gain.Value)
		e.float("Frequency", s.Gain.FrequencyHz)
		e.close("StageGain")
	}
	e.close("Stage")
}

// filter opens the element of a filter and writes what all kinds share.
func (e *emitter) filter(name string, f *Filter) {
	e.open(name, append(optAttr("resourceId", f.ResourceID), optAttr("name", f.Name)...)...)
	e.opt("Description", f.Description)
	e.units("InputUnits", f.Input)
	e.units("OutputUnits", f.Output)
}

func (e *emitter) polesZeros(p *PolesZeros) {
	e.filter("PolesZeros", &p.Filter)
	e.text("PzTransferFunctionType", p.Type)
	e.float("NormalizationFactor", p.A0)
	e.float("NormalizationFrequency", p.NormalisationHz)
	number := 0
	for _, list := range []struct {
		name string
		of   []complex128
	}{{"Zero", p.Zeros}, {"Pole", p.Poles}} {
		for _, c := range list.of {
			e.open(list.name, "number", strconv.Itoa(number))
			e.float("Real", real(c))
			e.float("Imaginary", imag(c))
			e.close(list.name)
			number++
		}
	}
	e.close("PolesZeros")
}

func (e *emitter) coefficients(c *Coefficients) {
	e.filter("Coefficients", &c.Filter)
	e.text("CfTransferFunctionType", c.Type)
	for i, v := range c.Numerators {
		e.float("Numerator", v, "number", strconv.Itoa(i+1))
	}
	for i, v := range c.Denominators {
		e.float("Denominator", v, "number", strconv.Itoa(i+1))
	}
	e.close("Coefficients")
}

func (e *emitter) polynomial(name string, p *Polynomial) {
	e.filter(name, &p.Filter)
	approximation := p.Approximation
	if approximation == "" {
		approximation = "MACLAURIN"
	}
	e.text("ApproximationType", approximation)
	e.float("FrequencyLowerBound", p.FrequencyLowHz)
	e.float("FrequencyUpperBound", p.FrequencyHighHz)
	e.float("ApproximationLowerBound", p.Low)
	e.float("ApproximationUpperBound", p.High)
	e.float("MaximumError", p.MaxError)
	for i, v := range p.Coefficients {
		e.float("Coefficient", v, "number", strconv.Itoa(i+1))
	}
	e.close(name)
}
