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

// startPrometheus starts the program of LARDER_TEST_PROMETHEUS.
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
		return ""
	})
	return p
}

// configure has it scrape the processes that run now.
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

// firing are the names of the alerts that fire now.
func (p *prometheus) firing(t *testing.T) ([]string, error) {
	t.Helper()
	var answer struct {
		Data struct {
			Alerts []struct {
				State  string            `json:"state"`
				Labels map[string]string `json:"labels"`
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
	var names []string
	for _, alert := range answer.Data.Alerts {
		if name := alert.Labels["alertname"]; alert.State == "firing" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}
