package quakeml

// Origin is a solution for where and when.
type Origin struct {
	PublicID         ID                 `xml:"publicID,attr"`
	Time             TimeQuantity       `xml:"time"`
	Longitude        Quantity           `xml:"longitude"` // degrees
	Latitude         Quantity           `xml:"latitude"`  // degrees
	Depth            *Quantity          `xml:"depth"`     // metres below sea level
	DepthType        string             `xml:"depthType,omitempty"`
	TimeFixed        *bool              `xml:"timeFixed"`
	EpicenterFixed   *bool              `xml:"epicenterFixed"`
	ReferenceSystem  ID                 `xml:"referenceSystemID,omitempty"`
	MethodID         ID                 `xml:"methodID,omitempty"`
	EarthModelID     ID                 `xml:"earthModelID,omitempty"`
	Type             string             `xml:"type,omitempty"` // "hypocenter", "centroid", …
	Region           string             `xml:"region,omitempty"`
	EvaluationMode   EvaluationMode     `xml:"evaluationMode,omitempty"`
	EvaluationStatus EvaluationStatus   `xml:"evaluationStatus,omitempty"`
	Quality          *OriginQuality     `xml:"quality"`
	Uncertainty      *OriginUncertainty `xml:"originUncertainty"`
	Comments         []Comment          `xml:"comment"`
	CreationInfo     *CreationInfo      `xml:"creationInfo"`
	Arrivals         []Arrival          `xml:"arrival"`
}

// Values of Origin.DepthType.
const (
	DepthFromLocation     = "from location"
	DepthOperatorAssigned = "operator assigned" // fixed
)

// OriginQuality says how well the stations surround the source and how well
// the times fit. Nil and "" are not given.
type OriginQuality struct {
	AssociatedPhases   *int     `xml:"associatedPhaseCount"`
	UsedPhases         *int     `xml:"usedPhaseCount"`
	AssociatedStations *int     `xml:"associatedStationCount"`
	UsedStations       *int     `xml:"usedStationCount"`
	DepthPhases        *int     `xml:"depthPhaseCount"`
	StandardError      *float64 `xml:"standardError"`         // rms of the residuals, seconds
	Gap                *float64 `xml:"azimuthalGap"`          // degrees
	SecondaryGap       *float64 `xml:"secondaryAzimuthalGap"` // degrees
	GroundTruthLevel   string   `xml:"groundTruthLevel,omitempty"`
	MinimumDistance    *float64 `xml:"minimumDistance"` // degrees
	MaximumDistance    *float64 `xml:"maximumDistance"` // degrees
	MedianDistance     *float64 `xml:"medianDistance"`  // degrees
}

// OriginUncertainty describes the confidence region of the hypocentre.
type OriginUncertainty struct {
	Horizontal           *float64             `xml:"horizontalUncertainty"`           // metres, circular
	MinHorizontal        *float64             `xml:"minHorizontalUncertainty"`        // metres, semi-minor axis
	MaxHorizontal        *float64             `xml:"maxHorizontalUncertainty"`        // metres, semi-major axis
	AzimuthMax           *float64             `xml:"azimuthMaxHorizontalUncertainty"` // degrees from north
	Ellipsoid            *ConfidenceEllipsoid `xml:"confidenceEllipsoid"`
	PreferredDescription string               `xml:"preferredDescription,omitempty"`
	ConfidenceLevel      *float64             `xml:"confidenceLevel"` // per cent
}

// Values of OriginUncertainty.PreferredDescription.
const (
	HorizontalUncertainty = "horizontal uncertainty"
	UncertaintyEllipse    = "uncertainty ellipse"
	Ellipsoid             = "confidence ellipsoid"
)

// ConfidenceEllipsoid is the confidence region in three dimensions.
type ConfidenceEllipsoid struct {
	SemiMajor        float64 `xml:"semiMajorAxisLength"`        // metres
	SemiMinor        float64 `xml:"semiMinorAxisLength"`        // metres
	SemiIntermediate float64 `xml:"semiIntermediateAxisLength"` // metres
	Plunge           float64 `xml:"majorAxisPlunge"`            // degrees
	Azimuth          float64 `xml:"majorAxisAzimuth"`           // degrees
	Rotation         float64 `xml:"majorAxisRotation"`          // degrees
}

// Pick is an onset found on one stream.
type Pick struct {
	PublicID         ID               `xml:"publicID,attr"`
	Time             TimeQuantity     `xml:"time"`
	WaveformID       WaveformID       `xml:"waveformID"`
	FilterID         ID               `xml:"filterID,omitempty"`
	MethodID         ID               `xml:"methodID,omitempty"`
	Onset            string           `xml:"onset,omitempty"` // "emergent", "impulsive", "questionable"
	PhaseHint        string           `xml:"phaseHint,omitempty"`
	Polarity         Polarity         `xml:"polarity,omitempty"`
	Backazimuth      *Quantity        `xml:"backazimuth"`        // degrees
	Slowness         *Quantity        `xml:"horizontalSlowness"` // s/deg
	SlownessMethodID ID               `xml:"slownessMethodID,omitempty"`
	EvaluationMode   EvaluationMode   `xml:"evaluationMode,omitempty"`
	EvaluationStatus EvaluationStatus `xml:"evaluationStatus,omitempty"`
	Comments         []Comment        `xml:"comment"`
	CreationInfo     *CreationInfo    `xml:"creationInfo"`
}

// Polarity is the direction of first motion.
type Polarity string

const (
	Positive    Polarity = "positive" // up
	Negative    Polarity = "negative" // down
	Undecidable Polarity = "undecidable"
)

// Arrival ties a pick to an origin.
type Arrival struct {
	PublicID            ID            `xml:"publicID,attr"`
	PickID              ID            `xml:"pickID"`
	Phase               string        `xml:"phase"`
	TimeCorrection      *float64      `xml:"timeCorrection"`             // s
	Azimuth             *float64      `xml:"azimuth"`                    // degrees, from the epicentre to the station
	Distance            *float64      `xml:"distance"`                   // degrees
	TakeoffAngle        *Quantity     `xml:"takeoffAngle"`               // degrees from down
	TimeResidual        *float64      `xml:"timeResidual"`               // s, observed − computed
	SlownessResidual    *float64      `xml:"horizontalSlownessResidual"` // s/deg
	BackazimuthResidual *float64      `xml:"backazimuthResidual"`        // degrees
	TimeWeight          *float64      `xml:"timeWeight"`                 // 0 = not used
	SlownessWeight      *float64      `xml:"horizontalSlownessWeight"`
	BackazimuthWeight   *float64      `xml:"backazimuthWeight"`
	EarthModelID        ID            `xml:"earthModelID,omitempty"`
	Comments            []Comment     `xml:"comment"`
	CreationInfo        *CreationInfo `xml:"creationInfo"`
}
