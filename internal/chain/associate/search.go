package associate

import (
	"container/heap"
	"math"
	"slices"

	"houfeng/internal/science/geo"
	"houfeng/internal/seis"
)

// Limits of one search. They bound its time; the best cells come first.
const (
	maxCells  = 20000
	maxPlaces = 4
	leafKm    = 4.0 // half width of a cell that is a place
)

// witnessesPerStation times MinStations is how many of the healthy stations
// nearest to a cell may speak for it. An earthquake is seen by those nearest to
// it before all others; letting all speak would make an event of any six of a
// hundred unrelated picks.
const witnessesPerStation = 3

// box is a cell of the search with the best origin time found for it.
type box struct {
	x, y, z, hr, hz float64 // centre and half sizes, km; hr along x and y
	score           float64 // weight of the picks that share an origin time; an upper bound until the cell is a leaf
	t0              float64 // s after the reference
}

type boxHeap []box

func (h boxHeap) Len() int { return len(h) }
func (h boxHeap) Less(i, j int) bool {
	if h[i].score != h[j].score {
		return h[i].score > h[j].score
	}
	return h[i].hr < h[j].hr // go deep first
}
func (h boxHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *boxHeap) Push(x any)   { *h = append(*h, x.(box)) }
func (h *boxHeap) Pop() any {
	old := *h
	b := old[len(old)-1]
	*h = old[:len(old)-1]
	return b
}

// edge is one end of the interval of origin times that a pick allows.
type edge struct {
	t    float64
	open bool
	pick int
}

// search returns places from which the most picks share an origin time, the
// best first. A place must explain at least one fresh pick, since older ones
// have been searched before.
//
// Each cell gets an upper bound of its score: every pick allows the origin
// times from which its travel time, anywhere in the cell, fits within the
// tolerance; the bound is the largest weight of intervals that overlap, of the
// stations that may be among the nearest. Cells are split best first until they
// are small.
func (s *Stage) search(picks []*pick, pass int) []seis.Origin {
	f := s.frame(picks)
	f.pass = pass
	var h boxHeap
	f.score(&f.root)
	h = append(h, f.root)
	var places []seis.Origin
	for n := 0; n < maxCells && len(h) > 0 && len(places) < maxPlaces; n++ {
		c := heap.Pop(&h).(box)
		if c.score < float64(s.o.MinPhases)-1e-9 {
			break
		}
		if c.hr <= leafKm && c.hz <= leafKm {
			if o := f.origin(c); !near(places, o) {
				places = append(places, o)
			}
			continue
		}
		splitR, splitZ := c.hr > leafKm && c.hr >= c.hz/2, c.hz > leafKm && c.hz >= c.hr/2
		for i := range 8 {
			if !splitR && i%4 > 0 || !splitZ && i/4 > 0 {
				continue
			}
			d := c
			if splitR {
				d.hr /= 2
				d.x += d.hr * float64(2*(i%2)-1)
				d.y += d.hr * float64(2*(i/2%2)-1)
			}
			if splitZ {
				d.hz /= 2
				d.z += d.hz * float64(2*(i/4)-1)
			}
			if f.score(&d); d.score >= float64(s.o.MinPhases)-1e-9 {
				heap.Push(&h, d)
			}
		}
	}
	for _, p := range picks {
		p.searched[pass] = true
	}
	return places
}

func near(places []seis.Origin, o seis.Origin) bool {
	for _, p := range places {
		d, _ := geo.Distance(p.Latitude, p.Longitude, o.Latitude, o.Longitude)
		if d < 30 && math.Abs(p.Time.SecondsSince(o.Time)) < 5 {
			return true
		}
	}
	return false
}

// frame is the search volume around the stations of the picks.
type frame struct {
	*Stage
	picks  []*pick
	pass   int
	ref    seis.Time
	local  *geo.Local
	sx, sy []float64
	t      []float64
	root   box
	edges  []edge
	waves  []wave

	stations []place // that are healthy or have a pick
	of       []int   // station of each pick
	near     []float64
}

// place is a station on the plane.
type place struct{ x, y, d float64 }

// wave is what a pick's phase does from the cell looked at.
type wave struct {
	t, dtdd, dtdh float64
	ok            bool
}

