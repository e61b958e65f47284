package quakeml

// Magnitude is a network magnitude.
type Magnitude struct {
	PublicID         ID               `xml:"publicID,attr"`
	Mag              Quantity         `xml:"mag"`
	Type             string           `xml:"type,omitempty"` // "ML", "Mw", …
	StationCount     *int             `xml:"stationCount"`
	Gap              *float64         `xml:"azimuthalGap"` // degrees
	OriginID         ID               `xml:"originID,omitempty"`
	MethodID         ID               `xml:"methodID,omitempty"`
	EvaluationMode   EvaluationMode   `xml:"evaluationMode,omitempty"`
	EvaluationStatus EvaluationStatus `xml:"evaluationStatus,omitempty"`
	Comments         []Comment        `xml:"comment"`
	CreationInfo     *CreationInfo    `xml:"creationInfo"`
	Contributions    []Contribution   `xml:"stationMagnitudeContribution"`
}

// Contribution ties a station magnitude to a network magnitude.
type Contribution struct {
	StationMagnitudeID ID       `xml:"stationMagnitudeID"`
	Residual           *float64 `xml:"residual"`
	Weight             *float64 `xml:"weight"` // 0–1; 0 = not used
}

// StationMagnitude is one station's (or channel's) estimate.
type StationMagnitude struct {
	PublicID     ID            `xml:"publicID,attr"`
	OriginID     ID            `xml:"originID,omitempty"`
	Mag          Quantity      `xml:"mag"`
	Type         string        `xml:"type,omitempty"`
	AmplitudeID  ID            `xml:"amplitudeID,omitempty"`
	MethodID     ID            `xml:"methodID,omitempty"`
	WaveformID   *WaveformID   `xml:"waveformID"`
	Comments     []Comment     `xml:"comment"`
	CreationInfo *CreationInfo `xml:"creationInfo"`
}

// Amplitude is a measurement on a waveform.
type Amplitude struct {
	PublicID         ID               `xml:"publicID,attr"`
	Generic          Quantity         `xml:"genericAmplitude"`   // in Unit
	Type             string           `xml:"type,omitempty"`     // "AML" for a Wood–Anderson amplitude, …
	Category         string           `xml:"category,omitempty"` // "point", "mean", "duration", …
	Unit             AmplitudeUnit    `xml:"unit,omitempty"`
	MethodID         ID               `xml:"methodID,omitempty"`
	Period           *Quantity        `xml:"period"` // s
	SNR              *float64         `xml:"snr"`
	TimeWindow       *TimeWindow      `xml:"timeWindow"`
	PickID           ID               `xml:"pickID,omitempty"`
	WaveformID       *WaveformID      `xml:"waveformID"`
	FilterID         ID               `xml:"filterID,omitempty"`
	ScalingTime      *TimeQuantity    `xml:"scalingTime"` // of the peak
	MagnitudeHint    string           `xml:"magnitudeHint,omitempty"`
	EvaluationMode   EvaluationMode   `xml:"evaluationMode,omitempty"`
	EvaluationStatus EvaluationStatus `xml:"evaluationStatus,omitempty"`
	Comments         []Comment        `xml:"comment"`
	CreationInfo     *CreationInfo    `xml:"creationInfo"`
}

// AmplitudeUnit is one of the units that the standard knows. Wood–Anderson
// amplitudes in millimetres are written in metres.
type AmplitudeUnit string

const (
	Metres          AmplitudeUnit = "m"
	Seconds         AmplitudeUnit = "s"
	MetresPerSecond AmplitudeUnit = "m/s"
	MetresPerS2     AmplitudeUnit = "m/(s*s)"
	MetreSeconds    AmplitudeUnit = "m*s"
	Dimensionless   AmplitudeUnit = "dimensionless"
	OtherUnit       AmplitudeUnit = "other"
)

// TimeWindow is a span of time around a reference.
type TimeWindow struct {
	Begin     float64 `xml:"begin"` // s before Reference, positive
	End       float64 `xml:"end"`   // s after Reference
	Reference Time    `xml:"reference"`
}
