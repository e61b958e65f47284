package centre

import (
	"strconv"
	"time"

	"houfeng/internal/chain/associate"
	"houfeng/internal/chain/intensity"
	"houfeng/internal/chain/locate"
	"houfeng/internal/chain/magnitude"
	"houfeng/internal/chain/pick"
	"houfeng/internal/method"
	"houfeng/internal/science/traveltime"
)

// sections are the tables of the configuration in the order printed.
var sections = []section{
	{name: "centre", doc: "Who this centre is and where it keeps its data."},
	{name: "acquisition", doc: "Which records are believed at the door. What is refused is kept in the journal with the reason."},
	{name: "upstream", repeated: true, doc: "A server that records come from. Repeat the table for each one."},
	{name: "inventory", doc: "What is known of the instruments."},
	{name: "model", doc: "The Earth for travel times."},
	{name: "journal", doc: "The receipts journal: all that arrived, in the order in which the chain acts upon it."},
	{name: "ring", doc: "The newest records, for those who read along over SeedLink."},
	{name: "archive", doc: "Records for good, as received, in the SeisComP Data Structure (SDS)."},
	{name: "http", doc: "The one HTTP server: console, event and station services, live streams."},
	{name: "seedlink", doc: "The SeedLink server, versions 3.1 and 4.0."},
	{name: "quality", doc: "When a stream is healthy, so that its silence means something."},
	{name: "pick", doc: "When a wave's onset is seen at a station."},
	{name: "associate", doc: "Which picks belong to the same earthquake."},
	{name: "locate", doc: "Where and when the earthquake happened."},
	{name: "magnitude", doc: "How large the earthquake was."},
	{name: "intensity", doc: "How strongly it shook, station by station."},
	{name: "publish", doc: "When what is believed of an earthquake is said aloud."},
	{name: "trust", repeated: true, doc: "How far a stream is believed, as the operator says. Data is labelled and weighed down, never dropped."},
	{name: "log", doc: "The log, on standard error."},
}

// required are the settings that have no default, with an example.
var required = map[string]string{
	"upstream.url": "seedlink://seedlink.example.org:18000",
	"trust.stream": "XX.STA.*.HN?",
}

