package pick

// history keeps the newest samples of a component, addressed by their number
// since the last gap.
type history struct {
	x    []float64 // ring
	next int       // number of the sample that comes next
}

func newHistory(n int) *history { return &history{x: make([]float64, n)} }

func (h *history) push(v float64) {
	h.x[h.next%len(h.x)] = v
	h.next++
}

// first is the oldest number held.
func (h *history) first() int { return max(0, h.next-len(h.x)) }

// slice copies samples [from, to) to dst, cut to what is held; it returns the
// number of the first sample copied.
func (h *history) slice(dst []float64, from, to int) ([]float64, int) {
	from, to = max(from, h.first()), min(to, h.next)
	dst = dst[:0]
	for i := from; i < to; i++ {
		dst = append(dst, h.x[i%len(h.x)])
	}
	return dst, from
}
