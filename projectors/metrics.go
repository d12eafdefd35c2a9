package projectors

import (
	"math"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// numbers are a projection's counters and last measurements.
type numbers struct {
	applied atomic.Uint64
	skipped atomic.Uint64
	retries atomic.Uint64
	losses  atomic.Uint64

	position   atomic.Uint64
	lagEvents  atomic.Uint64
	lagSeconds atomic.Uint64 // bits of a float64
	parked     atomic.Int64
}

func (n *numbers) measured(position, lag uint64, seconds float64, parked int) {
	n.position.Store(position)
	n.lagEvents.Store(lag)
	n.lagSeconds.Store(math.Float64bits(seconds))
	n.parked.Store(int64(parked))
}

// collector exports every projection's numbers to Prometheus. Lag is the last measurement, at most
// some seconds old, so that a scrape makes no requests.
type collector struct {
	workers []*worker

	position, lagEvents, lagSeconds, parked, applied, skipped, retries, losses, up *prometheus.Desc
}

func newCollector(workers []*worker) *collector {
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("larder_projection_"+name, help, []string{"projection"}, nil)
	}
	return &collector{
		workers:    workers,
		position:   desc("position", "Stream sequence up to which every event is done."),
		lagEvents:  desc("lag_events", "Events that are not done."),
		lagSeconds: desc("lag_seconds", "Age of the oldest event that is not done."),
		parked:     desc("parked", "Events that could not be applied and were put aside."),
		applied:    desc("applied_total", "Events applied, those that came again included."),
		skipped:    desc("skipped_total", "Events skipped because their type is unknown to this build."),
		retries:    desc("retries_total", "Writes that failed and were tried again."),
		losses:     desc("view_lost_total", "Times that the view was found gone. It is built anew by itself."),
		up:         desc("up", "1 while the projection takes events; 0 while it waits or has stopped."),
	}
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(descs chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{
		c.position, c.lagEvents, c.lagSeconds, c.parked, c.applied, c.skipped, c.retries, c.losses, c.up,
	} {
		descs <- desc
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(metrics chan<- prometheus.Metric) {
	for _, w := range c.workers {
		gauge := func(desc *prometheus.Desc, value float64) {
			metrics <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, w.spec.Name)
		}
		counter := func(desc *prometheus.Desc, value uint64) {
			metrics <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(value), w.spec.Name)
		}
		gauge(c.position, float64(w.numbers.position.Load()))
		gauge(c.lagEvents, float64(w.numbers.lagEvents.Load()))
		gauge(c.lagSeconds, math.Float64frombits(w.numbers.lagSeconds.Load()))
		gauge(c.parked, float64(w.numbers.parked.Load()))
		gauge(c.up, up(w))
		counter(c.applied, w.numbers.applied.Load())
		counter(c.skipped, w.numbers.skipped.Load())
		counter(c.retries, w.numbers.retries.Load())
		counter(c.losses, w.numbers.losses.Load())
	}
}

func up(w *worker) float64 {
	// A rebuild for a new layout merely delays events; if the view is gone, there is nowhere to put
	// them.
	if state, _ := w.where(); w.consuming() || state == Rebuilding && !w.lost.Load() {
		return 1
	}
	return 0
}