// settings is the one table of everything that can be set: the reference that
// `houfeng config` prints, the defaults, and what is checked, all come from it.
// What a method declares of a parameter, its default, is taken from there.
var settings = []setting{
	{"centre", "name", "", "Houfeng", text(1, 80), "name of the centre, for people",
		func(c *Config) any { return &c.Name }, false},
	{"centre", "agency", "", "HF", codes(1, 16), "id of the centre in QuakeML and other products",
		func(c *Config) any { return &c.Agency }, false},
	{"centre", "data", "", "houfeng-data", text(1, 4096), "folder of journal, ring, archive and catalogue; relative paths start at the folder of this file",
		func(c *Config) any { return &c.Data }, true},

	{"acquisition", "max_future_s", "s", 60.0, between(0.1, 86400), "a record that starts later than this after its arrival is refused: its clock is wrong or forged",
		func(c *Config) any { return &c.Acquisition.MaxFutureS }, false},
	{"acquisition", "max_rate_hz", "Hz", 100000.0, between(1, 1e7), "a record with more samples per second is refused",
		func(c *Config) any { return &c.Acquisition.MaxRateHz }, false},
	{"acquisition", "keep_mismatch", "", false, nil, "accept compressed records whose last sample is not the one they state",
		func(c *Config) any { return &c.Acquisition.KeepMismatch }, false},

	{"upstream", "url", "", "", upstreamURL, "where it listens",
		func(c *Config) any { return &last(&c.Upstreams).URL }, false},
	{"upstream", "name", "", "", text(0, 128), "name of the source in the journal; empty: its address",
		func(c *Config) any { return &last(&c.Upstreams).Name }, false},
	{"upstream", "streams", "", []string{"*.*"}, patterns, "streams asked for, NET.STA or NET.STA.LOC.CHA with wildcards * and ?",
		func(c *Config) any { return &last(&c.Upstreams).Streams }, false},
	{"upstream", "identity", "", "", text(0, 128), "who stands behind it, for the journal",
		func(c *Config) any { return &last(&c.Upstreams).Identity }, false},

	{"inventory", "paths", "", []string{}, paths, "StationXML files, station tables, or folders of them",
		func(c *Config) any { return &c.Inventory }, true},

	{"model", "name", "", "iasp91", oneOf(traveltime.Names()...), "model that comes with the program",
		func(c *Config) any { return &c.Model.Name }, false},
	{"model", "file", "", "", text(0, 4096), "layered model in a file, instead of the built-in one",
		func(c *Config) any { return &c.Model.File }, true},

	{"journal", "max_age", "", 7 * 24 * time.Hour, spans(time.Hour, 100*365*24*time.Hour), "older entries may be removed",
		func(c *Config) any { return &c.Journal.MaxAge }, false},
	{"journal", "max_bytes", "", int64(20 << 30), sizes(64<<20, 1<<50), "the oldest entries are removed beyond this size",
		func(c *Config) any { return &c.Journal.MaxBytes }, false},
	{"journal", "tick_ms", "ms", 100, between(10, 10000), "how often the chain acts; adds half of itself to the delay of every result",
		func(c *Config) any { return &c.Journal.TickMS }, false},

	{"ring", "max_bytes", "", int64(4 << 30), sizes(64<<20, 1<<50), "the oldest records are removed beyond this size",
		func(c *Config) any { return &c.Ring.MaxBytes }, false},

	{"archive", "enabled", "", true, nil, "keep records for good",
		func(c *Config) any { return &c.Archive.Enabled }, false},
	{"archive", "path", "", "", text(0, 4096), "folder of the archive; empty: sds in centre.data",
		func(c *Config) any { return &c.Archive.Path }, true},

	{"http", "listen", "", "127.0.0.1:8470", address, "address and port; empty: no server. Others than this machine reach it only when the address says so",
		func(c *Config) any { return &c.HTTP.Listen }, false},
	{"http", "hosts", "", []string{}, hosts, "host names answered to besides localhost and plain addresses; * answers to all",
		func(c *Config) any { return &c.HTTP.Hosts }, false},
	{"http", "max_conns", "", 1024, between(1, 1e6), "connections at a time",
		func(c *Config) any { return &c.HTTP.MaxConns }, false},

	{"seedlink", "listen", "", "127.0.0.1:18000", address, "address and port; empty: no server",
		func(c *Config) any { return &c.SeedLink.Listen }, false},
	{"seedlink", "max_clients", "", 600, between(1, 1e6), "clients at a time",
		func(c *Config) any { return &c.SeedLink.MaxClients }, false},

	{"quality", "warm_up_s", "s", 30.0, between(1, 3600), "data needed after a gap before silence means something",
		func(c *Config) any { return &c.Quality.WarmUpS }, false},
	{"quality", "max_latency_s", "s", 20.0, between(0.5, 3600), "older data is not current",
		func(c *Config) any { return &c.Quality.MaxLatencyS }, false},
	{"quality", "repeat_s", "s", 60.0, between(1, 3600), "the state of a stream is said again at least this often",
		func(c *Config) any { return &c.Quality.RepeatS }, false},

	{"pick", "sta_s", "s", param(pick.Methods[0], "sta_s"), between(0.02, 10), "short average",
		func(c *Config) any { return &c.Pick.STAs }, false},
	{"pick", "lta_s", "s", param(pick.Methods[0], "lta_s"), between(0.5, 600), "long average, and the warm-up after a gap",
		func(c *Config) any { return &c.Pick.LTAs }, false},
	{"pick", "on", "", param(pick.Methods[0], "on"), between(1.1, 1000), "ratio of energies that triggers",
		func(c *Config) any { return &c.Pick.On }, false},
	{"pick", "off", "", param(pick.Methods[0], "off"), between(0.1, 1000), "ratio that ends a trigger",
		func(c *Config) any { return &c.Pick.Off }, false},
	{"pick", "band_low_hz", "Hz", param(pick.Methods[0], "band_low_hz"), between(0.05, 100), "lower corner of the picker's band",
		func(c *Config) any { return &c.Pick.BandLowHz }, false},
	{"pick", "band_high_hz", "Hz", param(pick.Methods[0], "band_high_hz"), between(0.1, 400), "upper corner, at most 0.4 of the sampling rate",
		func(c *Config) any { return &c.Pick.BandHighHz }, false},
	{"pick", "min_snr", "", param(pick.Methods[0], "min_snr"), between(1, 100), "least ratio of the first peak to the noise rms",
		func(c *Config) any { return &c.Pick.MinSNR }, false},
	{"pick", "min_rate_hz", "Hz", 10.0, between(1, 1000), "slower streams are not picked",
		func(c *Config) any { return &c.Pick.MinRateHz }, false},
	{"pick", "refine_s", "s", 0.8, between(0.1, 10), "data after the trigger that the onset waits for; a part of the delay of every pick",
		func(c *Config) any { return &c.Pick.RefineS }, false},
	{"pick", "s_max_s", "s", param(pick.Methods[1], "s_max_s"), between(1, 300), "latest S after P that is looked for",
		func(c *Config) any { return &c.Pick.SMaxS }, false},
	{"pick", "s_min_snr", "", param(pick.Methods[1], "s_min_snr"), between(1, 100), "least ratio of horizontal rms after and before an S",
		func(c *Config) any { return &c.Pick.SMinSNR }, false},

	{"associate", "min_stations", "", wholeParam(associate.Method, "min_stations"), between(3, 100), "stations with a P pick that make an event",
		func(c *Config) any { return &c.Associate.MinStations }, false},
	{"associate", "min_phases", "", wholeParam(associate.Method, "min_phases"), between(3, 200), "P and S picks together that make an event",
		func(c *Config) any { return &c.Associate.MinPhases }, false},
	{"associate", "tolerance_s", "s", param(associate.Method, "tolerance_s"), between(0.05, 10), "residual allowed at short distance",
		func(c *Config) any { return &c.Associate.ToleranceS }, false},
	{"associate", "tolerance_fraction", "", param(associate.Method, "tolerance_fraction"), between(0.001, 0.5), "residual allowed as a fraction of the travel time",
		func(c *Config) any { return &c.Associate.ToleranceFraction }, false},
	{"associate", "max_depth_km", "km", param(associate.Method, "max_depth_km"), between(1, 800), "deepest event looked for",
		func(c *Config) any { return &c.Associate.MaxDepthKm }, false},
	{"associate", "min_seen", "", param(associate.Method, "min_seen"), between(0.01, 1), "least share of the healthy stations within reach that saw it",
		func(c *Config) any { return &c.Associate.MinSeen }, false},
	{"associate", "window_s", "s", param(associate.Method, "window_s"), between(5, 1000), "picks of one event lie at most this far apart at its birth",
		func(c *Config) any { return &c.Associate.WindowS }, false},
	{"associate", "max_rms_s", "s", 1.2, between(0.05, 10), "largest rms of the residuals of a new event",
		func(c *Config) any { return &c.Associate.MaxRMSs }, false},
	{"associate", "keep_s", "s", 300.0, between(10, 3600), "picks may join an event this long after its origin time",
		func(c *Config) any { return &c.Associate.KeepS }, false},
	{"associate", "max_distance_km", "km", 1000.0, between(10, 20000), "stations farther than this do not join",
		func(c *Config) any { return &c.Associate.MaxDistanceKm }, false},

	{"locate", "model_error", "", param(locate.Method, "model_error"), between(0.001, 0.5), "1σ of a computed travel time as a fraction of it",
		func(c *Config) any { return &c.Locate.ModelError }, false},
	{"locate", "model_error_min_s", "s", param(locate.Method, "model_error_min_s"), between(0.001, 10), "least 1σ of a computed travel time",
		func(c *Config) any { return &c.Locate.ModelErrorMinS }, false},
	{"locate", "model_error_max_s", "s", 2.0, between(0.01, 60), "largest 1σ of a computed travel time",
		func(c *Config) any { return &c.Locate.ModelErrorMaxS }, false},
	{"locate", "min_depth_km", "km", 0.0, between(-10, 100), "shallowest hypocentre searched, below sea level; negative is above",
		func(c *Config) any { return &c.Locate.MinDepthKm }, false},
	{"locate", "max_depth_km", "km", param(locate.Method, "max_depth_km"), between(1, 800), "deepest hypocentre searched",
		func(c *Config) any { return &c.Locate.MaxDepthKm }, false},
	{"locate", "depth_prior_km", "km", 10.0, between(0.1, 800), "depth expected where the data do not say",
		func(c *Config) any { return &c.Locate.DepthPriorKm }, false},
	{"locate", "depth_prior_sigma_km", "km", 12.0, between(0.1, 10000), "1σ of that expectation",
		func(c *Config) any { return &c.Locate.DepthPriorSigma }, false},
	{"locate", "outlier_share", "", 0.05, between(0.0001, 0.5), "share of picks taken to be wrong",
		func(c *Config) any { return &c.Locate.OutlierShare }, false},
	{"locate", "cells", "", wholeParam(locate.Method, "cells"), between(100, 1e6), "cells of the oct-tree evaluated",
		func(c *Config) any { return &c.Locate.Cells }, false},
	{"locate", "s_weight", "", 1.0, between(0.01, 10), "factor on the weight of S picks",
		func(c *Config) any { return &c.Locate.SWeight }, false},

	{"magnitude", "method", "", "ml-hutton-boore-1987", oneOf(magnitudes()...), "calibration, as listed by `houfeng methods`",
		func(c *Config) any { return &c.Magnitude.Method }, false},
	{"magnitude", "max_distance_km", "km", param(magnitude.Methods[0], "max_distance_km"), between(10, 5000), "hypocentral distance of the farthest station measured",
		func(c *Config) any { return &c.Magnitude.MaxDistanceKm }, false},
	{"magnitude", "max_stations", "", wholeParam(magnitude.Methods[0], "max_stations"), between(2, 1000), "stations measured, the nearest",
		func(c *Config) any { return &c.Magnitude.MaxStations }, false},
	{"magnitude", "min_stations", "", wholeParam(magnitude.Methods[0], "min_stations"), between(2, 100), "least stations used in a magnitude",
		func(c *Config) any { return &c.Magnitude.MinStations }, false},
	{"magnitude", "min_snr", "", param(magnitude.Methods[0], "min_snr"), between(1, 100), "least ratio of the largest Wood-Anderson amplitude of the signal to that of the 20 s before it",
		func(c *Config) any { return &c.Magnitude.MinSNR }, false},
	{"magnitude", "trim", "", param(magnitude.Methods[0], "trim"), between(0.05, 10), "a station magnitude farther from the median is not used",
		func(c *Config) any { return &c.Magnitude.Trim }, false},
	{"magnitude", "wait_s", "s", param(magnitude.Methods[0], "wait_s"), between(10, 3600), "measuring ends so long after the event was first heard of",
		func(c *Config) any { return &c.Magnitude.WaitS }, false},

	{"intensity", "max_distance_km", "km", param(intensity.Methods[0], "max_distance_km"), between(10, 5000), "stations farther from the epicentre are not measured",
		func(c *Config) any { return &c.Intensity.MaxDistanceKm }, false},
	{"intensity", "min_snr", "", param(intensity.Methods[0], "min_snr"), between(1, 1000), "peak acceleration over the rms before the first wave; quieter stations are not reported",
		func(c *Config) any { return &c.Intensity.MinSNR }, false},
	{"intensity", "lead_s", "s", param(intensity.Methods[0], "lead_s"), between(1, 300), "data before the earliest possible arrival; its mean is removed",
		func(c *Config) any { return &c.Intensity.LeadS }, false},
	{"intensity", "measure_s", "s", param(intensity.Methods[0], "measure_s"), between(10, 600), "an event is measured for this long after its origin time",
		func(c *Config) any { return &c.Intensity.MeasureS }, false},

	{"publish", "intervals_s", "s", seconds(1, 2, 5, 10), between(0.1, 3600), "least times between the first revisions of an event; the last one repeats",
		func(c *Config) any { return &c.Publish.Intervals }, false},
	{"publish", "close_after", "", 10 * time.Minute, spans(10*time.Second, 24*time.Hour), "an event without change is closed this long after its origin time and its last revision",
		func(c *Config) any { return &c.Publish.CloseAfter }, false},
	{"publish", "move_km", "km", 0.5, between(0.01, 1000), "an epicentre that moved farther is said",
		func(c *Config) any { return &c.Publish.MoveKm }, false},
	{"publish", "depth_km", "km", 1.0, between(0.01, 1000), "a depth that changed more is said",
		func(c *Config) any { return &c.Publish.DepthKm }, false},
	{"publish", "shift", "", 100 * time.Millisecond, spans(time.Millisecond, time.Minute), "an origin time that changed more is said",
		func(c *Config) any { return &c.Publish.Shift }, false},
	{"publish", "magnitude", "", 0.05, between(0.01, 10), "a magnitude that changed as much is said",
		func(c *Config) any { return &c.Publish.Magnitude }, false},
	{"publish", "intensity", "", 0.1, between(0.01, 12), "an intensity at any station that changed as much is said",
		func(c *Config) any { return &c.Publish.Intensity }, false},
	{"publish", "confirm_stations", "", 6, between(3, 1000), "an event is confirmed when its location rests on as many stations",
		func(c *Config) any { return &c.Publish.ConfirmStations }, false},
	{"publish", "confirm_seen", "", 0.5, between(0.01, 1), "and this share of the stations that should have seen it did",
		func(c *Config) any { return &c.Publish.ConfirmSeen }, false},
	{"publish", "unsized_stations", "", 10, between(3, 1000), "an event that could have a magnitude and has none is said only when its location rests on as many stations",
		func(c *Config) any { return &c.Publish.UnsizedStations }, false},

	{"trust", "stream", "", "", pattern, "NET.STA.LOC.CHA with wildcards",
		func(c *Config) any { return &last(&c.Trusts).Stream }, false},
	{"trust", "standing", "", "excluded", oneOf("use", "non-deciding", "excluded"), "what the chain may do with it: decide, support a decision, or only show",
		func(c *Config) any { return &last(&c.Trusts).Standing }, false},
	{"trust", "weight", "", 0.5, between(0, 1), "factor on the weight of its picks while it is non-deciding",
		func(c *Config) any { return &last(&c.Trusts).Weight }, false},
	{"trust", "reasons", "", []string{}, texts, "why, in words; shown wherever the stream is",
		func(c *Config) any { return &last(&c.Trusts).Reasons }, false},
	{"trust", "from", "", never, nil, "holds from this time; empty: always",
		func(c *Config) any { return &last(&c.Trusts).From }, false},
	{"trust", "to", "", never, nil, "holds to this time; empty: until further notice",
		func(c *Config) any { return &last(&c.Trusts).To }, false},

	{"log", "level", "", "info", oneOf("debug", "info", "warn", "error"), "least important message written",
		func(c *Config) any { return &c.Log.Level }, false},
	{"log", "format", "", "text", oneOf("text", "json"), "one line per message, for people or for machines",
		func(c *Config) any { return &c.Log.Format }, false},
}

// magnitudes returns the names of the calibrations.
func magnitudes() []string {
	var names []string
	for _, m := range magnitude.Methods {
		names = append(names, m.Name)
	}
	return names
}

// param returns the default that a method declares for its parameter name.
func param(m method.Method, name string) float64 {
	for _, p := range m.Params {
		if p.Name == name {
			if v, err := strconv.ParseFloat(p.Default, 64); err == nil {
				return v
			}
		}
	}
	panic("method " + m.Kind + " " + m.Name + " declares no number for " + name) // at start, so in every test
}

func wholeParam(m method.Method, name string) int { return int(param(m, name)) }
