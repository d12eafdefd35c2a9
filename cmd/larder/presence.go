package main

import (
	"context"
	"fmt"
	"reflect"

	"github.com/alecthomas/kong"

	"larder.dev/cmd/larder/internal/stores"
)

// presence is what a command needs of the data folder, unless servers' addresses are given.
type presence int

const (
	// begins is for commands that may run first: they create the folder and its contents.
	begins presence = iota
	// needsData is for commands that only read, or change existing data: they need a larder there.
	needsData
	// needsRunning is for commands about a running larder: stores they start tell nothing.
	needsRunning
)

// needy is a command that doesn't start a larder where there is none. A command that doesn't
// implement it does.
type needy interface{ needs() presence }

// presenceOf returns what the selected command needs.
func presenceOf(call *kong.Context) presence {
	selected := call.Selected()
	if selected == nil || !selected.Target.CanAddr() {
		return begins
	}
	if command, ok := reflect.TypeAssert[needy](selected.Target.Addr()); ok {
		return command.needs()
	}
	return begins
}

// find returns the running larder's addresses. If none is running and the command doesn't start
// one, it creates nothing: neither the folder nor its lock.
func (s *settings) find(ctx context.Context) (addresses stores.Addresses, running bool, err error) {
	if s.presence == begins || stores.WasEntered(s.DataDir) {
		return stores.Running(ctx, s.DataDir)
	}
	return stores.Addresses{}, false, nil
}

// noLarderError means that the data folder has nothing for the command: exit code 1.
type noLarderError struct{ reason string }

func (e noLarderError) Error() string { return "no larder here: " + e.reason }

// lacks returns nil if the command may open the data folder's stores.
func (s *settings) lacks() error {
	switch {
	case s.presence == begins:
		return nil
	case !stores.HasData(s.DataDir):
		return noLarderError{fmt.Sprintf("nothing is kept in %s "+
			"(--data-dir or LARDER_DATA_DIR says where to look; larder up begins one)", s.DataDir)}
	case s.presence == needsRunning:
		return noLarderError{fmt.Sprintf("nothing is running in %s (larder up starts it)", s.DataDir)}
	default:
		return nil
	}
}

func (statusCommand) needs() presence           { return needsRunning }
func (envCommand) needs() presence              { return needsRunning }
func (exportCommand) needs() presence           { return needsData }
func (historyCommand) needs() presence          { return needsData }
func (restoreCommand) needs() presence          { return needsData }
func (eventsShowCommand) needs() presence       { return needsData }
func (eventsParkedCommand) needs() presence     { return needsData }
func (asOfLookCommand) needs() presence         { return needsData }
func (asOfDropCommand) needs() presence         { return needsData }
func (backupRunCommand) needs() presence        { return needsData }
func (backupVerifyCommand) needs() presence     { return needsData }
func (failoverCommand) needs() presence         { return needsData }
func (failbackCommand) needs() presence         { return needsData }
func (importCommand) needs() presence           { return needsData }
func (rebuildCommand) needs() presence          { return needsData }
func (eventsRepublishCommand) needs() presence  { return needsData }
func (userListCommand) needs() presence         { return needsData }
func (userSetPassword) needs() presence         { return needsData }
func (userGrantCommand) needs() presence        { return needsData }
func (userRevokeCommand) needs() presence       { return needsData }
func (userDisableCommand) needs() presence      { return needsData }
func (userEnableCommand) needs() presence       { return needsData }
func (userSessionsCommand) needs() presence     { return needsData }
func (userDeleteCommand) needs() presence       { return needsData }
func (reconcileCommand) needs() presence        { return needsData }
func (subscriberAddCommand) needs() presence    { return needsData }
func (subscriberListCommand) needs() presence   { return needsData }
func (subscriberRemoveCommand) needs() presence { return needsData }

// Following requires a running larder; --no-follow reads what there is.
func (c eventsTailCommand) needs() presence {
	if c.NoFollow {
		return needsData
	}
	return needsRunning
}
