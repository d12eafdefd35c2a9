package httpserver

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"
)

const probeTimeout = 2 * time.Second

// Check asks one thing that a component depends on.
type Check struct {
	// Name of what is asked, as "postgres".
	Name string
	// Optional is what the component can serve without, though not as well.
	Optional bool
	// Probe gives an error where it is missing. Its context has a deadline.
	Probe func(ctx context.Context) error
}

func addProbes(engine *gin.Engine, options Options) {
	engine.GET("/healthz", func(c *gin.Context) { c.JSON(http.StatusOK, gin.H{"status": "ok"}) })
	engine.GET("/readyz", readiness(options.Checks, options.Log))
	if options.Metrics != nil {
		engine.GET("/metrics", gin.WrapH(promhttp.HandlerFor(options.Metrics, promhttp.HandlerOpts{})))
	}
}

// readiness answers 200 where all that is needed is there, else 503 with the names of what is missing.
func readiness(checks []Check, log *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		failures := probe(c.Request.Context(), checks)
		missing, degraded := []string{}, []string{}
		for i, err := range failures {
			switch {
			case err == nil:
				continue
			case checks[i].Optional:
				degraded = append(degraded, checks[i].Name)
			default:
				missing = append(missing, checks[i].Name)
			}
			// The cause is for the log alone: it may name addresses and accounts.
			log.WarnContext(c.Request.Context(), "not ready", "missing", checks[i].Name, "error", err)
		}
		c.Header("Cache-Control", "no-store")
		if len(missing) == 0 {
			c.JSON(http.StatusOK, gin.H{"status": "ready", "degraded": degraded})
			return
		}
		WriteProblem(c, Problem{
			Status: http.StatusServiceUnavailable,
			Detail: "Not ready: missing " + strings.Join(missing, ", ") + ".",
			Extra:  map[string]any{"missing": missing, "degraded": degraded},
		})
	}
}

// probe asks all at once and gives their errors in the order of the checks.
func probe(ctx context.Context, checks []Check) []error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	failures := make([]error, len(checks))
	var group errgroup.Group
	for i, check := range checks {
		group.Go(func() error {
			failures[i] = check.Probe(ctx)
			return nil
		})
	}
	_ = group.Wait()
	return failures
}
