// Package metrics counts what the centre does, for Prometheus. Names begin with
// houfeng_ and end in their unit.
package metrics

import (
	"context"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"houfeng/internal/engine/bus"
	"houfeng/internal/seis"
)

// Metrics holds the counters of one centre.
type Metrics struct {
	reg      *prometheus.Registry
	receipts *prometheus.CounterVec
	bytes    *prometheus.CounterVec
	latency  prometheus.Histogram
	picks    *prometheus.CounterVec
	events   *prometheus.CounterVec
	gaps     *prometheus.GaugeVec
	ready    *prometheus.GaugeVec
	tick     prometheus.Gauge
}

// New returns counters that stand at zero.
func New() *Metrics {
	m := &Metrics{
		reg:      prometheus.NewRegistry(),
		receipts: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "houfeng_receipts_total", Help: "Arrivals by upstream and verdict."}, []string{"source", "verdict"}),
		bytes:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "houfeng_record_bytes_total", Help: "Bytes of accepted records by station."}, []string{"station"}),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "houfeng_record_latency_seconds", Help: "From the end of a record to its arrival.",
			Buckets: []float64{0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600}}),
		picks:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "houfeng_picks_total", Help: "Picks by phase."}, []string{"phase"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "houfeng_event_revisions_total", Help: "Event revisions by status."}, []string{"status"}),
		gaps:   prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "houfeng_stream_gaps", Help: "Gaps of a stream since the start."}, []string{"stream"}),
		ready:  prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "houfeng_stream_ready", Help: "1 when a stream's silence means something."}, []string{"stream"}),
		tick:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "houfeng_chain_time_seconds", Help: "Time of the chain's newest tick, seconds since 1970."}),
	}
	m.reg.MustRegister(m.receipts, m.bytes, m.latency, m.picks, m.events, m.gaps, m.ready, m.tick,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler answers Prometheus.
func (m *Metrics) Handler() http.Handler { return promhttp.HandlerFor(m.reg, promhttp.HandlerOpts{}) }

// Receipt counts an arrival.
func (m *Metrics) Receipt(source string, v seis.Verdict) {
	m.receipts.WithLabelValues(source, v.String()).Inc()
}

// Listen counts what is said on a bus.
func (m *Metrics) Listen(b bus.Bus) error {
	const me = "metrics"
	for _, err := range []error{
		bus.Handle(b, bus.Records, me, func(_ context.Context, rs []*seis.Record) error {
			for _, r := range rs {
				m.bytes.WithLabelValues(r.ID.StationID()).Add(float64(len(r.Raw())))
				m.latency.Observe(r.Arrived.SecondsSince(r.End()))
			}
			return nil
		}),
		bus.Handle(b, bus.Picks, me, func(_ context.Context, p seis.Pick) error {
			m.picks.WithLabelValues(string(p.Phase)).Inc()
			return nil
		}),
		bus.Handle(b, bus.Events, me, func(_ context.Context, e seis.Event) error {
			m.events.WithLabelValues(string(e.Status)).Inc()
			return nil
		}),
		bus.Handle(b, bus.States, me, func(_ context.Context, s seis.StreamState) error {
			m.gaps.WithLabelValues(s.Stream.String()).Set(float64(s.Gaps))
			ready := 0.0
			if s.Ready {
				ready = 1
			}
			m.ready.WithLabelValues(s.Stream.String()).Set(ready)
			return nil
		}),
		bus.Handle(b, bus.Ticks, me, func(_ context.Context, t seis.Time) error {
			m.tick.Set(float64(t.Nanos()) / 1e9)
			return nil
		}),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}
