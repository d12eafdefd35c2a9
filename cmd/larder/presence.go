package main

import (
	"context"
	"fmt"
	"reflect"

	"github.com/alecthomas/kong"

	"larder.dev/cmd/larder/internal/stores"
)

// presence is what a command needs of the data folder, where it isn't given addresses of servers instead.
type presence int

const (
	// begins is of commands that may be the first: they make the folder and what is in it.
	begins presence = iota
	// needsData is of commands that only read, or change what is there: a folder without a larder has nothing for them.
	needsData
	// needsRunning is of commands that tell of a running larder: stores that the command itself starts say nothing.
	needsRunning
)

// needy is a command that doesn't make a larder where there is none. Every command that doesn't implement it begins one.
type needy interface{ needs() presence }

// presenceOf is what the chosen command needs.
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

// find gives the addresses of the running larder. Where none runs and the command doesn't begin one, nothing is made: not
// the folder, and not its lock either.
func (s *settings) find(ctx context.Context) (addresses stores.Addresses, running bool, err error) {
	if s.presence == begins || stores.WasEntered(s.DataDir) {
		return stores.Running(ctx, s.DataDir)
	}
	return stores.Addresses{}, false, nil
}

// noLarderError says that there is nothing for the command in the data folder: exit code 1.
type noLarderError struct{ reason string }

func (e noLarderError) Error() string { return "no larder here: " + e.reason }

// lacks is nil where the command may open the stores of the data folder.
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

// Following what happens is for a running larder; --no-follow reads what there is.
func (c eventsTailCommand) needs() presence {
	if c.NoFollow {
		return needsData
	}
	return needsRunning
}
