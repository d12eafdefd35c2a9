// Package webhook forwards the feed's events to any HTTP address.
package webhook

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"time"

	"larder.dev/events"
	"larder.dev/grocery-app/grocerybridge/internal/target"
	"larder.dev/internal/telemetry"
)

// Webhook posts each event as a CloudEvent in HTTP's binary mode: the attributes as ce-… headers
// and the data as the body, as on the feed (events/asyncapi.yaml). It adds:
//
//   - Idempotency-Key: the event's id. A receiver that remembers it does nothing twice.
//   - traceparent, if the grocery request was traced. A receiver can continue the trace.
//   - Larder-Signature, if there is a secret: "sha256=" and the HMAC-SHA256 of the body, in hex.
type Webhook struct {
	url    string
	secret string
	client *http.Client
}

// New returns a webhook. secret may be "".
func New(url, secret string) *Webhook {
	return &Webhook{url: url, secret: secret, client: target.NewClient()}
}

// Take posts an event. Any 2xx answer accepts it.
func (w *Webhook) Take(ctx context.Context, event events.Envelope) error {
	header := http.Header{}
	for name, value := range map[string]string{
		events.HeaderSpecVersion: "1.0",
		events.HeaderID:          event.ID,
		events.HeaderSource:      event.Source,
		events.HeaderType:        string(event.Type),
		events.HeaderTime:        event.Time.UTC().Format(time.RFC3339Nano),
		events.HeaderSubject:     "grocery/" + event.User(),
		events.HeaderDataSchema:  events.SchemaURN(event.Type, event.SchemaVersion),
		"Idempotency-Key":        event.ID,
		"User-Agent":             "larder-grocery-bridge",
	} {
		header.Set(name, value)
	}
	if traceParent := cmp.Or(telemetry.TraceParent(ctx), event.TraceParent); traceParent != "" {
		header.Set(events.HeaderTraceParent, traceParent)
	}
	if w.secret != "" {
		mac := hmac.New(sha256.New, []byte(w.secret))
		mac.Write(event.Data)
		header.Set("Larder-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	_, err := target.Post(ctx, w.client, w.url, header, event.Data)
	return err
}

// Check connects to the address without sending anything, because the receiver would have to
// understand it. Behind a proxy it can't detect a problem.
func (w *Webhook) Check(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, nil)
	if err != nil {
		return fmt.Errorf("read the address %s: %w", w.url, err)
	}
	if proxy, err := http.ProxyFromEnvironment(request); err != nil || proxy != nil {
		return nil
	}
	port := cmp.Or(request.URL.Port(), map[string]string{"https": "443"}[request.URL.Scheme], "80")
	ctx, cancel := context.WithTimeout(ctx, target.Deadline)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(request.URL.Hostname(), port))
	if err != nil {
		return fmt.Errorf("connect to the target: %w", err)
	}
	_ = conn.Close()
	return nil
}
