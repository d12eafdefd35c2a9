package redisserver

import (
	"bufio"
	"errors"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
)

// keeper intercepts every command before the server, and journals its effects on kept keys.
type keeper struct {
	redis    *miniredis.Miniredis
	journal  *journal
	clock    *clock
	written  chan<- struct{}
	keep     func(key string) bool
	log      *slog.Logger
	password string

	clients sync.Map // *server.Peer → *client, the authenticated ones

	// writing is held while journaling and executing a write, so that both have the same order;
	// otherwise a restart would restore a different state.
	writing sync.Mutex
}

// client is a connection's state. Only its own goroutine uses it.
type client struct {
	executing bool     // the keeper dispatched the command; the hook lets it through
	multi     bool     // between MULTI and EXEC
	queued    []change // what EXEC will do to kept keys
}

// hook is called for each command; true means that it has been answered.
func (k *keeper) hook(peer *server.Peer, command string, args ...string) bool {
	client := k.client(peer, command, args)
	if client != nil && client.executing {
		return false
	}
	switch command {
	case "AUTH", "HELLO", "CLIENT", "PING", "ECHO":
		return false
	}
	if client != nil { // a script holds the clock's lock, and aged the keys when it began
		k.clock.pass()
	}
	switch command {
	case "WATCH", "UNWATCH":
		return false
	case "SELECT":
		return refuseSelect(peer, args)
	case "MULTI":
		return client.begin()
	case "DISCARD":
		return client.discard()
	case "EXEC":
		return k.exec(peer, client)
	}
	if k.redis.Server().IsReadOnlyCommand(command) {
		return refuseUnserved(peer, command)
	}
	select {
	case k.written <- struct{}{}:
	default:
	}
	return k.write(peer, client, command, args) || refuseUnserved(peer, command)
}

// served lists the commands that Larder's clients use, and a few for manual inspection. Some others
// block, and some allocate whatever size they are given: SETRANGE can crash the process.
//
//nolint:gochecknoglobals // a constant
var served = strings.Fields(`
	GET MGET GETRANGE SET SETNX DEL UNLINK EXISTS TYPE
	EXPIRE PEXPIRE EXPIREAT PEXPIREAT TTL PTTL KEYS SCAN
	SADD SREM SMEMBERS SISMEMBER SCARD
	INCR INCRBY DECR EVAL EVALSHA SCRIPT
	TIME DBSIZE FLUSHALL FLUSHDB`)

func refuseUnserved(peer *server.Peer, command string) bool {
	if slices.Contains(served, command) {
		return false
	}
	peer.WriteError("ERR this server has no such command")
	return true
}

// write journals a command that isn't known to be read-only, if it touches a kept key.
func (k *keeper) write(peer *server.Peer, client *client, command string, args []string) bool {
	changes, err := parse(command, args, k.keep, time.Now())
	switch {
	case errors.Is(err, errMalformed):
		return false
	case err != nil:
		peer.WriteError("ERR " + err.Error())
		return true
	case len(changes) == 0:
		return false
	case client == nil: // unauthenticated: a stranger, or a script
		peer.WriteError("NOAUTH kept keys are written by authenticated clients, outside of scripts.")
		return true
	case client.multi:
		client.queued = append(client.queued, changes...)
		return false
	}
	k.commit(peer, client, changes, append([]string{command}, args...))
	return true
}

func (k *keeper) exec(peer *server.Peer, client *client) bool {
	if client == nil || !client.multi {
		return false
	}
	changes := client.queued
	client.discard()
	if len(changes) == 0 {
		return false
	}
	if !k.commit(peer, client, changes, []string{"EXEC"}) {
		k.dropQueue(peer)
	}
	return true
}

// dropQueue ends the transaction of a client whose EXEC was answered with an error. The client must
// not see the reply to the DISCARD, so it goes through a second peer on the same context.
func (k *keeper) dropQueue(peer *server.Peer) {
	silent := server.NewPeer(bufio.NewWriter(io.Discard))
	silent.Ctx = peer.Ctx
	k.redis.Server().Dispatch(silent, []string{"DISCARD"})
}

