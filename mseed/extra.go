package mseed

import "bytes"

// timeQuality finds FDSN.Time.Quality (miniSEED 3 extra headers), a percentage,
// without decoding the whole of the JSON. Text that is no JSON has none: the
// record is covered by its CRC, and its samples do not depend on it.
func timeQuality(extra []byte) (int, bool) {
	j := jsonReader{b: extra}
	if !j.member("FDSN") || !j.member("Time") || !j.member("Quality") {
		return 0, false
	}
	return j.percent()
}

// jsonReader walks JSON without allocating. Its depth is bounded.
type jsonReader struct {
	b []byte
	i int
}

func (j *jsonReader) space() {
	for j.i < len(j.b) && (j.b[j.i] == ' ' || j.b[j.i] == '\n' || j.b[j.i] == '\t' || j.b[j.i] == '\r') {
		j.i++
	}
}

func (j *jsonReader) take(c byte) bool {
	j.space()
	if j.i < len(j.b) && j.b[j.i] == c {
		j.i++
		return true
	}
	return false
}

// str reads a string and returns what stands between the quotes.
func (j *jsonReader) str() ([]byte, bool) {
	if !j.take('"') {
		return nil, false
	}
	from := j.i
	for j.i < len(j.b) {
		switch j.b[j.i] {
		case '"':
			j.i++
			return j.b[from : j.i-1], true
		case '\\':
			j.i++
		}
		j.i++
	}
	return nil, false
}

// member enters the object at hand and stops before the value of key.
func (j *jsonReader) member(key string) bool {
	if !j.take('{') {
		return false
	}
	for {
		name, ok := j.str()
		if !ok || !j.take(':') {
			return false
		}
		if string(name) == key {
			return true
		}
		if !j.skip() || !j.take(',') {
			return false
		}
	}
}

// skip passes one value. Brackets are counted, not matched by kind.
func (j *jsonReader) skip() bool {
	for depth := 0; ; {
		j.space()
		if j.i >= len(j.b) {
			return false
		}
		switch c := j.b[j.i]; c {
		case '"':
			if _, ok := j.str(); !ok {
				return false
			}
		case '{', '[':
			depth++
			j.i++
		case '}', ']':
			depth--
			j.i++
		case ',', ':':
			j.i++
		default:
			for j.i < len(j.b) && bytes.IndexByte([]byte(" \n\t\r,:{}[]\""), j.b[j.i]) < 0 {
				j.i++
			}
		}
		if depth < 0 {
			return false
		}
		if depth == 0 {
			return true
		}
	}
}

// percent reads a number from 0 to 100, without its fraction.
func (j *jsonReader) percent() (int, bool) {
	j.space()
	n, from := 0, j.i
	for j.i < len(j.b) && j.b[j.i] >= '0' && j.b[j.i] <= '9' && j.i-from < 4 {
		n = n*10 + int(j.b[j.i]-'0')
		j.i++
	}
	switch digits := j.i - from; {
	case digits == 0 || digits > 3 || n > 100 || digits > 1 && j.b[from] == '0':
		return 0, false
	case j.i < len(j.b) && (j.b[j.i] == 'e' || j.b[j.i] == 'E'):
		return 0, false
	}
	return n, true
}
