package main

import (
	"strings"

	"github.com/alecthomas/kong"
)

// helpAll is --help-all: help including the global flags.
type helpAll bool

// IgnoreDefault and BeforeReset make it like kong's own --help: it works whatever else is missing
// or wrong.
func (helpAll) IgnoreDefault() {}

// BeforeReset is called by kong if the flag is set.
func (helpAll) BeforeReset(call *kong.Context) error {
	hideVersion(call)
	if err := kong.DefaultHelpPrinter(helpOptions(), call); err != nil {
		return err
	}
	call.Exit(exitDone)
	return nil
}

// helpOptions are for both.
func helpOptions() kong.HelpOptions {
	return kong.HelpOptions{Compact: true, ValueFormatter: kong.DefaultHelpValueFormatter}
}

// printHelp prints a command's help: what it does and its own flags. The global ones would bury
// them.
func printHelp(options kong.HelpOptions, call *kong.Context) error {
	for _, flag := range call.Model.Flags {
		flag.Hidden = flag.Hidden || flag.Group != nil && flag.Group.Key == globalFlags
	}
	hideVersion(call)
	return kong.DefaultHelpPrinter(options, call)
}

// hideVersion removes the flag that no command takes from a command's help.
func hideVersion(call *kong.Context) {
	for _, flag := range call.Model.Flags {
		flag.Hidden = flag.Hidden || flag.Name == "version" && call.Selected() != nil
	}
}

// globalFlags is the group of the flags in settings.
const globalFlags = "Global flags:"

// helpCommand is --help for those who type it first: larder help user add.
type helpCommand struct {
	All     bool     `help:"With the flags that every command takes."`
	Command []string `arg:"" optional:"" help:"The command."`
}

func (c helpCommand) Run(call *kong.Context) error {
	node := call.Model.Node
	for _, word := range c.Command {
		if node = childNamed(node, word); node == nil {
			return usageError{"there is no command " + strings.Join(c.Command, " ") + " (see larder --help)"}
		}
	}
	flag := "--help"
	if c.All {
		flag = "--help-all"
	}
	_, err := call.Parse(append(c.Command, flag))
	return err
}

func childNamed(node *kong.Node, name string) *kong.Node {
	for _, child := range node.Children {
		if child.Name == name && !child.Hidden {
			return child
		}
	}
	return nil
}
