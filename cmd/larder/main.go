// Command larder is all of Larder in one binary: `larder up` runs everything in one process, a
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
	kongcompletion "github.com/jotaen/kong-completion"

	fileservice "larder.dev/file-service"
	"larder.dev/internal/buildinfo"
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
		os.Exit(fileservice.DrawPicture(os.Args[2:], os.Stdin, os.Stdout, os.Stderr)) // once per picture; starts nothing else
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], console{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}

// console is where a command reads from and prints to.
type console struct {
	in       *os.File
	rest     io.Reader // standard input after peeking at its beginning; else nil
	out, err io.Writer
}

func (c console) input() io.Reader {
	if c.rest != nil {
		return c.rest
	}
	return c.in
}

// usageError is an invalid call: exit code 2.
type usageError struct{ reason string }

func (e usageError) Error() string { return e.reason }

func run(ctx context.Context, args []string, con console) int {
	var cli commands
	exited, code := false, exitDone
	parser, err := newParser(&cli, con, func(status int) { exited, code = true, status })
	if err != nil {
		fmt.Fprintln(con.err, "larder:", err)
		return exitFailed
	}
	kongcompletion.Register(parser)
	if exited {
		return code // a shell asked for completions
	}
	call, err := parser.Parse(args)
	if exited {
		return code // --help
	}
	inJSON := asksForJSON(call, args)
	if err != nil {
		return exitCode(usageError{fmt.Sprintf("%v (see %s --help)", err, commandPath(err))}, con, inJSON)
	}
	cli.presence = presenceOf(call)
	call.BindTo(ctx, (*context.Context)(nil))
	log, end := newLog(con.err, cli.logLevel(call.Command()), inJSON)
	defer end()
	err = call.Run(&cli.settings, con, log)
	if exited {
		return code // larder help
	}
	return exitCode(err, con, inJSON)
}

// newParser returns the command line's parser. It calls exit for flags that stand alone, such as
// --help, and continues.
func newParser(cli *commands, con console, exit func(status int)) (*kong.Kong, error) {
	return kong.New(cli, append(componentCommands(),
		kong.Name("larder"),
		kong.Description("Keeps recipes, finds them, and puts what they need on the grocery list."),
		kong.Writers(con.out, con.err),
		kong.Exit(exit),
		kong.Vars{"version": "larder " + buildinfo.Read().String(), "data_dir": defaultDataDir()},
		kong.ConfigureHelp(helpOptions()),
		kong.Help(printHelp),
	)...)
}

// commandPath returns the command of a call that can't be parsed.
func commandPath(err error) string {
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil && parse.Context.Selected() != nil {
		return parse.Context.Selected().FullPath()
	}
	return "larder"
}

func exitCode(err error, con console, inJSON bool) int {
	if err == nil {
		return exitDone
	}
	var ran exitError
	if errors.As(err, &ran) {
		return ran.code
	}
	code := exitFailed
	var usage usageError
	if errors.As(err, &usage) {
		code = exitUsage
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted; run it again to go on")
	}
	if inJSON {
		printJSONError(con.err, err, code)
	} else {
		fmt.Fprintln(con.err, "larder:", err)
	}
	return code
}

// newLog returns the log, and a function that flushes it at the end.
func newLog(w io.Writer, level slog.Level, inJSON bool) (*slog.Logger, func()) {
	options := &slog.HandlerOptions{Level: level}
	var lines slog.Handler = slog.NewTextHandler(w, options)
	if inJSON {
		lines = slog.NewJSONHandler(w, options)
	}
	repeats := telemetry.NewRepeats(telemetry.LogHandler(lines))
	return slog.New(httpserver.QuietHangUps(repeats)), repeats.Close
}
