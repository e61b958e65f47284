package acquire

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"houfeng/seedlink"
)

const maxName = 128

// plainName reports whether an upstream's name can stand in the state file.
func plainName(s string) bool {
	for _, c := range s {
		if c < ' ' || c == 0x7F || c == 0xFFFD {
			return false
		}
	}
	return s != "" && len(s) <= maxName
}

// parseUpstreamURL reads "seedlink://host[:port]" and "seedlinks://…".
func parseUpstreamURL(s string) (address string, secure bool, err error) {
	u, err := url.Parse(s)
	if err != nil {
		var cause *url.Error // its text would repeat a password
		errors.As(err, &cause)
		return "", false, fmt.Errorf("url: %w", cause.Err)
	}
	switch u.Scheme {
	case "seedlink":
	case "seedlinks":
		secure = true
	default:
		return "", false, fmt.Errorf("url %q: want seedlink://host:port or seedlinks://host:port", u.Redacted())
	}
	if u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "" {
		return "", false, fmt.Errorf("url %q: want a host, perhaps a port, and nothing else", u.Redacted())
	}
	return u.Host, secure, nil
}

// parseStreams turns stream patterns into SeedLink requests, one per pair of
// network and station, in the order in which those first appear.
func parseStreams(patterns []string) ([]seedlink.StreamRequest, error) {
	if len(patterns) == 0 {
		patterns = []string{"*.*"}
	}
	var list []seedlink.StreamRequest
	place := make(map[string]int)
	whole := make(map[string]bool) // stations of which every stream is wanted
	for _, p := range patterns {
		parts := strings.Split(p, ".")
		if len(parts) < 2 || len(parts) > 4 {
			return nil, fmt.Errorf("stream %q: want NET.STA or NET.STA.LOC.CHA", p)
		}
		for _, code := range parts[:2] {
			if code == "" || len(code) > 8 || strings.Trim(code, codeLetters+"-*?") != "" {
				return nil, fmt.Errorf("stream %q: %q is no network or station code", p, code)
			}
		}
		location, channel := "*", "*"
		if len(parts) > 2 {
			location = parts[2]
		}
		if len(parts) > 3 {
			channel = parts[3]
		}
		selector, err := v3Selector(location, channel)
		if err != nil {
			return nil, fmt.Errorf("stream %q: %w", p, err)
		}
		key := parts[0] + "." + parts[1]
		at, seen := place[key]
		if !seen {
			at = len(list)
			place[key] = at
			list = append(list, seedlink.StreamRequest{Network: parts[0], Station: parts[1]})
		}
		if selector == "" {
			whole[key] = true
		}
		if whole[key] {
			list[at].Selectors = nil
		} else {
			list[at].Selectors = append(list[at].Selectors, selector)
		}
	}
	return list, nil
}

const codeLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// v3Selector turns location and channel patterns into one of SeedLink 3, in
// which every letter has its place: "*" and "HH*" become "HH?". It is "" if
// everything is wanted.
func v3Selector(location, channel string) (string, error) {
	cha, err := widen(channel, 3)
	if err != nil {
		return "", fmt.Errorf("channel: %w", err)
	}
	if location == "*" {
		if cha == "???" {
			return "", nil
		}
		return cha, nil
	}
	if location == "" || location == "--" {
		return "--" + cha, nil
	}
	loc, err := widen(location, 2)
	if err != nil {
		return "", fmt.Errorf("location: %w", err)
	}
	return loc + cha, nil
}

// widen replaces a '*' by as many '?' as make n letters.
func widen(pattern string, n int) (string, error) {
	before, after, star := strings.Cut(pattern, "*")
	after = strings.TrimLeft(after, "*")
	fill := n - len(before) - len(after)
	if strings.Trim(before+after, codeLetters+"-?") != "" || fill < 0 || !star && fill != 0 {
		return "", fmt.Errorf("%q is no pattern of %d letters, digits and '?', or fewer and one '*'", pattern, n)
	}
	return before + strings.Repeat("?", fill) + after, nil
}
