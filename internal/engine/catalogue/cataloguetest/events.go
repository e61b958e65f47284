package cataloguetest

import (
	"fmt"
	"math"
	"reflect"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"houfeng/internal/seis"
)

// Event returns a small revision; revisions of an id differ.
func Event(id string, revision int) seis.Event {
	at := seis.TimeOf(1571117622_810000000, false) // 2019-10-15T05:33:42.81
	return seis.Event{
		ID: id, Revision: revision, Status: seis.Preliminary, Type: "earthquake",
		Origin: seis.Origin{
			EventID: id, Time: at, Latitude: 24.1, Longitude: 121.6, DepthKm: 12.5,
			Arrivals: []seis.Arrival{{TakeoffDeg: math.NaN(), Weight: 1}}, Method: "locate/oct",
		},
		Region: "台湾花莲县海域", Reason: fmt.Sprintf("revision %d", revision), Made: at.AddSeconds(float64(8 + revision)),
	}
}

// Full returns a revision with every field set, and every field to another
// value, so that a field that is forgotten or taken for another shows. It sets
// fields as it finds them: a new field of seis.Event takes part by itself.
func Full(id string, revision int) seis.Event {
	var e seis.Event
	n := revision * 1000
	fill(reflect.ValueOf(&e).Elem(), &n)
	e.ID, e.Revision, e.Status = id, revision, seis.Preliminary
	return e
}

func fill(v reflect.Value, n *int) {
	*n++
	if v.Type() == reflect.TypeFor[seis.Time]() {
		v.Set(reflect.ValueOf(seis.TimeOf(1483228800_000000000+int64(*n), *n%2 == 0)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("文%d", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	case reflect.Int8:
		v.SetInt(int64(*n%127) - 127)
	case reflect.Uint8:
		v.SetUint(uint64(1 + *n%255))
	case reflect.Float64:
		v.SetFloat(float64(*n) + 0.1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	default:
		panic(fmt.Sprintf("cataloguetest: no value for %s", v.Type()))
	}
}

// Events draws revisions with values that a format may trip over: NaN of any
// payload, infinities, the ends of the integers, leap seconds, texts that are
// no UTF-8, lists that are empty and not nil.
func Events() *rapid.Generator[seis.Event] {
	return rapid.Custom(func(t *rapid.T) seis.Event {
		var e seis.Event
		draw(t, reflect.ValueOf(&e).Elem())
		return e
	})
}

var (
	floats = rapid.OneOf(
		rapid.SampledFrom([]float64{0, math.Copysign(0, -1), math.NaN(), -math.NaN(), math.Inf(1), math.Inf(-1),
			math.Float64frombits(0x7ff8_0000_0000_beef), math.Float64frombits(0xfff8_0000_0000_0000),
			math.MaxFloat64, math.SmallestNonzeroFloat64, 0.1, 1e21, 1e-7, 1 << 53, 121.6}),
		rapid.Float64(),
		rapid.Map(rapid.Uint64(), math.Float64frombits))
	words = rapid.OneOf(
		rapid.SampledFrom([]string{"", "rejected", "台湾花莲县海域", "\xff\x00", "\x00", "\"\\/\b\f\n\r\t\x7f", "<&>'", "\u2028😀\ufffd", "\xed\xa0\x80", "null", `{"hex":"00"}`}),
		rapid.String(),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 12), func(b []byte) string { return string(b) }))
	instants = rapid.Custom(func(t *rapid.T) seis.Time {
		return seis.TimeOf(rapid.Int64().Draw(t, "ns"), rapid.Bool().Draw(t, "leap"))
	})
)

func draw(t *rapid.T, v reflect.Value) {
	if v.Type() == reflect.TypeFor[seis.Time]() {
		v.Set(reflect.ValueOf(instants.Draw(t, "time")))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(words.Draw(t, "text"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "flag"))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(rapid.Int().Draw(t, "integer")))
	case reflect.Int8:
		v.SetInt(int64(rapid.Int8().Draw(t, "integer")))
	case reflect.Uint8:
		v.SetUint(uint64(rapid.Uint8().Draw(t, "integer")))
	case reflect.Float64:
		v.SetFloat(floats.Draw(t, "number"))
	case reflect.Pointer:
		if rapid.Bool().Draw(t, "is") {
			v.Set(reflect.New(v.Type().Elem()))
			draw(t, v.Elem())
		}
	case reflect.Slice:
		if n := rapid.IntRange(-1, 2).Draw(t, "items"); n >= 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				draw(t, v.Index(i))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			draw(t, v.Field(i))
		}
	default:
		panic(fmt.Sprintf("cataloguetest: no values for %s", v.Type()))
	}
}

// Diff says how got differs from want as a catalogue sees it: numbers by their
// bits, a slice that was empty is nil. It is empty when they are equal.
func Diff(want, got []seis.Event) string {
	if len(want) == 0 && len(got) == 0 {
		return ""
	}
	w := reflect.New(reflect.TypeOf(want)).Elem()
	copyWithNil(w, reflect.ValueOf(want))
	return cmp.Diff(w.Interface(), any(got),
		cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }),
		cmp.Comparer(func(a, b seis.Time) bool { return a == b }))
}

// copyWithNil sets to to a copy of from in which empty slices are nil.
func copyWithNil(to, from reflect.Value) {
	switch {
	case from.Type() == reflect.TypeFor[seis.Time]():
		to.Set(from)
	case from.Kind() == reflect.Pointer && !from.IsNil():
		to.Set(reflect.New(from.Type().Elem()))
		copyWithNil(to.Elem(), from.Elem())
	case from.Kind() == reflect.Slice && from.Len() > 0:
		to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			copyWithNil(to.Index(i), from.Index(i))
		}
	case from.Kind() == reflect.Struct:
		for i := range from.NumField() {
			copyWithNil(to.Field(i), from.Field(i))
		}
	case from.Kind() != reflect.Slice && from.Kind() != reflect.Pointer:
		to.Set(from)
	}
}
