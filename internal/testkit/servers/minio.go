package servers

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
)

// The S3 server's keys, as the user in its URL.
const (
	minioAccessKey = "larder"
	minioSecretKey = "larder-secret"
)

// StartMinIO starts MinIO, an S3 server, with scripts/minio, which builds it once. Its URL contains
// the keys: http://ACCESS:SECRET@HOST:PORT.
func StartMinIO(ctx context.Context, dir string) (*Server, error) {
	program, err := runScript(ctx, "minio", "fetch")
	if err != nil {
		return nil, err
	}
	port, err := place(dir)
	if err != nil {
		return nil, err
	}
	output := filepath.Join(dir, "minio.log")
	command := exec.Command(program, "server", "--quiet", "--address", "127.0.0.1:"+port, //nolint:gosec,noctx // what was found
		"--console-address", "127.0.0.1:0", filepath.Join(dir, "objects"))
	command.Env = append(os.Environ(), minioEnvironment()...)
	child, err := spawn(command, output)
	if err != nil {
		return nil, err
	}
	address := fmt.Sprintf("http://%s:%s@127.0.0.1:%s", minioAccessKey, minioSecretKey, port)
	if err := ready(ctx, "MinIO", child, output, asking(minioAnswers, address)); err != nil {
		return nil, err
	}
	version, err := exec.CommandContext(ctx, program, "--version").Output() //nolint:gosec // what was found
	return running(address, firstWords(string(version), 3)+" of its Go module, a process on this machine", child), err
}

func minioEnvironment() []string {
	return []string{
		"MINIO_ROOT_USER=" + minioAccessKey, "MINIO_ROOT_PASSWORD=" + minioSecretKey,
		"MINIO_BROWSER=off", "MINIO_UPDATE=off", "MINIO_CALLHOME_ENABLE=off",
	}
}

// minioAnswers checks that the server accepts requests.
func minioAnswers(ctx context.Context, address string) error {
	live, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("read an address: %w", err)
	}
	live.User, live.Path = nil, "/minio/health/ready"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, live.String(), nil)
	if err != nil {
		return fmt.Errorf("ask MinIO: %w", err)
	}
	answer, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return fmt.Errorf("ask MinIO: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("MinIO answers %s", answer.Status)
	}
	return nil
}
