package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"

	"larder.dev/cmd/larder/internal/storeenv"
	"larder.dev/cmd/larder/internal/stores"
)

// envCommand prints what points psql, nats, redis-cli and aws at the stores, in the variables that those programs read. With
// a command it runs that one with them, as env(1) does.
type envCommand struct {
	JSON    bool     `name:"json" help:"As one JSON object."`
	Grocery bool     `name:"grocery" help:"psql goes to the grocery app's database."`
	Command []string `arg:"" optional:"" passthrough:"" help:"Run this with the variables, as: larder env psql."`
}

// Help is what kong prints below the first line of --help.
func (envCommand) Help() string {
	return `As it is printed, a shell takes it: eval "$(larder env)"; then psql, nats stream ls, redis-cli -s "$REDIS_SOCKET". ` +
		"With a command, aws reaches the object store in the data folder too, which listens on a socket: larder env aws s3 ls. " +
		"The grocery app's database has an owner of its own: larder env psql larder_grocery, or --grocery where another name is given. " +
		"It has passwords in it, and is given to the owner of the data folder alone."
}

func (c envCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	addresses, running, err := s.find(ctx)
	switch {
	case err != nil:
		return err
	case running:
		if err := stores.OwnersAlone(s.DataDir); err != nil {
			return err
		}
	default:
		addresses = s.given().Addresses()
		if len(addresses.Missing(stores.Postgres, stores.NATS, stores.Redis, stores.Objects)) == 4 { //nolint:mnd // all of them
			return s.lacks()
		}
	}
	variables, err := storeenv.Of(addresses)
	if err != nil {
		return err
	}
	if c.Grocery || storeenv.NamesGroceries(addresses, c.Command) {
		groceries, err := storeenv.Groceries(addresses)
		if err != nil {
			return err
		}
		if len(groceries) == 0 {
			return usageError{"the grocery app's database has no address: LARDER_GROCERY_POSTGRES_URL"}
		}
		maps.DeleteFunc(variables, func(name, _ string) bool { return strings.HasPrefix(name, "PG") })
		maps.Copy(variables, groceries)
	}
	switch {
	case len(c.Command) > 0:
		return c.run(ctx, con, log, addresses, variables)
	case c.JSON:
		return printJSON(con, variables)
	default:
		return printExports(con, addresses, variables)
	}
}

func printExports(con console, addresses stores.Addresses, variables map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		if _, err := fmt.Fprintf(con.out, "export %s=%s\n", name, shellWord(variables[name])); err != nil {
			return fmt.Errorf("print the variables: %w", err)
		}
	}
	if storeenv.OnSocket(addresses.S3Endpoint) {
		fmt.Fprintln(con.out, "# The object store listens on a socket, which aws doesn't know: larder env aws s3 ls")
	}
	return nil
}

// run runs the command and gives its exit code on. While it runs, an object store on a socket has a port too: who finds it
// needs the keys as ever.
func (c envCommand) run(ctx context.Context, con console, log *slog.Logger,
	addresses stores.Addresses, variables map[string]string,
) error {
	if storeenv.OnSocket(addresses.S3Endpoint) {
		forward, err := storeenv.Forward(ctx, addresses.S3Endpoint, log)
		if err != nil {
			return err
		}
		defer forward.Close()
		variables[storeenv.S3Endpoint] = forward.URL()
	}
	words := c.Command
	if words[0] == "--" {
		words = words[1:]
	}
	if len(words) == 0 {
		return usageError{"which command?"}
	}
	// Not by ctx, whose end kills: an interrupt of the terminal is the command's too, which knows what to do about it.
	command := exec.CommandContext(context.WithoutCancel(ctx), words[0], words[1:]...) //nolint:gosec // it is the operator's
	command.Stdin, command.Stdout, command.Stderr = con.in, con.out, con.err
	command.Env = os.Environ()
	for name, value := range variables {
		command.Env = append(command.Env, name+"="+value)
	}
	if err := command.Start(); err != nil {
		return fmt.Errorf("run %s: %w", words[0], err)
	}
	defer context.AfterFunc(ctx, func() { _ = command.Process.Signal(os.Interrupt) })()
	err := command.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exitError{code: cmp.Or(max(exit.ExitCode(), 0), exitFailed)}
	}
	return err
}

// exitError is the exit code of a command that was run, which has said itself what was wrong.
type exitError struct{ code int }

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// shellWord is text as one word of a shell.
func shellWord(text string) string {
	if text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:@%+=,", r)
	}) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
