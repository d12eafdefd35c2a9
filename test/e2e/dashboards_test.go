package e2e_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/VictoriaMetrics/metricsql"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"larder.dev/test/larder"
)

// series maps the names of metrics to the names of their labels.
type series map[string]map[string]bool

var (
	sampleLine = regexp.MustCompile(`(?m)^([a-z_]+)(?:\{(.*)\})? \S+$`)
	labelName  = regexp.MustCompile(`([a-z_]+)="`)
)

// exposed returns a running larder's series, after using every feature once.
func exposed(t *testing.T) series {
	t.Helper()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	soup, _ := ada.Create(t, larder.Named("Soup"))
	ada.Get(t, soup.ID).Want(t, http.StatusOK)
	server.CaughtUp(t)
	found := series{"up": {"job": true, "instance": true}} // Prometheus' own
	for _, line := range sampleLine.FindAllStringSubmatch(string(ada.Do(t, http.MethodGet, "/metrics", nil).Want(t, http.StatusOK).Body), -1) {
		if found[line[1]] == nil {
			found[line[1]] = map[string]bool{}
		}
		for _, label := range labelName.FindAllStringSubmatch(line[2], -1) {
			found[line[1]][label[1]] = true
		}
	}
	return found
}

// check checks that a query parses and only uses existing series, and returns the names it uses.
func (s series) check(t *testing.T, query string) (names []string) {
	t.Helper()
	parsed, err := metricsql.Parse(strings.ReplaceAll(query, "$__rate_interval", "5m"))
	require.NoError(t, err, query)
	labels := map[string]bool{}
	var grouped []string
	metricsql.VisitAll(parsed, func(e metricsql.Expr) {
		switch e := e.(type) {
		case *metricsql.MetricExpr:
			for _, filter := range e.LabelFilterss[0] {
				if filter.Label == "__name__" {
					require.Contains(t, s, filter.Value, query)
					names = append(names, filter.Value)
				}
			}
			require.NotEmpty(t, names, query)
			for label := range s[names[len(names)-1]] {
				labels[label] = true
			}
			for _, filter := range e.LabelFilterss[0][1:] {
				require.Contains(t, labels, filter.Label, query)
			}
		case *metricsql.AggrFuncExpr:
			grouped = append(grouped, e.Modifier.Args...)
		}
	})
	for _, label := range grouped {
		require.Contains(t, labels, label, query)
	}
	return names
}

// The dashboard and the alerts only use metrics that a running larder exposes.
func TestDashboardAndAlertsAskForWhatIsThere(t *testing.T) {
	t.Parallel()
	there := exposed(t)
	read := func(name string) []byte {
		text, err := os.ReadFile(filepath.Join(larder.Root(), "deploy", "dashboards", name))
		require.NoError(t, err)
		return text
	}
	var dashboard struct {
		Panels []struct {
			Title   string `json:"title"`
			Targets []struct {
				Expr string `json:"expr"`
			} `json:"targets"`
		} `json:"panels"`
	}
	require.NoError(t, json.Unmarshal(read("larder.json"), &dashboard))
	require.NotEmpty(t, dashboard.Panels)
	for _, panel := range dashboard.Panels {
		require.NotEmpty(t, panel.Targets, panel.Title)
		for _, target := range panel.Targets {
			require.NotEmpty(t, there.check(t, target.Expr), panel.Title)
		}
	}

	var rules struct {
		Groups []struct {
			Rules []struct {
				Alert       string            `yaml:"alert"`
				Expr        string            `yaml:"expr"`
				Annotations map[string]string `yaml:"annotations"`
			} `yaml:"rules"`
		} `yaml:"groups"`
	}
	require.NoError(t, yaml.Unmarshal(read("alerts.yml"), &rules))
	require.Len(t, rules.Groups, 1)
	watched := map[string]bool{}
	for _, rule := range rules.Groups[0].Rules {
		for _, name := range there.check(t, rule.Expr) {
			watched[name] = true
		}
		require.NotEmpty(t, rule.Annotations["summary"], rule.Alert)
		runbook := rule.Annotations["runbook"]
		require.True(t, strings.HasPrefix(runbook, "deploy/runbooks/"), "the runbook of %s: %q", rule.Alert, runbook)
		require.FileExists(t, filepath.Join(larder.Root(), filepath.FromSlash(runbook)), rule.Alert)
	}
	for _, name := range []string{
		"larder_projection_parked", "larder_projection_lag_seconds", "larder_relay_backlog_seconds", "larder_relay_leads",
		"larder_http_request_seconds_count",
	} {
		require.Contains(t, watched, name)
	}
}
