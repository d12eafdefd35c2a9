package main

import (
	"context"
	"log/slog"

	"larder.dev/cmd/larder/internal/component"
	"larder.dev/grocery-app/grocerybridge"
)

// bridgeName is the subcommand's name.
const bridgeName = "grocery-bridge"

// bridgeCommand forwards the grocery feed to a webhook, to Home Assistant, or to both.
type bridgeCommand struct {
	serving

	Users []string `env:"LARDER_BRIDGE_USERS" placeholder:"ID" help:"Ids of the users whose requests go over; all where none is named."`

	WebhookURL    string `env:"LARDER_BRIDGE_WEBHOOK_URL" placeholder:"URL" help:"Where each event is posted."`
	WebhookSecret string `env:"LARDER_BRIDGE_WEBHOOK_SECRET" placeholder:"SECRET" help:"What signs it."`

	HomeAssistantURL   string `env:"LARDER_BRIDGE_HOME_ASSISTANT_URL" placeholder:"URL" help:"A Home Assistant."`
	HomeAssistantToken string `env:"LARDER_BRIDGE_HOME_ASSISTANT_TOKEN" placeholder:"TOKEN" help:"A long-lived access token for it."`
	HomeAssistantList  string `env:"LARDER_BRIDGE_HOME_ASSISTANT_LIST" default:"todo.shopping" help:"Its to-do list (${default})."`
}

func (c bridgeCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	options := grocerybridge.Options{
		Users:      c.Users,
		WebhookURL: c.WebhookURL, WebhookSecret: c.WebhookSecret,
		HomeAssistantURL: c.HomeAssistantURL, HomeAssistantToken: c.HomeAssistantToken, HomeAssistantList: c.HomeAssistantList,
	}
	if _, err := grocerybridge.New(options); err != nil {
		return usageError{err.Error() + ": LARDER_BRIDGE_WEBHOOK_URL, or LARDER_BRIDGE_HOME_ASSISTANT_URL and _TOKEN"}
	}
	return c.serve(ctx, component.GroceryBridge(options), s, con, log)
}
