package scene

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// expect reads: expect event ("NAME" | M X) [within KM [S [MAGNITUDE]]]
// [by TIME], or: expect no event [from TIME] [by TIME].
func (p *parser) expect(a *args) error {
	if len(p.sc.Expectations) >= maxEntries {
		return fmt.Errorf("more than %d expectations", maxEntries)
	}
	x := Expectation{Line: p.line, Quake: -1}
	if a.accept("no") {
		x.Kind = ExpectNoEvent
	} else {
		x.Kind = ExpectEvent
	}
	if !a.accept("event") {
		return errors.New("want event or no event")
	}
	if x.Kind == ExpectEvent {
		if err := p.which(a, &x); err != nil {
			return err
		}
	}
	for a.more() {
		k, err := a.key()
		if err != nil {
			return err
		}
		switch {
		case k == "within" && x.Kind == ExpectEvent:
			err = within(a, &x)
		case k == "from" && x.Kind == ExpectNoEvent:
			x.From, err = a.instant("from", p.sc.Start)
		case k == "by":
			x.By, err = a.instant("by", p.sc.Start)
		default:
			err = fmt.Errorf("unknown setting %s", clip(k))
		}
		if err != nil {
			return err
		}
	}
	if x.By != 0 && x.By < x.From {
		return errors.New("by lies before from")
	}
	if x.Quake >= 0 && x.By != 0 && x.By < p.sc.Quakes[x.Quake].At {
		return errors.New("by lies before the earthquake")
	}
	p.sc.Expectations = append(p.sc.Expectations, x)
	return nil
}

// which finds the earthquake that is meant, by name or by magnitude.
func (p *parser) which(a *args, x *Expectation) error {
	if !a.accept("M") {
		name, err := a.text("name or M")
		if err != nil {
			return err
		}
		x.Quake = slices.IndexFunc(p.sc.Quakes, func(q Quake) bool { return q.Name == name && name != "" })
		if x.Quake < 0 {
			return fmt.Errorf("no earthquake is called %s", clip(name))
		}
		return nil
	}
	m, err := a.number("M", plain, 0, 8)
	if err != nil {
		return err
	}
	same := func(q Quake) bool { return math.Abs(q.Magnitude-m) < 1e-9 }
	x.Quake = slices.IndexFunc(p.sc.Quakes, func(q Quake) bool { return same(q) && q.Kind == "earthquake" })
	if x.Quake < 0 {
		x.Quake = slices.IndexFunc(p.sc.Quakes, same)
	}
	if x.Quake < 0 {
		return fmt.Errorf("no earthquake has magnitude %g", m)
	}
	return nil
}

// within reads the tolerances: kilometres, then seconds, then magnitude.
func within(a *args, x *Expectation) (err error) {
	if x.WithinKm, err = a.number("within", km, 0.001, 1000); err != nil {
		return err
	}
	if w := a.peek(); w == "" || w == "by" {
		return nil
	}
	if x.WithinS, err = a.number("within", seconds, 0.001, 1000); err != nil {
		return err
	}
	if w := a.peek(); w == "" || w == "by" {
		return nil
	}
	x.WithinMagnitude, err = a.number("within", plain, 0.01, 5)
	return err
}
