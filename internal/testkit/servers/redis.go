package servers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
)

// RedisDatabases is how many numbered databases this package's Redis has: one per test.
const RedisDatabases = 4096

// StartRedis starts a Redis with an append-only file: redis-server or valkey-server from the PATH,
// else the one from the system's packages, which scripts/redis unpacks into the user's cache.
func StartRedis(ctx context.Context, dir string) (*Server, error) {
	program, err := runScript(ctx, "redis", "fetch")
	if err != nil {
		return nil, err
	}
	port, err := place(dir)
	if err != nil {
		return nil, err
	}
	output := filepath.Join(dir, "redis.log")
	command := exec.Command(program, "--bind", "127.0.0.1", "--port", port, "--dir", dir, //nolint:gosec,noctx // what was found
		"--appendonly", "yes", "--save", "", "--databases", fmt.Sprint(RedisDatabases))
	child, err := spawn(command, output)
	if err != nil {
		return nil, err
	}
	address := "redis://127.0.0.1:" + port
	if err := ready(ctx, "Redis", child, output, asking(redisAnswers, address)); err != nil {
		return nil, err
	}
	version, err := exec.CommandContext(ctx, program, "--version").Output() //nolint:gosec // what was found
	return running(address, firstWords(string(version), 3)+", a process on this machine", child), err
}

// asking binds a probe to an address.
func asking(answers func(ctx context.Context, address string) error, address string) func(context.Context) error {
	return func(ctx context.Context) error { return answers(ctx, address) }
}

// redisAnswers sends a command that every Redis knows.
func redisAnswers(ctx context.Context, address string) error {
	conn, err := dial(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return fmt.Errorf("ask Redis: %w", err)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return fmt.Errorf("ask Redis: %w", err)
	}
	if line != "+PONG\r\n" {
		return errors.New("Redis says " + line)
	}
	return nil
}

func dial(ctx context.Context, address string) (net.Conn, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("read an address: %w", err)
	}
	return (&net.Dialer{Timeout: pollInterval * 20}).DialContext(ctx, "tcp", parsed.Host)
}

func firstWords(text string, n int) string {
	words := strings.Fields(text)
	return strings.Join(words[:min(n, len(words))], " ")
}
