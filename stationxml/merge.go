package stationxml

import (
	"sort"
	"strings"
	"time"
)

// Merge joins documents into one: epochs of networks with the same code and
// start become one, likewise stations and channels within them, and of two
// descriptions of the same channel epoch that of the later document counts.
// Networks, stations and channels come out sorted by code and start. The
// documents are not changed, but the result shares responses with them.
//
// Source, Sender, Module and Created are those of the first document;
// Source names all that differ.
func Merge(docs ...*Document) *Document {
	out := &Document{SchemaVersion: "1.2"}
	var sources []string
	nets := newIndex()
	for i, d := range docs {
		if i == 0 {
			out.Sender, out.Module, out.ModuleURI, out.Created = d.Sender, d.Module, d.ModuleURI, d.Created
		}
		if d.Source != "" && !contains(sources, d.Source) {
			sources = append(sources, d.Source)
		}
		for j := range d.Networks {
			n := &d.Networks[j]
			at, isNew := nets.at(epoch{n.Code, "", instantOf(n.Start)})
			if isNew {
				out.Networks = append(out.Networks, Network{})
			}
			to := &out.Networks[at]
			stations := append(to.Stations, n.Stations...)
			*to = *n
			to.Stations = stations
		}
	}
	out.Source = strings.Join(sources, ", ")
	sort.SliceStable(out.Networks, func(i, j int) bool { return less(&out.Networks[i].Node, &out.Networks[j].Node) })
	for i := range out.Networks {
		out.Networks[i].Stations = mergeStations(out.Networks[i].Stations)
	}
	return out
}

func mergeStations(in []Station) []Station {
	var out []Station
	idx := newIndex()
	for i := range in {
		s := &in[i]
		at, isNew := idx.at(epoch{s.Code, "", instantOf(s.Start)})
		if isNew {
			out = append(out, Station{})
		}
		to := &out[at]
		channels := append(append([]Channel(nil), to.Channels...), s.Channels...)
		*to = *s
		to.Channels = channels
	}
	sort.SliceStable(out, func(i, j int) bool { return less(&out[i].Node, &out[j].Node) })
	for i := range out {
		out[i].Channels = mergeChannels(out[i].Channels)
	}
	return out
}

func mergeChannels(in []Channel) []Channel {
	var out []Channel
	idx := newIndex()
	for i := range in {
		c := &in[i]
		at, isNew := idx.at(epoch{c.Code, c.LocationCode, instantOf(c.Start)})
		if isNew {
			out = append(out, Channel{})
		}
		out[at] = *c
	}
	sort.SliceStable(out, func(i, j int) bool {
		if a, b := out[i].LocationCode, out[j].LocationCode; a != b {
			return a < b
		}
		return less(&out[i].Node, &out[j].Node)
	})
	return out
}

func less(a, b *Node) bool {
	if a.Code != b.Code {
		return a.Code < b.Code
	}
	return a.Start.Before(b.Start)
}

type epoch struct {
	code, location string
	start          instant
}

// instant is a time.Time that compares by value.
type instant struct {
	sec int64
	ns  int
}

func instantOf(t time.Time) instant { return instant{t.Unix(), t.Nanosecond()} }

// index numbers epochs in the order in which they are first met.
type index map[epoch]int

func newIndex() index { return index{} }

func (x index) at(e epoch) (i int, isNew bool) {
	i, ok := x[e]
	if !ok {
		i = len(x)
		x[e] = i
	}
	return i, !ok
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
