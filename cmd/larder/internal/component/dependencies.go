package component

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/internal/httpserver"
)

// dependencies reports to Prometheus what the probes last saw, so that a scrape contacts nobody.
type dependencies struct {
	probes   *httpserver.Probes
	up, full []string // the names of the stores, and of whatever needs space

	upDesc, fullDesc *prometheus.Desc
}

// measureDependencies registers metrics for the checks.
func measureDependencies(registry *prometheus.Registry, probes *httpserver.Probes, checks []httpserver.Check) error {
	if registry == nil {
		return nil
	}
	d := &dependencies{
		probes: probes,
		upDesc: prometheus.NewDesc("larder_dependency_up",
			"1 while the process reaches the server that it depends on.", []string{"dependency"}, nil),
		fullDesc: prometheus.NewDesc("larder_dependency_disk_full",
			"1 while there is no room for what the process is to keep there.", []string{"dependency"}, nil),
	}
	for _, check := range checks {
		if slices.Contains(stores.All(), stores.Store(check.Name)) {
			d.up = append(d.up, check.Name)
		}
		if of, room := strings.CutSuffix(check.Name, diskFull); room {
			d.full = append(d.full, of)
		}
	}
	if err := registry.Register(d); err != nil {
		return fmt.Errorf("register the metrics of the dependencies: %w", err)
	}
	return nil
}

// Describe implements prometheus.Collector.
func (d *dependencies) Describe(descs chan<- *prometheus.Desc) {
	descs <- d.upDesc
	descs <- d.fullDesc
}

// Collect implements prometheus.Collector.
func (d *dependencies) Collect(metrics chan<- prometheus.Metric) {
	for _, name := range d.up {
		if found, looked := d.probes.Found(name); looked {
			metrics <- prometheus.MustNewConstMetric(d.upDesc, prometheus.GaugeValue, oneIf(found), name)
		}
	}
	for _, name := range d.full {
		if room, looked := d.probes.Found(name + diskFull); looked {
			metrics <- prometheus.MustNewConstMetric(d.fullDesc, prometheus.GaugeValue, oneIf(!room), name)
		}
	}
}

func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
