package journaltest

import (
	"math"

	"pgregory.net/rapid"

	"houfeng/internal/engine/journal/journaltest/entrydiff"
	"houfeng/internal/seis"
)

// Entries draws entries of every kind, with values that a format may trip
// over: NaN, leap seconds, the ends of the integers, bytes that are no text.
func Entries() *rapid.Generator[seis.Entry] {
	return rapid.Custom(func(t *rapid.T) seis.Entry {
		e := seis.Entry{
			Kind: seis.EntryKind(rapid.IntRange(int(seis.EntrySetup), int(seis.EntryTrust)).Draw(t, "kind")),
			Time: times().Draw(t, "time"),
		}
		switch e.Kind {
		case seis.EntrySetup:
			e.Setup = &seis.Setup{
				Version:   text().Draw(t, "version"),
				Config:    blob().Draw(t, "config"),
				Inventory: files().Draw(t, "inventory"),
				Models:    files().Draw(t, "models"),
			}
		case seis.EntryReceipt:
			e.Receipt = &seis.Receipt{
				Bytes:       blob().Draw(t, "bytes"),
				Peer:        text().Draw(t, "peer"),
				Source:      text().Draw(t, "source"),
				Identity:    text().Draw(t, "identity"),
				Protocol:    text().Draw(t, "protocol"),
				UpstreamSeq: rapid.Int64().Draw(t, "upstream sequence"),
				Verdict:     seis.Verdict(rapid.IntRange(1, 3).Draw(t, "verdict")),
				Reason:      text().Draw(t, "reason"),
			}
		case seis.EntryTrust:
			e.Trust = &seis.Trust{
				Stream:     text().Draw(t, "stream"),
				Start:      times().Draw(t, "start"),
				End:        times().Draw(t, "end"),
				Standing:   seis.Standing(rapid.IntRange(0, 2).Draw(t, "standing")),
				Weight:     rapid.OneOf(rapid.Float64(), rapid.Just(math.NaN())).Draw(t, "weight"),
				Reasons:    rapid.SliceOfN(text(), 0, 3).Draw(t, "reasons"),
				FateGroups: rapid.SliceOfN(text(), 0, 3).Draw(t, "fate groups"),
				Made:       times().Draw(t, "made"),
			}
		}
		return e
	})
}

func times() *rapid.Generator[seis.Time] {
	return rapid.Custom(func(t *rapid.T) seis.Time {
		return seis.TimeOf(rapid.Int64().Draw(t, "ns"), rapid.Bool().Draw(t, "leap"))
	})
}

func text() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"", "192.0.2.7:18000", "XX.STA..HHZ", "地震", "\xff\x00", "seedlink/3.1"}),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 12), func(b []byte) string { return string(b) }))
}

func blob() *rapid.Generator[[]byte] { return rapid.SliceOfN(rapid.Byte(), 0, 40) }

func files() *rapid.Generator[[]seis.File] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) seis.File {
		return seis.File{Name: text().Draw(t, "name"), Bytes: blob().Draw(t, "bytes")}
	}), 0, 2)
}

// Diff says how got differs from want as a journal sees it; it is empty when
// they are equal. See entrydiff.Diff.
func Diff(want, got seis.Entry) string { return entrydiff.Diff(want, got) }
