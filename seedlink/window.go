package seedlink

import "time"

// clockTolerance is how far in the future a record may begin before its time
// is not believed when it comes to ending a window.
const clockTolerance = time.Minute

// finished reports whether everything asked for has been given, or else after
// what time to look again (0: when records come).
func (d *delivery) finished(now time.Time) (wait time.Duration, finished bool) {
	for _, r := range d.session.requests {
		if r.ready && !r.fetch && !r.hasEnd {
			return 0, false // real time has no end
		}
	}
	d.feedsMu.Lock()
	defer d.feedsMu.Unlock()
	finished = true
	for _, r := range d.session.requests {
		if r.ready && r.hasEnd {
			if w := d.windowWait(r, now); w > 0 {
				finished = false
				if wait == 0 || w < wait {
					wait = w
				}
			}
		}
	}
	if !finished {
		return wait, false
	}
	for _, f := range d.feeds {
		if f.request.fetch && !f.done {
			return 0, false
		}
	}
	return 0, true
}

// windowWait returns how long a window must be waited for: until it has
// passed and each stream that came has reached its end, but not longer than
// Limits.Grace after it. One record with a wrong time neither ends a
// window early nor keeps it open.
func (d *delivery) windowWait(r *request, now time.Time) time.Duration {
	left := time.Duration(r.end - now.UnixNano())
	if left > 0 {
		return left
	}
	left += d.session.server.limits.Grace
	if left <= 0 {
		return 0
	}
	full := 0
	for _, f := range d.feeds {
		if f.request != r {
			continue
		}
		for _, st := range f.streams {
			if st.wanted && !st.full {
				return left
			}
			if st.full {
				full++
			}
		}
	}
	if full == 0 {
		return left
	}
	return 0
}
