// Command larder is the whole of Larder in one binary: `larder up` runs everything in one process, a
// component's subcommand runs it alone, and the others are the operator's tools.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	fileservice "larder.dev/file-service"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/telemetry"
)

// The exit codes of the outside contract.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == fileservice.DrawCommand {
		os.Exit(fileservice.DrawPicture(os.Args[2:], os.Stdin, os.Stdout, os.Stderr)) // for each picture: nothing else is begun
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], console{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}

// console is where a command reads from and prints to.
type console struct {
	in       *os.File
	out, err io.Writer
}

// usageError is a call with the wrong words: exit code 2.
type usageError struct{ reason string }

func (e usageError) Error() string { return e.reason }

func run(ctx context.Context, args []string, con console) int {
	var cli commands
	exited, code := false, exitDone
	parser, err := kong.New(&cli, append(componentCommands(),
		kong.Name("larder"),
		kong.Description("Keeps recipes, finds them, and puts what they need on the grocery list."),
		kong.Writers(con.out, con.err),
		kong.Exit(func(status int) { exited, code = true, status }), // --help
		kong.UsageOnError(),
		kong.Vars{"version": version(), "data_dir": defaultDataDir()},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: false}),
	)...)
	if err != nil {
		fmt.Fprintln(con.err, "larder:", err)
		return exitFailed
	}
	call, err := parser.Parse(args)
	if exited {
		return code
	}
	if err != nil {
		fmt.Fprintf(con.err, "larder: %v (see larder --help)\n", err)
		return exitUsage
	}
	log := newLog(con.err, cli.logLevel(call.Command()))
	call.BindTo(ctx, (*context.Context)(nil))
	return exitCode(call.Run(&cli.settings, con, log), con, log)
}

func exitCode(err error, con console, log *slog.Logger) int {
	if err == nil {
		return exitDone
	}
	if errors.Is(err, context.Canceled) {
		log.Info("interrupted; run it again to go on")
		return exitFailed
	}
	fmt.Fprintln(con.err, "larder:", err)
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

func newLog(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(httpserver.QuietHangUps(telemetry.LogHandler(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))))
}
