package seis

import (
	"testing"

	"houfeng/fdsn"
	"houfeng/internal/science/response"
)

func mustID(t *testing.T, s string) fdsn.ID {
	t.Helper()
	id, err := fdsn.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestChannelEpochs(t *testing.T) {
	at := func(s string) Time { v, _ := ParseTime(s); return v }
	id := mustID(t, "XX.A.00.HHZ")
	r := &response.Response{Input: response.Velocity, Sensitivity: 1e9}
	inv := NewInventory([]Channel{
		{ID: id, Start: at("2015-01-01"), Latitude: 2, Response: r},
		{ID: id, Start: at("2010-01-01"), End: at("2015-01-01"), Latitude: 1},
	})
	for when, want := range map[string]float64{"2012-01-01": 1, "2015-01-01": 2, "2020-01-01": 2} {
		c, ok := inv.Channel(id, at(when))
		if !ok || c.Latitude != want {
			t.Errorf("%s: epoch %v %v, want latitude %g", when, c.Latitude, ok, want)
		}
	}
	if _, ok := inv.Channel(id, at("2009-01-01")); ok {
		t.Error("a time before the first epoch has an epoch")
	}
	if c, ok := inv.Channel(mustID(t, "XX.A.00.EHN"), at("2020-01-01")); !ok || c.HasResponse() || c.Latitude != 2 {
		t.Errorf("a stream known by its station: %+v %v, want coordinates and no response", c, ok)
	}
	if _, ok := inv.Channel(mustID(t, "XX.B.00.HHZ"), at("2020-01-01")); ok {
		t.Error("an unknown station has a channel")
	}
	var none *Inventory
	if _, ok := none.Channel(id, at("2020-01-01")); ok || none.IDs() != nil {
		t.Error("no inventory knows something")
	}
}
