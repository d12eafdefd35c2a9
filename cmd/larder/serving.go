package main

import (
	"context"
	"fmt"
	"net"

	"larder.dev/internal/httpserver"
	"larder.dev/projectors"
	"larder.dev/web"
)

// serve runs the components and answers on the listener until ctx is done; ready is called when requests
// are taken. At the end every component finishes what it has in hand; an event that is not in the stream by
// then is in the ledger, and goes out at the next start.
func (sys *system) serve(ctx context.Context, listener net.Listener, ready func() error) (err error) {
	defer closing(&err, sys.work.leave)
	stop, err := projectors.ServeControl(sys.conn, sys.runner)
	if err != nil {
		return fmt.Errorf("serve the control of the projections: %w", err)
	}
	defer stop()
	pages, err := web.Handler()
	if err != nil {
		return fmt.Errorf("open the pages: %w", err)
	}
	handler := surface(sys.command.Handler(), sys.query.Handler(), pages)
	return sys.run(ctx, func(ctx context.Context) error {
		if err := ready(); err != nil {
			return err
		}
		return httpserver.Serve(ctx, listener, handler, sys.log)
	})
}
