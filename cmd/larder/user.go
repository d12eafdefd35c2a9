package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
)

type userCommands struct {
	Add         userAddCommand      `cmd:"" help:"Add a user."`
	List        userListCommand     `cmd:"" help:"List the users."`
	SetPassword userSetPassword     `cmd:"" help:"Set a user's password and end their sessions."`
	Grant       userGrantCommand    `cmd:"" help:"Give a user access: grocery or admin."`
	Revoke      userRevokeCommand   `cmd:"" help:"Take a user's access: grocery or admin."`
	Disable     userDisableCommand  `cmd:"" help:"Keep a user out and end their sessions; everything is kept."`
	Enable      userEnableCommand   `cmd:"" help:"Let a disabled user in again."`
	Sessions    userSessionsCommand `cmd:"" help:"List where a user is logged in, and end one session or all."`
	Delete      userDeleteCommand   `cmd:"" help:"Delete a user and everything of theirs, for good."`
}

// onUsers runs a use case on the accounts, beside a running larder or alone.
func onUsers(ctx context.Context, s *settings, con console, log *slog.Logger,
	fn func(ctx context.Context, users *commandapi.Users) error,
) error {
	return onWriteSide(ctx, s, con, log, func(_ *connection, api *commandapi.API) error { return fn(ctx, api.Users()) })
}

// userNamed is the argument of every command about one user.
type userNamed struct {
	Name string `arg:"" help:"The user's name."`
}

type userAddCommand struct {
	userNamed
	Grocery       bool `help:"With access to the grocery app."`
	Admin         bool `help:"With an operator's rights."`
	PasswordStdin bool `help:"Take the password from standard input."`
}

func (c userAddCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	password, err := readPassword(con, c.PasswordStdin)
	if err != nil {
		return err
	}
	return onUsers(ctx, s, con, log, func(ctx context.Context, users *commandapi.Users) error {
		added, err := users.Add(ctx, commandapi.NewUser{
			Name: c.Name, Password: password, Admin: c.Admin, Grocery: c.Grocery,
		})
		if err != nil {
			return fmt.Errorf("add user %q: %w", c.Name, err)
		}
		fmt.Fprintf(con.out, "added %s (%s)\n", added.Name, added.ID)
		return nil
	})
}

type userListCommand struct {
	JSON bool `name:"json" help:"As JSON lines."`
}

// listedUser is one line of `larder user list --json`.
type listedUser struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Admin    bool   `json:"admin"`
	Grocery  bool   `json:"grocery"`
	Disabled bool   `json:"disabled"`
}

func (c userListCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return onUsers(ctx, s, con, log, func(ctx context.Context, users *commandapi.Users) error {
		all, err := users.List(ctx)
		if err != nil {
			return fmt.Errorf("list the users: %w", err)
		}
		if c.JSON {
			return printUserLines(con, all)
		}
		return printUserTable(con, all)
	})
}

func printUserLines(con console, all []events.User) error {
	out := json.NewEncoder(con.out)
	for _, u := range all {
		line := listedUser{ID: u.ID, Name: u.Name, Admin: u.Admin, Grocery: u.Grocery, Disabled: u.Disabled}
		if err := out.Encode(line); err != nil {
			return fmt.Errorf("print the users: %w", err)
		}
	}
	return nil
}

func printUserTable(con console, all []events.User) error {
	table := newTable(con.out, "NAME", "ACCESS", "SINCE", "ID")
	for _, u := range all {
		table.row(u.Name, access(u), u.CreatedAt.Format("2006-01-02"), u.ID)
	}
	return table.print("the users")
}

func access(u events.User) string {
	words := []string{"recipes"}
	if u.Grocery {
		words = append(words, "grocery")
	}
	if u.Admin {
		words = append(words, "admin")
	}
	if u.Disabled {
		return "disabled"
	}
	return strings.Join(words, ",")
}

type userSetPassword struct {
	userNamed
	PasswordStdin bool `help:"Take the password from standard input."`
}

func (c userSetPassword) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	password, err := readPassword(con, c.PasswordStdin)
	if err != nil {
		return err
	}
	return onUsers(ctx, s, con, log, func(ctx context.Context, users *commandapi.Users) error {
		if err := users.SetPassword(ctx, c.Name, password); err != nil {
			return fmt.Errorf("set the password of %q: %w", c.Name, err)
		}
		fmt.Fprintf(con.out, "%s has a new password; every session of theirs is ended\n", c.Name)
		return nil
	})
}

type userGrantCommand struct {
	userNamed
	Access string `arg:"" enum:"grocery,admin" help:"grocery or admin."`
}

func (c userGrantCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return onUsers(ctx, s, con, log, func(ctx context.Context, users *commandapi.Users) error {
		if _, err := users.Grant(ctx, c.Name, accessNamed(c.Access)); err != nil {
			return fmt.Errorf("grant %s to %q: %w", c.Access, c.Name, err)
		}
		fmt.Fprintf(con.out, "%s has access: %s\n", c.Name, c.Access)
		return nil
	})
}

func accessNamed(word string) commandapi.Access {
	return commandapi.Access{Admin: word == "admin", Grocery: word == "grocery"}
}

type userRevokeCommand struct {
	userNamed
	Access string `arg:"" enum:"grocery,admin" help:"grocery or admin."`
}

func (c userRevokeCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return onUsers(ctx, s, con, log, func(ctx context.Context, users *commandapi.Users) error {
		if _, err := users.Revoke(ctx, c.Name, accessNamed(c.Access)); err != nil {
			return fmt.Errorf("revoke %s of %q: %w", c.Access, c.Name, err)
		}
		fmt.Fprintf(con.out, "%s has no access: %s\n", c.Name, c.Access)
		return nil
	})
}

type userDisableCommand struct{ userNamed }

func (c userDisableCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return onUsers(ctx, s, con, log, func(ctx context.Context, users *commandapi.Users) error {
		if err := users.Disable(ctx, c.Name); err != nil {
			return fmt.Errorf("disable %q: %w", c.Name, err)
		}
		fmt.Fprintf(con.out, "%s is disabled; every session of theirs is ended\n", c.Name)
		return nil
	})
}

type userEnableCommand struct{ userNamed }

func (c userEnableCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	return onUsers(ctx, s, con, log, func(ctx context.Context, users *commandapi.Users) error {
		if err := users.Enable(ctx, c.Name); err != nil {
			return fmt.Errorf("enable %q: %w", c.Name, err)
		}
		fmt.Fprintf(con.out, "%s may log in again\n", c.Name)
		return nil
	})
}
