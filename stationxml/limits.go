package stationxml

// Limits bound what Read accepts. A zero field takes the default.
type Limits struct {
	Bytes        int64 // of the document; default 512 MiB
	Depth        int   // of nested elements; default 64
	Networks     int   // default 100 000
	Stations     int   // in all; default 1 000 000
	Channels     int   // epochs in all; default 4 000 000
	Stages       int   // of one response; default 1 000
	Coefficients int   // of one stage; default 100 000
	Text         int   // bytes of one element's text or attribute; default 64 KiB
}

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 512 << 20
	}
	for _, d := range []struct {
		v   *int
		def int
	}{
		{&l.Depth, 64}, {&l.Networks, 100_000}, {&l.Stations, 1_000_000}, {&l.Channels, 4_000_000},
		{&l.Stages, 1_000}, {&l.Coefficients, 100_000}, {&l.Text, 64 << 10},
	} {
		if *d.v <= 0 {
			*d.v = d.def
		}
	}
	return l
}
