package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"larder.dev/cmd/larder/internal/clients"
	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/embedded/natsserver"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/natsaccounts"
)

// subscriberCommands manage the programs that read the public feed, besides the grocery app: each
// has its own credentials, for one consumer with its name.
type subscriberCommands struct {
	Add    subscriberAddCommand    `cmd:"" help:"Give a program credentials for reading the grocery feed."`
	List   subscriberListCommand   `cmd:"" help:"List the programs that have such credentials."`
	Remove subscriberRemoveCommand `cmd:"" help:"Take a program's credentials away, and its place in the feed."`
}

// subscriberStore says where subscribers are stored: in the data folder, or in the accounts folder
// of NATS servers.
type subscriberStore struct {
	Accounts string `type:"path" env:"LARDER_NATS_ACCOUNTS" placeholder:"DIR" help:"The folder that nats-accounts wrote, for NATS servers."`
	JSON     bool   `name:"json" help:"As JSON."`
}

// subscriber is one subscriber as `larder subscriber` prints it.
type subscriber struct {
	Name     string `json:"name"`
	Consumer string `json:"consumer"`
	URL      string `json:"url,omitempty"`   // "" until larder runs
	File     string `json:"file,omitempty"`  // holds the address
	Creds    string `json:"creds,omitempty"` // on servers
}

func (p subscriberStore) check(s *settings) error {
	if p.Accounts == "" && s.NATSURL != "" {
		return usageError{"with NATS servers, --accounts DIR says where nats-accounts wrote their accounts"}
	}
	if p.Accounts != "" {
		return nil
	}
	return s.lacks()
}

func (p subscriberStore) names(s *settings) ([]string, error) {
	if p.Accounts != "" {
		return natsaccounts.IssuedSubscribers(p.Accounts)
	}
	return natsserver.Subscribers(natsFolder(s))
}

func (p subscriberStore) describe(s *settings, name string) subscriber {
	one := subscriber{Name: name, Consumer: name}
	if p.Accounts != "" {
		one.Creds = natsaccounts.CredsFile(p.Accounts, name)
		return one
	}
	one.File = natsserver.SubscriberURLFile(natsFolder(s), name)
	if address, err := os.ReadFile(one.File); err == nil {
		one.URL = strings.TrimSpace(string(address))
	}
	return one
}

func natsFolder(s *settings) string { return filepath.Join(s.DataDir, stores.NATSFolder) }

type subscriberAddCommand struct {
	subscriberStore

	Name string `arg:"" help:"Its name, which is that of its consumer too: lower-case letters, digits and hyphens."`
}

func (c subscriberAddCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	if err := c.check(s); err != nil {
		return err
	}
	var err error
	if c.Accounts != "" {
		_, err = natsaccounts.IssueSubscriber(c.Accounts, c.Name)
	} else if err = natsserver.AddSubscriber(natsFolder(s), c.Name); err == nil {
		err = reloadNATS(ctx, s, log, nil)
	}
	if err != nil {
		return fmt.Errorf("add subscriber: %w", err)
	}
	added := c.describe(s, c.Name)
	switch {
	case c.JSON:
		return printJSON(con, added)
	case added.Creds != "":
		fmt.Fprintf(con.out, "%s reads the grocery feed by the consumer %s, with %s\n", added.Name, added.Consumer, added.Creds)
	case added.URL == "":
		fmt.Fprintf(con.out, "%s can read the grocery feed by the consumer %s once larder runs; its address will be in %s\n",
			added.Name, added.Consumer, added.File)
	default:
		fmt.Fprintf(con.out, "%s reads the grocery feed by the consumer %s, at %s\nThe address is in %s too.\n",
			added.Name, added.Consumer, added.URL, added.File)
	}
	return nil
}

type subscriberListCommand struct{ subscriberStore }

func (c subscriberListCommand) Run(s *settings, con console) error {
	if err := c.check(s); err != nil {
		return err
	}
	names, err := c.names(s)
	if err != nil {
		return err
	}
	list := make([]subscriber, 0, len(names))
	for _, name := range names {
		list = append(list, c.describe(s, name))
	}
	if c.JSON {
		return printJSON(con, list)
	}
	for _, one := range list {
		fmt.Fprintf(con.out, "%s\t%s%s\n", one.Name, one.File, one.Creds)
	}
	return nil
}

type subscriberRemoveCommand struct {
	subscriberStore

	Name string `arg:"" help:"Its name."`
}

func (c subscriberRemoveCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	if err := c.check(s); err != nil {
		return err
	}
	forget := func(ctx context.Context, larder *clients.Clients) error {
		feed, err := larder.Feed(ctx)
		if err != nil {
			return err
		}
		if err := feed.DeleteConsumer(ctx, events.Feed, c.Name); err != nil && !errors.Is(err, jetstream.ErrNotFound) {
			return err
		}
		return nil
	}
	var err error
	if c.Accounts != "" {
		err = natsaccounts.RevokeSubscriber(c.Accounts, c.Name)
	} else if err = natsserver.RemoveSubscriber(natsFolder(s), c.Name); err == nil {
		err = reloadNATS(ctx, s, log, forget)
	}
	if err != nil {
		return fmt.Errorf("remove subscriber: %w", err)
	}
	if c.JSON {
		return printJSON(con, subscriber{Name: c.Name, Consumer: c.Name})
	}
	if c.Accounts != "" {
		fmt.Fprintf(con.out, "removed %s; its credentials are refused once each server has the new %s and is reloaded\n", c.Name,
			filepath.Join(c.Accounts, natsaccounts.ConfigFile))
		return nil
	}
	fmt.Fprintf(con.out, "removed %s\n", c.Name)
	return nil
}

// controlReload is the request that makes a running larder reload its subscribers.
const controlReload = "larder.control.nats.reload"

// serveReload lets `larder subscriber` reach the embedded NATS.
func serveReload(ctx context.Context, larder *clients.Clients, opened *stores.Stores) (stop func(), err error) {
	if !opened.EmbedsNATS() {
		return func() {}, nil
	}
	conn, err := larder.Stream(ctx)
	if err != nil {
		return nil, err
	}
	return conn.Serve(controlReload, "", func(context.Context, []byte, func([]byte) error) error {
		return opened.ReloadNATS()
	})
}

// reloadNATS makes a running larder apply the folder's subscribers, and then does something on its
// servers. If none is running, the next one will read them.
func reloadNATS(ctx context.Context, s *settings, log *slog.Logger,
	then func(ctx context.Context, larder *clients.Clients) error,
) (err error) {
	addresses, running, err := stores.Running(ctx, s.DataDir)
	if err != nil || !running {
		return err
	}
	larder := clients.New(clients.Options{Addresses: addresses, Name: toolName, Log: log})
	defer closing(&err, larder.Close)
	conn, err := larder.Stream(ctx)
	if err != nil {
		return err
	}
	if err := conn.WaitReady(ctx); err != nil {
		return err
	}
	if err := conn.Call(ctx, controlReload, []byte("{}"), func([]byte) error { return nil }); err != nil {
		return fmt.Errorf("let the running larder know: %w", err)
	}
	if then == nil {
		return nil
	}
	return then(ctx, larder)
}
