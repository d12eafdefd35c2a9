package queryhttp

import (
	"errors"
	"fmt"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

const servedBy = "Larder-Served-By"

// NewAnswers returns a counter of answers by route and store. It registers it unless registry is
// nil.
func NewAnswers(registry *prometheus.Registry) (*prometheus.CounterVec, error) {
	answers := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "larder_query_answers_total",
		Help: "Answers of the query API, by route and by the store that gave them.",
	}, []string{"route", "served_by"})
	if registry == nil {
		return answers, nil
	}
	err := registry.Register(answers)
	var already prometheus.AlreadyRegisteredError
	if errors.As(err, &already) {
		if existing, ok := already.ExistingCollector.(*prometheus.CounterVec); ok {
			return existing, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("register the metrics of the query API: %w", err)
	}
	return answers, nil
}

// served records which store the answer came from, in the answer and in the metrics.
func (h *Handlers) served(c *gin.Context, store string) {
	c.Header(servedBy, store)
	h.Answers.WithLabelValues(c.FullPath(), store).Inc()
}
