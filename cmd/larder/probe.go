package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// probeCommand asks a component on this machine whether it is ready. It is for containers' health
// checks, since the image only has this program.
type probeCommand struct {
	Addr string `env:"LARDER_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where it serves (${default})."`
}

const (
	probeTimeout = 3 * time.Second
	maxProbe     = 4 << 10 // shown bytes of an answer
)

func (c probeCommand) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	address := strings.TrimPrefix(c.Addr, "http://")
	if host, port, err := net.SplitHostPort(address); err == nil && (host == "" || net.ParseIP(host).IsUnspecified()) {
		address = net.JoinHostPort("127.0.0.1", port)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
	if err != nil {
		return usageError{fmt.Sprintf("--addr %q is no HOST:PORT", c.Addr)}
	}
	answer, err := (&http.Client{Timeout: probeTimeout}).Do(request)
	if err != nil {
		return fmt.Errorf("ask %s whether it is ready: %w", address, err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	said, err := io.ReadAll(io.LimitReader(answer.Body, maxProbe))
	if err != nil {
		return fmt.Errorf("read what %s lacks: %w", address, err)
	}
	return fmt.Errorf("%s is not ready: %s", address, said)
}
