package main

import (
	"fmt"
	"io"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// progress shows how far long work has come, on standard error: bars on a
// terminal, elsewhere a line when a phase begins and every few seconds after.
// The zero progress is silent.
type progress struct {
	lines io.Writer // not a terminal
	bars  *mpb.Progress
	bar   *mpb.Bar

	phase  string
	done   int64
	total  int64
	next   time.Time
	period time.Duration
}

// progress returns what shows the work's progress; quiet shows nothing.
func (a *app) progress(quiet bool) *progress {
	p := &progress{period: 5 * time.Second}
	switch {
	case quiet:
	case a.terminal:
		p.bars = mpb.NewWithContext(a.ctx, mpb.WithOutput(a.err), mpb.WithWidth(50))
	default:
		p.lines = a.err
	}
	return p
}

// update says that done of total are done; phases follow one another.
func (p *progress) update(phase string, done, total int64) {
	begins := phase != p.phase
	if begins {
		p.end()
		p.phase = phase
	}
	p.done, p.total = done, total
	switch {
	case p.bars != nil:
		if begins {
			p.bar = p.bars.AddBar(total,
				mpb.PrependDecorators(decor.Name(fmt.Sprintf("%-8s", phase))),
				mpb.AppendDecorators(decor.Percentage(), decor.Name("  "), decor.AverageETA(decor.ET_STYLE_GO)))
		}
		p.bar.SetTotal(total, false)
		p.bar.SetCurrent(done)
	case p.lines != nil:
		if now := time.Now(); begins || now.After(p.next) {
			p.next = now.Add(p.period)
			p.line()
		}
	}
}

// line writes one line about the phase.
func (p *progress) line() {
	if p.total > 0 {
		fmt.Fprintf(p.lines, "%s: %d %%\n", p.phase, 100*p.done/p.total)
	}
}

// end closes the phase.
func (p *progress) end() {
	if p.bar != nil {
		p.bar.SetTotal(-1, true) // whatever was done is all
		p.bar = nil
	}
	if p.lines != nil && p.phase != "" {
		p.line()
	}
}

// close ends the display; nothing may be updated after it.
func (p *progress) close() {
	p.end()
	p.lines = nil
	if p.bars != nil {
		p.bars.Wait()
	}
}
