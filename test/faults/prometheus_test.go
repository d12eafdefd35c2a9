//go:build day

package faults_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// prometheus watches the components with the alerts of deploy/dashboards.
type prometheus struct {
	address string
	folder  string
	process *exec.Cmd
}

// startPrometheus starts LARDER_TEST_PROMETHEUS.
func startPrometheus(t *testing.T, parts *larder.Parts) *prometheus {
	t.Helper()
	program := os.Getenv("LARDER_TEST_PROMETHEUS")
	require.NotEmpty(t, program, "LARDER_TEST_PROMETHEUS is not set: make test-day")
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &prometheus{address: listener.Addr().String(), folder: t.TempDir()}
	require.NoError(t, listener.Close())
	p.configure(t, parts)
	log, err := os.Create(filepath.Join(p.folder, "log"))
	require.NoError(t, err)
	p.process = exec.Command(program, "--config.file="+filepath.Join(p.folder, "prometheus.yml"),
		"--storage.tsdb.path="+filepath.Join(p.folder, "data"), "--web.listen-address="+p.address)
	p.process.Stdout, p.process.Stderr = log, log
	require.NoError(t, p.process.Start())
	t.Cleanup(func() {
		_ = p.process.Process.Kill()
		_ = p.process.Wait()
		if text, err := os.ReadFile(log.Name()); err == nil && t.Failed() {
			t.Logf("prometheus said:\n%s", text)
		}
	})
	larder.Soon(t, time.Minute, func() string {
		if _, err := p.firing(t); err != nil {
			return err.Error()
		}
		if n := p.read(t); n < len(parts.Names()) {
			return fmt.Sprintf("it has read %d processes", n)
		}
		return ""
	})
	return p
}

// read counts the processes whose metrics it has. Until it has a counter once, it sees no increase of it.
func (p *prometheus) read(t *testing.T) int {
	t.Helper()
	var answer struct {
		Data struct {
			Result []struct{} `json:"result"`
		} `json:"data"`
	}
	p.ask(t, "/api/v1/query?query=up%3D%3D1", &answer)
	return len(answer.Data.Result)
}

func (p *prometheus) ask(t *testing.T, path string, into any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+p.address+path, nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	require.NoError(t, json.NewDecoder(response.Body).Decode(into))
}

// configure makes it scrape the processes that are running now.
func (p *prometheus) configure(t *testing.T, parts *larder.Parts) {
	t.Helper()
	var text strings.Builder
	text.WriteString("global: {scrape_interval: 5s, scrape_timeout: 4s, evaluation_interval: 5s}\n")
	fmt.Fprintf(&text, "rule_files: [%q]\nscrape_configs:\n", filepath.Join(larder.Root(), "deploy", "dashboards", "alerts.yml"))
	for _, name := range parts.Names() {
		address := strings.TrimPrefix(parts.Part(name).Listening(t), "http://")
		fmt.Fprintf(&text, "  - {job_name: larder-%s, static_configs: [{targets: [%q]}]}\n", name, address)
	}
	require.NoError(t, os.WriteFile(filepath.Join(p.folder, "prometheus.yml"), []byte(text.String()), 0o600))
	if p.process != nil {
		require.NoError(t, p.process.Process.Signal(syscall.SIGHUP))
	}
}

// alert is one that fires.
type alert struct {
	name, of, runbook string // of are its labels
	value             float64
	since             time.Time
}

// isNews reports whether it wasn't firing before, or reports more now.
func (a alert) isNews(before []alert) bool {
	i := slices.IndexFunc(before, func(b alert) bool { return a.name == b.name && a.of == b.of })
	return i < 0 || a.value > before[i].value || a.since.After(before[i].since)
}

// firing returns the alerts that fire now.
func (p *prometheus) firing(t *testing.T) ([]alert, error) {
	t.Helper()
	var answer struct {
		Data struct {
			Alerts []struct {
				State       string            `json:"state"`
				Labels      map[string]string `json:"labels"`
				Annotations map[string]string `json:"annotations"`
				Value       string            `json:"value"`
				ActiveAt    time.Time         `json:"activeAt"` //nolint:tagliatelle // Prometheus' name
			} `json:"alerts"`
		} `json:"data"`
	}
	address := url.URL{Scheme: "http", Host: p.address, Path: "/api/v1/alerts"}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address.String(), nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask Prometheus: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("read Prometheus' alerts: %w", err)
	}
	var all []alert
	for _, found := range answer.Data.Alerts {
		if found.State != "firing" {
			continue
		}
		value, err := strconv.ParseFloat(found.Value, 64)
		if err != nil {
			return nil, fmt.Errorf("read the value of an alert: %w", err)
		}
		all = append(all, alert{
			name: found.Labels["alertname"], of: fmt.Sprint(found.Labels), runbook: found.Annotations["runbook"], value: value,
			since: found.ActiveAt,
		})
	}
	return all, nil
}
