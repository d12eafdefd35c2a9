package servers

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// runScript runs one of the project's scripts and returns its last line of output.
func runScript(ctx context.Context, name string, args ...string) (string, error) {
	path, err := script(name)
	if err != nil {
		return "", err
	}
	command := exec.CommandContext(ctx, path, args...) //nolint:gosec // our own script
	command.Stderr = os.Stderr                         // shows downloads, and that they take a while
	printed, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("run scripts/%s %s: %w", name, strings.Join(args, " "), err)
	}
	lines := strings.Split(strings.TrimSpace(string(printed)), "\n")
	return lines[len(lines)-1], nil
}

func script(name string) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	return filepath.Join(root, "scripts", name), nil
}