// commit writes the changes to the disk, then executes the command. The client gets its answer when
// this returns. It returns false if the journal failed: then the answer is an error and the command
// wasn't executed.
func (k *keeper) commit(peer *server.Peer, client *client, changes []change, command []string) bool {
	k.writing.Lock()
	defer k.writing.Unlock()
	if err := k.journal.append(changes, time.Now()); err != nil {
		k.log.Error("a write to a kept key was refused, since it couldn't be put on the disk", "cause", err)
		peer.WriteError("MISCONF the write couldn't be put on the disk and was not made.")
		return false
	}
	client.executing = true
	k.redis.Server().Dispatch(peer, command)
	client.executing = false
	if err := k.correct(changes); err != nil {
		k.log.Error("the journal of kept keys is behind; it is written anew with the next write", "cause", err)
	}
	return true
}

// correct compares the journal with the server, and journals the server's value where they differ:
// a watched key, or an error in another command, can abort a transaction.
func (k *keeper) correct(changes []change) error {
	now := time.Now()
	touched := map[string]bool{}
	for _, change := range changes {
		if change.Verb != verbClear {
			touched[string(change.Key)] = true
		}
	}
	var corrections []change
	for _, name := range slices.Sorted(maps.Keys(touched)) {
		journaled, known := k.journal.state.get(name, now)
		held, exists := held(k.redis, name, now)
		switch {
		case !exists && known:
			corrections = append(corrections, change{Verb: verbDelete, Key: []byte(name)})
		case exists && (!known || !journaled.same(held)):
			corrections = append(corrections, held.changes(name)...)
		}
	}
	if len(corrections) == 0 {
		return nil
	}
	return k.journal.append(corrections, now)
}

// held returns the server's value of a key.
func held(redis *miniredis.Miniredis, name string, now time.Time) (entry, bool) {
	var found entry
	switch redis.Type(name) {
	case "string":
		found.value, _ = redis.Get(name) // a just-expired key reads as empty, and expires on replay
	case "set":
		members, _ := redis.Members(name)
		found.members = map[string]struct{}{}
		for _, member := range members {
			found.members[member] = struct{}{}
		}
	default:
		return entry{}, false
	}
	if left := redis.TTL(name); left > 0 {
		found.deadline = now.Add(left).UnixMilli()
	}
	return found, true
}

// same compares contents. Deadlines differ by up to a tick, so only their presence is compared.
func (e entry) same(other entry) bool {
	return e.value == other.value && (e.members == nil) == (other.members == nil) &&
		maps.Equal(e.members, other.members) && (e.deadline == 0) == (other.deadline == 0)
}

// client returns an authenticated connection's state, nil for others. The library checks the
// password after the hook and doesn't report it, so the keeper checks it too.
func (k *keeper) client(peer *server.Peer, command string, args []string) *client {
	if known, ok := k.clients.Load(peer); ok {
		return known.(*client) //nolint:forcetypeassert,errcheck // nothing else is stored
	}
	if !k.authenticates(command, args) {
		return nil
	}
	known := &client{}
	k.clients.Store(peer, known)
	peer.OnDisconnect(func() { k.clients.Delete(peer) })
	return known
}

func (k *keeper) authenticates(command string, args []string) bool {
	if command == "HELLO" && len(args) > 0 {
		args = args[1:]
		for len(args) > 0 && !strings.EqualFold(args[0], "AUTH") {
			args = args[1:]
		}
		return len(args) >= 3 && args[1] == "default" && args[2] == k.password
	}
	if command != "AUTH" {
		return false
	}
	if len(args) == 2 && args[0] == "default" {
		args = args[1:]
	}
	return len(args) == 1 && args[0] == k.password
}

// begin opens a transaction. The server refuses a nested MULTI, which changes nothing.
func (c *client) begin() bool {
	if c != nil && !c.multi {
		c.multi, c.queued = true, nil
	}
	return false
}

func (c *client) discard() bool {
	if c != nil {
		c.multi, c.queued = false, nil
	}
	return false
}

// refuseSelect allows one database only, as a Redis cluster does: the journal has no database
// numbers.
func refuseSelect(peer *server.Peer, args []string) bool {
	if len(args) == 1 && args[0] == "0" {
		return false
	}
	peer.WriteError("ERR this server has one database, number 0")
	return true
}
