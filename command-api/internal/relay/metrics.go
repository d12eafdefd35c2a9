package relay

import (
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics counts what a relay does. A nil *Metrics counts nothing.
type Metrics struct {
	leads    prometheus.Gauge
	events   prometheus.Counter
	failures prometheus.Counter
	filling  prometheus.Gauge
	backlog  prometheus.Gauge
	oldest   prometheus.Gauge
}

// NewMetrics registers the metrics of a relay.
func NewMetrics(registry prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{
		leads: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "larder_relay_leads", Help: "1 while this relay leads.",
		}),
		events: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "larder_relay_events_total", Help: "Events that the stream has acknowledged.",
		}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "larder_relay_failures_total", Help: "Batches that failed and are tried again.",
		}),
		filling: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "larder_relay_filling", Help: "1 while a stream that is new is filled from the ledger. What is committed waits for it.",
		}),
		backlog: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "larder_relay_backlog_events", Help: "Events that are committed and that the stream doesn't have yet.",
		}),
		oldest: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "larder_relay_backlog_seconds", Help: "How long the oldest event in the backlog is known to this relay; 0 without one.",
		}),
	}
	for _, c := range []prometheus.Collector{m.leads, m.events, m.failures, m.filling, m.backlog, m.oldest} {
		if err := registry.Register(c); err != nil {
			return nil, fmt.Errorf("register the relay's metrics: %w", err)
		}
	}
	return m, nil
}

func (m *Metrics) lead(leads bool) {
	if m != nil {
		set(m.leads, leads)
	}
}

// Filling records whether a new stream is being filled.
func (m *Metrics) Filling(filling bool) {
	if m != nil {
		set(m.filling, filling)
	}
}

func set(gauge prometheus.Gauge, holds bool) {
	gauge.Set(0)
	if holds {
		gauge.Set(1)
	}
}

func (m *Metrics) published(n int) {
	if m != nil {
		m.events.Add(float64(n))
	}
}

func (m *Metrics) failed() {
	if m != nil {
		m.failures.Inc()
	}
}

func (m *Metrics) behind(events int64, oldest time.Duration) {
	if m == nil {
		return
	}
	m.backlog.Set(float64(events))
	m.oldest.Set(oldest.Seconds())
}