func (s *Stage) frame(picks []*pick) *frame {
	f := &frame{Stage: s, picks: picks, ref: picks[0].Time}
	south, north, west, east := 90.0, -90.0, math.Inf(1), math.Inf(-1)
	lon0 := picks[0].lon
	for _, p := range picks {
		lon := lon0 + math.Remainder(p.lon-lon0, 360)
		south, north = math.Min(south, p.lat), math.Max(north, p.lat)
		west, east = math.Min(west, lon), math.Max(east, lon)
	}
	f.local = geo.NewLocal((south+north)/2, math.Remainder((west+east)/2, 360))
	var half float64
	for _, p := range picks {
		x, y := f.local.ToKm(p.lat, p.lon)
		f.sx, f.sy = append(f.sx, x), append(f.sy, y)
		f.t = append(f.t, p.Time.SecondsSince(f.ref))
		half = math.Max(half, math.Max(math.Abs(x), math.Abs(y)))
	}
	half = math.Min(half+math.Max(40, half), s.o.MaxDistanceKm)
	f.root = box{hr: half, z: s.o.MaxDepthKm / 2, hz: s.o.MaxDepthKm / 2}
	f.edges = make([]edge, 0, 2*len(picks))
	f.waves = make([]wave, len(picks))
	f.of = make([]int, len(picks))
	index := map[string]int{}
	for i, p := range picks {
		k, ok := index[p.station]
		if !ok {
			k = len(f.stations)
			index[p.station] = k
			f.stations = append(f.stations, place{x: f.sx[i], y: f.sy[i]})
		}
		f.of[i] = k
	}
	for _, st := range s.healthy() {
		if _, ok := index[st.station]; !ok {
			x, y := f.local.ToKm(st.lat, st.lon)
			f.stations = append(f.stations, place{x: x, y: y})
		}
	}
	f.near = make([]float64, len(f.stations))
	return f
}

// score sets the bound of a cell and its origin time.
func (f *frame) score(c *box) {
	f.edges = f.edges[:0]
	leaf := c.hr <= leafKm && c.hz <= leafKm
	for i := range f.stations {
		st := &f.stations[i]
		st.d = math.Hypot(st.x-c.x, st.y-c.y)
		f.near[i] = st.d
	}
	slices.Sort(f.near)
	// Anywhere in the cell, the nearest ones lie within this of its centre.
	reach := f.near[min(len(f.near), witnessesPerStation*f.o.MinStations)-1] + 2*math.Sqrt2*c.hr
	reach = math.Min(reach, f.o.MaxDistanceKm)
	nearest := math.Inf(1) // the least travel time
	for i, p := range f.picks {
		w := &f.waves[i]
		d := f.stations[f.of[i]].d
		if w.ok = d <= reach; !w.ok {
			continue
		}
		if w.t, w.dtdd, w.dtdh, w.ok = f.tt.Time(p.Phase, c.z, d, p.elv); w.ok && p.Phase == seis.P {
			nearest = math.Min(nearest, w.t)
		}
	}
	for i, p := range f.picks {
		v := &f.waves[i]
		if !v.ok {
			continue
		}
		least := 0.12 // s/km: what the slowness may grow to within the cell
		if p.Phase == seis.S {
			least = 0.21
		}
		w := f.tolerance(v.t, nearest, p.Phase)
		if leaf {
			w += 0.5 * (math.Abs(v.dtdd)*c.hr + math.Abs(v.dtdh)*c.hz)
		} else {
			w += math.Max(math.Abs(v.dtdd), least)*c.hr*math.Sqrt2 + math.Max(math.Abs(v.dtdh), least)*c.hz
		}
		f.edges = append(f.edges, edge{f.t[i] - v.t - w, true, i}, edge{f.t[i] - v.t + w, false, i})
	}
	slices.SortFunc(f.edges, func(a, b edge) int {
		switch {
		case a.t < b.t:
			return -1
		case a.t > b.t:
			return 1
		case a.open != b.open: // opening first
			if a.open {
				return -1
			}
			return 1
		}
		return a.pick - b.pick
	})
	c.score = 0
	var sum float64
	fresh := 0
	for k, e := range f.edges {
		p := f.picks[e.pick]
		if !e.open {
			sum -= p.weight
			if !p.searched[f.pass] {
				fresh--
			}
			continue
		}
		sum += p.weight
		if !p.searched[f.pass] {
			fresh++
		}
		if fresh > 0 && sum > c.score+1e-9 {
			c.score = sum
			c.t0 = e.t
			if k+1 < len(f.edges) {
				c.t0 = (e.t + f.edges[k+1].t) / 2
			}
		}
	}
}

func (f *frame) origin(c box) seis.Origin {
	lat, lon := f.local.ToGeo(c.x, c.y)
	return seis.Origin{Time: f.ref.AddSeconds(c.t0), Latitude: lat, Longitude: lon, DepthKm: c.z}
}
