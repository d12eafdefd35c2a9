package servers

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// engineTimeout bounds asking Docker whether an engine is running.
const engineTimeout = 5 * time.Second

// pullPatience bounds an image's download.
const pullPatience = 10 * time.Minute

// HasDocker reports whether a Docker engine is running.
func HasDocker(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, engineTimeout)
	defer cancel()
	return exec.CommandContext(ctx, "docker", "version", "--format", "{{.Server.Version}}").Run() == nil
}

// container describes how to run a server from its image.
type container struct {
	image   string   // a variable in deploy/versions.env
	port    string   // inside
	options []string // of docker run
	args    []string // after the image
	address string   // with HOST in place of host and port
	answers func(ctx context.Context, address string) error
}

// start runs the container as a child, and removes it at the end. If we are killed it stays: the
// engine isn't our child.
func (c container) start(ctx context.Context, dir string) (*Server, error) {
	image, err := imageOf(c.image)
	if err != nil {
		return nil, err
	}
	if err := pull(ctx, image); err != nil {
		return nil, err
	}
	if _, err := place(dir); err != nil {
		return nil, err
	}
	name := "larder-test-" + strings.ToLower(rand.Text())
	args := append([]string{"run", "--rm", "--name", name, "--publish", "127.0.0.1::" + c.port}, c.options...)
	args = append(append(args, image), c.args...)
	output := filepath.Join(dir, "docker.log")
	child, err := spawn(exec.Command("docker", args...), output) //nolint:gosec,noctx // our own words; it outlives its start
	if err != nil {
		return nil, err
	}
	server := &Server{Source: "the image " + image + " in Docker", done: child.ended}
	server.stop = func() error {
		if err := exec.Command("docker", "rm", "--force", name).Run(); err != nil { //nolint:gosec,noctx // as above
			return fmt.Errorf("remove container %s: %w", name, err)
		}
		return child.end()
	}
	answers := func(ctx context.Context) error {
		host, err := published(ctx, name, c.port)
		if err != nil {
			return err
		}
		server.URL = strings.ReplaceAll(c.address, "HOST", host)
		return c.answers(ctx, server.URL)
	}
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	if err := child.await(ctx, output, answers); err != nil {
		_ = server.stop() // the cause says more
		return nil, fmt.Errorf("start %s in Docker: %w", image, err)
	}
	return server, nil
}

func pull(ctx context.Context, image string) error {
	if exec.CommandContext(ctx, "docker", "image", "inspect", image).Run() == nil { //nolint:gosec // from versions.env
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, pullPatience)
	defer cancel()
	said, err := exec.CommandContext(ctx, "docker", "pull", "--quiet", image).CombinedOutput() //nolint:gosec // as above
	if err != nil {
		return fmt.Errorf("pull %s: %w: %s", image, err, said)
	}
	return nil
}

// published returns a container port's address on this machine.
func published(ctx context.Context, name, port string) (string, error) {
	said, err := exec.CommandContext(ctx, "docker", "port", name, port).Output() //nolint:gosec // our own words
	if err != nil {
		return "", fmt.Errorf("ask for the port of %s: %w", name, err)
	}
	first, _, _ := strings.Cut(string(said), "\n")
	if _, _, err := net.SplitHostPort(strings.TrimSpace(first)); err != nil {
		return "", fmt.Errorf("read the port of %s: %w", name, err)
	}
	return strings.TrimSpace(first), nil
}

// imageOf reads a variable of deploy/versions.env, the only place that names versions.
func imageOf(variable string) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	file, err := os.Open(filepath.Join(root, "deploy", "versions.env"))
	if err != nil {
		return "", fmt.Errorf("read the versions of the servers: %w", err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if image, ok := strings.CutPrefix(lines.Text(), variable+"="); ok {
			return image, nil
		}
	}
	if err := lines.Err(); err != nil {
		return "", fmt.Errorf("read the versions of the servers: %w", err)
	}
	return "", fmt.Errorf("deploy/versions.env has no %s", variable)
}
