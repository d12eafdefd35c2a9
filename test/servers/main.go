// Command servers runs the real servers for tests while a command runs:
//
//	servers run -- go test ./...
//
// It uses those named by LARDER_TEST_POSTGRES_URL, LARDER_TEST_BACKUP_POSTGRES_URL,
// LARDER_TEST_REDIS_URL, LARDER_TEST_NATS_URL, LARDER_TEST_ELASTICSEARCH_URL and
// LARDER_TEST_S3_URL, starts the others, and passes their addresses to the command in the same
// variables. It exits with the command's exit code.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"larder.dev/internal/testkit/servers"
)

const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	if len(os.Args) < 4 || os.Args[1] != "run" || os.Args[2] != "--" {
		fmt.Fprintln(os.Stderr, "usage: servers run -- COMMAND [ARGUMENT...]")
		os.Exit(exitUsage)
	}
	os.Exit(run(os.Args[3:]))
}

func run(words []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	set, err := servers.Start(ctx, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "servers:", err)
		return exitFailed
	}
	code := attend(ctx, words, set.Environment())
	if err := set.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "servers:", err)
		return max(code, exitFailed)
	}
	return code
}

// attend runs the command and passes our termination on to it.
func attend(ctx context.Context, words, environment []string) int {
	command := exec.CommandContext(ctx, words[0], words[1:]...)
	command.Env = append(os.Environ(), environment...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	err := command.Run()
	var ended *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &ended) && ended.ExitCode() > 0:
		return ended.ExitCode()
	}
	fmt.Fprintln(os.Stderr, "servers:", err)
	return exitFailed
}
