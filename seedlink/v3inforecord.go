package seedlink

import (
	"encoding/binary"
	"fmt"
	"time"
)

// An INFO document travels as text in miniSEED 2 records of 512 bytes:
//
//	offset  length  field
//	0       6       sequence, six digits
//	6       2       "D "
//	8       5       station "INFO "
//	13      2       location, blank
//	15      3       channel "INF", or "ERR" if the document could not be given
//	18      2       network "SL"
//	20      10      time, big endian
//	30      2       number of bytes of text
//	32      4       rate factor and multiplier, 0
//	39      1       number of blockettes, 1
//	44      2       offset of the text, 64
//	46      2       offset of blockette 1000, 48
//	48      8       blockette 1000: encoding 0 (text), big endian, length 2^9
//	64      448     text, padded with NUL
const (
	infoData = 64
	infoText = v3Record - infoData
)

// appendV3Info frames a document as INFO packets.
func appendV3Info(dst []byte, text string, channel string, now time.Time) []byte {
	for n := 1; ; n++ {
		chunk := text[:min(len(text), infoText)]
		text = text[len(chunk):]
		if text == "" {
			dst = append(dst, "SLINFO  "...)
		} else {
			dst = append(dst, "SLINFO *"...)
		}
		dst = appendInfoRecord(dst, n, chunk, channel, now)
		if text == "" {
			return dst
		}
	}
}

func appendInfoRecord(dst []byte, n int, chunk, channel string, now time.Time) []byte {
	at := len(dst)
	dst = append(dst, make([]byte, v3Record)...)
	b := dst[at:]
	copy(b, fmt.Sprintf("%06dD INFO   %-3.3sSL", n%1000000, channel))
	now = now.UTC()
	binary.BigEndian.PutUint16(b[20:], uint16(now.Year()))
	binary.BigEndian.PutUint16(b[22:], uint16(now.YearDay()))
	b[24], b[25], b[26] = byte(now.Hour()), byte(now.Minute()), byte(now.Second())
	binary.BigEndian.PutUint16(b[28:], uint16(now.Nanosecond()/100000))
	binary.BigEndian.PutUint16(b[30:], uint16(len(chunk)))
	b[39] = 1
	binary.BigEndian.PutUint16(b[44:], infoData)
	binary.BigEndian.PutUint16(b[46:], 48)
	binary.BigEndian.PutUint16(b[48:], 1000)
	b[53], b[54] = 1, 9
	copy(b[infoData:], chunk)
	return dst
}

// InfoText returns the text that the record of an INFO packet carries, and
// whether the record says that the server could not answer.
func InfoText(raw []byte) (text string, refused bool, err error) {
	h, err := peek(raw)
	if err != nil {
		return "", false, fmt.Errorf("read INFO record: %w", err)
	}
	samples, data := int(h.order.Uint16(raw[30:])), int(h.order.Uint16(raw[44:]))
	if data < 48 || data+samples > len(raw) {
		return "", false, fmt.Errorf("read INFO record: %d bytes of text at %d of %d", samples, data, len(raw))
	}
	return string(raw[data : data+samples]), string(raw[15:18]) == "ERR", nil
}
