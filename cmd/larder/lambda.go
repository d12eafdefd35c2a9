package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"larder.dev/cmd/larder/internal/component"
)

// lambdaCommand runs one of the APIs as an AWS Lambda function: the same component, with requests
// from Lambda's runtime interface instead of a listener.
type lambdaCommand struct {
	serving

	Component string `arg:"" enum:"command-api,query-api,file-service" help:"command-api, query-api or file-service."`
}

func (c lambdaCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") == "" {
		return usageError{"larder lambda is started by AWS Lambda, which sets AWS_LAMBDA_RUNTIME_API; elsewhere it is larder " + c.Component}
	}
	kind, err := lambdaKind(c.Component)
	if err != nil {
		return err
	}
	return c.with(ctx, kind, s, log, func(ctx context.Context, process *component.Process) error {
		fmt.Fprintf(con.out, "larder %s takes events\n", kind.Name)
		process.Function().Serve(ctx)
		return nil
	})
}

func lambdaKind(name string) (component.Kind, error) {
	for _, kind := range component.All() {
		if kind.Name == name {
			return kind, nil
		}
	}
	return component.Kind{}, usageError{"there is no component " + name}
}
