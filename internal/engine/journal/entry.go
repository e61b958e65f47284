package journal

import (
	"encoding/binary"
	"fmt"
	"math"

	"houfeng/internal/seis"
)

// The payload of an entry (docs/formats/journal.md). Numbers are little-endian;
// "text" is a uvarint length and so many bytes; "time" is i64 nanoseconds and
// one byte 0 or 1, the leap flag; a list is a uvarint count and its members.
//
//	setup    text version, text config, list of file inventory, list of file models
//	  file   text name, text bytes
//	receipt  u8 verdict, varint upstream sequence, text peer, source, identity,
//	         protocol, reason, bytes
//	tick     nothing
//	trust    text stream, time start, time end, u8 standing, f64 weight,
//	         list of text reasons, list of text fate groups, time made

// check says what is wrong with the form of an entry.
func check(e seis.Entry) error {
	var want [5]bool
	want[seis.EntrySetup] = e.Setup != nil
	want[seis.EntryReceipt] = e.Receipt != nil
	want[seis.EntryTrust] = e.Trust != nil
	if e.Kind < seis.EntrySetup || e.Kind > seis.EntryTrust {
		return fmt.Errorf("entry of unknown kind %d", e.Kind)
	}
	for kind, set := range want {
		switch kind := seis.EntryKind(kind); {
		case set && kind != e.Kind:
			return fmt.Errorf("entry of kind %d holds what belongs to kind %d", e.Kind, kind)
		case !set && kind == e.Kind && kind != seis.EntryTick:
			return fmt.Errorf("entry of kind %d holds nothing", e.Kind)
		}
	}
	return nil
}

// appendPayload appends the encoding of e, which passed check.
func appendPayload(b []byte, e *seis.Entry) []byte {
	switch e.Kind {
	case seis.EntrySetup:
		s := e.Setup
		b = appendText(b, s.Version)
		b = appendText(b, s.Config)
		b = appendFiles(b, s.Inventory)
		b = appendFiles(b, s.Models)
	case seis.EntryReceipt:
		r := e.Receipt
		b = append(b, byte(r.Verdict))
		b = binary.AppendVarint(b, r.UpstreamSeq)
		b = appendText(b, r.Peer)
		b = appendText(b, r.Source)
		b = appendText(b, r.Identity)
		b = appendText(b, r.Protocol)
		b = appendText(b, r.Reason)
		b = appendText(b, r.Bytes)
	case seis.EntryTrust:
		t := e.Trust
		b = appendText(b, t.Stream)
		b = appendTime(b, t.Start)
		b = appendTime(b, t.End)
		b = append(b, byte(t.Standing))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(t.Weight))
		b = appendTexts(b, t.Reasons)
		b = appendTexts(b, t.FateGroups)
		b = appendTime(b, t.Made)
	}
	return b
}

func appendText[T string | []byte](b []byte, s T) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

func appendTexts(b []byte, ss []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(ss)))
	for _, s := range ss {
		b = appendText(b, s)
	}
	return b
}

func appendFiles(b []byte, fs []seis.File) []byte {
	b = binary.AppendUvarint(b, uint64(len(fs)))
	for _, f := range fs {
		b = appendText(b, f.Name)
		b = appendText(b, f.Bytes)
	}
	return b
}

func appendTime(b []byte, t seis.Time) []byte {
	b = binary.LittleEndian.AppendUint64(b, uint64(t.Nanos()))
	if t.Leap() {
		return append(b, 1)
	}
	return append(b, 0)
}

// decodePayload is the inverse of appendPayload. It sets everything of the
// entry but Serial and Time, and copies what it needs of b. Each encoding has
// one form only, so that two journals of equal entries are equal.
func decodePayload(kind seis.EntryKind, b []byte) (seis.Entry, error) {
	d := decoder{rest: b, size: len(b)}
	e := seis.Entry{Kind: kind}
	switch kind {
	case seis.EntrySetup:
		e.Setup = &seis.Setup{
			Version:   d.text("version"),
			Config:    d.bytes("config"),
			Inventory: d.files("inventory"),
			Models:    d.files("models"),
		}
	case seis.EntryReceipt:
		e.Receipt = &seis.Receipt{
			Verdict:     seis.Verdict(d.byte("verdict")),
			UpstreamSeq: d.varint("upstream sequence"),
			Peer:        d.text("peer"),
			Source:      d.text("source"),
			Identity:    d.text("identity"),
			Protocol:    d.text("protocol"),
			Reason:      d.text("reason"),
			Bytes:       d.bytes("bytes"),
		}
	case seis.EntryTick:
	case seis.EntryTrust:
		e.Trust = &seis.Trust{
			Stream:     d.text("stream"),
			Start:      d.time("start"),
			End:        d.time("end"),
			Standing:   seis.Standing(d.byte("standing")),
			Weight:     math.Float64frombits(d.u64("weight")),
			Reasons:    d.texts("reasons"),
			FateGroups: d.texts("fate groups"),
			Made:       d.time("made"),
		}
	default:
		return seis.Entry{}, fmt.Errorf("entry of unknown kind %d", kind)
	}
	if d.err == nil && len(d.rest) > 0 {
		d.fail("end", fmt.Sprintf("%d bytes too many", len(d.rest)))
	}
	if d.err != nil {
		return seis.Entry{}, d.err
	}
	return e, nil
}
