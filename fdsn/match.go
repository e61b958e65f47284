package fdsn

// Match reports whether s matches pattern, in which '*' stands for any run of
// letters and '?' for one (FDSN web services, section "Wildcards"; SeedLink).
// It runs in time linear in len(s)·(number of '*' + 1) and never recurses.
func Match(pattern, s string) bool {
	p, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// MatchID reports whether "NET.STA.LOC.CHA" with wildcards selects id. Missing
// trailing parts select everything: "IU" and "IU.*.*.*" are the same.
func MatchID(pattern string, id ID) bool {
	codes := [4]string{id.Network, id.Station, id.Location, id.Channel}
	n, from := 0, 0
	for i := 0; i <= len(pattern); i++ {
		if i < len(pattern) && pattern[i] != '.' {
			continue
		}
		if n == len(codes) {
			return false
		}
		part := pattern[from:i]
		if part == "--" {
			part = ""
		}
		if !Match(part, codes[n]) {
			return false
		}
		n, from = n+1, i+1
	}
	return true
}
