package servers

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
)

// StartElasticsearch starts Elasticsearch with scripts/elasticsearch, which downloads it once:
// without security, and with a small heap.
func StartElasticsearch(ctx context.Context, dir string) (*Server, error) {
	home, err := runScript(ctx, "elasticsearch", "fetch")
	if err != nil {
		return nil, err
	}
	port, err := place(dir)
	if err != nil {
		return nil, err
	}
	path, err := script("elasticsearch")
	if err != nil {
		return nil, err
	}
	output := filepath.Join(dir, "elasticsearch.log")
	command := exec.Command(path, "run", dir, port) //nolint:gosec,noctx // our own script; it outlives its start
	command.Env = append(os.Environ(), "PARENT=watch")
	child, err := spawn(command, output)
	if err != nil {
		return nil, err
	}
	address := "http://127.0.0.1:" + port
	if err := ready(ctx, "Elasticsearch", child, output, asking(elasticsearchAnswers, address)); err != nil {
		return nil, err
	}
	return running(address, filepath.Base(home)+" by Maven, a process on this machine", child), nil
}

// elasticsearchAnswers waits until the server is green.
func elasticsearchAnswers(ctx context.Context, address string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/_cluster/health?wait_for_status=green&timeout=10s", nil)
	if err != nil {
		return fmt.Errorf("ask Elasticsearch: %w", err)
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return fmt.Errorf("ask Elasticsearch: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("Elasticsearch answers %s", answer.Status) //nolint:staticcheck // a name
	}
	return nil
}
