package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"larder.dev/cmd/larder/internal/storeenv"
	"larder.dev/cmd/larder/internal/stores"
)

// envCommand prints the environment variables that point psql, nats, redis-cli and aws at the
// stores. With a command it runs that with them, like env(1).
type envCommand struct {
	JSON    bool     `name:"json" help:"As one JSON object."`
	Grocery bool     `name:"grocery" help:"psql goes to the grocery app's database."`
	Command []string `arg:"" optional:"" passthrough:"" help:"Run this with the variables, as: larder env psql."`
}

// Help returns what kong prints below the first line of --help.
func (envCommand) Help() string {
	return `As it is printed, a shell takes it: eval "$(larder env)"; then psql, nats stream ls, redis-cli -s "$REDIS_SOCKET". ` +
		"aws is pointed at the S3 server where one is given; else the files of recipes are in a folder, which is named. " +
		"The grocery app's database has an owner of its own: larder env psql larder_grocery, or --grocery where another name is given. " +
		"It has passwords in it, and is given to the owner of the data folder alone."
}

func (c envCommand) Run(ctx context.Context, s *settings, con console) error {
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
		return c.run(ctx, con, addresses, variables)
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
	if folder, is := storeenv.ObjectsFolder(addresses); is {
		fmt.Fprintf(con.out, "# The files of recipes are in a folder, for which aws isn't needed: %s\n", folder)
	}
	return nil
}

// run runs the command and passes on its exit code.
func (c envCommand) run(ctx context.Context, con console, addresses stores.Addresses, variables map[string]string) error {
	words := c.Command
	if words[0] == "--" {
		words = words[1:]
	}
	if len(words) == 0 {
		return usageError{"which command?"}
	}
	if folder, is := storeenv.ObjectsFolder(addresses); is && filepath.Base(words[0]) == "aws" {
		return fmt.Errorf("there is no S3 server for aws to speak with: the files of recipes are in the folder %s, where ls and cp do; "+
			"LARDER_S3_ENDPOINT gives Larder a server", folder)
	}
	// Not with ctx, whose end kills: a terminal's interrupt also reaches the command, which knows
	// how to handle it.
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

// exitError is the exit code of a command that has reported its own error.
type exitError struct{ code int }

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// shellWord quotes text as one word of a shell.
func shellWord(text string) string {
	if text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:@%+=,", r)
	}) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
