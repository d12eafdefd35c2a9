// Package faults_test takes from Larder what a machine can lose, and checks what is left.
package faults_test

import (
	"maps"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// Rounds of the short form, which CI runs, and of the long one (make test-faults).
const (
	shortRounds  = 5
	longRounds   = 50
	users        = 3
	cooksPerUser = 2
)

// rounds is how often to kill: LARDER_FAULTS is a number, or "long".
func rounds(t *testing.T) int {
	t.Helper()
	switch asked := os.Getenv("LARDER_FAULTS"); asked {
	case "", "short":
		return shortRounds
	case "long":
		return longRounds
	default:
		count, err := strconv.Atoi(asked)
		require.NoError(t, err, "LARDER_FAULTS is a number of kills, or long")
		return count
	}
}

// kill -9 at any moment, under load, loses nothing acknowledged, does nothing twice, and leaves
// nothing half done: in the database, the stream, the index, the details, the backup and the feed.
//
//nolint:tparallel // a round is a subtest so that its connections end with it, and rounds come in order
func TestKillUnderLoad(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	random, k, report := openKitchen(t, server)
	defer func() { t.Log(report.table(k)) }()

	for round := range rounds(t) {
		acknowledged := k.count().acknowledged
		load := k.start()
		// The random point is the test's subject, not a wait for something.
		<-time.After(time.Duration(random.IntN(1200)) * time.Millisecond)
		server.Kill9(t)
		load.Wait()
		k.sound(t)
		report.kills++
		if round%3 == 2 {
			killAtStart(t, server, time.Duration(random.IntN(300))*time.Millisecond)
			report.kills++
		}
		server.Start(t)
		report.rounds++
		k.check(t, server, report)
		require.Greater(t, k.count().acknowledged, acknowledged, "a round without a write shows nothing")
	}
}

// openKitchen sets up everybody who will work on a server, not yet started.
func openKitchen(t *testing.T, server *larder.Server) (random *rand.Rand, k *kitchen, found *report) {
	t.Helper()
	random = newRandom(t)
	return random, newKitchen(t, server, random), &report{}
}

// newRandom returns a random source, and logs its seed for repeating the run.
func newRandom(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv("LARDER_FAULTS_SEED"); given != "" {
		var err error
		seed, err = strconv.ParseUint(given, 10, 64)
		require.NoError(t, err, "LARDER_FAULTS_SEED is a number")
	}
	t.Logf("random points from LARDER_FAULTS_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// killAtStart kills the server while it recovers from the last kill.
func killAtStart(t *testing.T, server *larder.Server, after time.Duration) {
	t.Helper()
	server.Launch(t)
	<-time.After(after) // the random point, as under load
	server.Kill9(t)
}

// kitchen is the load: several cooks per user, and one guest who comes and goes.
type kitchen struct {
	cooks   []*cook
	perUser int // one user's cooks follow each other
	guest   *guest
}

func newKitchen(t *testing.T, server *larder.Server, random *rand.Rand) *kitchen {
	t.Helper()
	k := staff(t, server, random, users, cooksPerUser)
	k.guest = newGuest(server, "cook-0")
	return k
}

// staff adds the users and their cooks.
func staff(t *testing.T, server *larder.Server, random *rand.Rand, users, perUser int) *kitchen {
	t.Helper()
	k := &kitchen{perUser: perUser}
	for i := range users {
		client := server.AddUser(t, "cook-"+strconv.Itoa(i), "--grocery")
		for range perUser {
			k.cooks = append(k.cooks, newCook(client, random.Uint64()))
		}
	}
	return k
}

// start lets everybody work until the server is gone. When it returns, each cook has had an answer.
func (k *kitchen) start() *sync.WaitGroup {
	var group sync.WaitGroup
	underWay := make(chan struct{}, len(k.cooks))
	for _, c := range k.cooks {
		group.Go(func() { c.work(underWay) })
	}
	group.Go(k.guest.visit)
	for range k.cooks {
		<-underWay
	}
	return &group
}

// sound fails the test if an answer came that the server's loss doesn't explain.
func (k *kitchen) sound(t *testing.T) {
	t.Helper()
	for _, c := range k.cooks {
		require.NoError(t, c.broken)
	}
	require.NoError(t, k.guest.broken)
}

// check resolves unanswered requests, and inspects every place. It is a subtest, so that its
// connections end before the next kill.
func (k *kitchen) check(t *testing.T, server *larder.Server, report *report) {
	t.Helper()
	ok := t.Run("round "+strconv.Itoa(report.rounds), func(t *testing.T) {
		k.guest.verify(t)
		primary := larder.Postgres(t, server.RunFile(t).PostgresURL)
		for _, c := range k.cooks {
			c.catchUp(t, primary)
		}
		server.CaughtUp(t)
		found := verify(t, server, k.accounts())
		report.add(found)
		require.Empty(t, found, "what is wrong after the kill")
	})
	if !ok {
		t.FailNow()
	}
}

// accounts combines what each user's cooks remember.
func (k *kitchen) accounts() []account {
	var all []account
	for i := 0; i < len(k.cooks); i += k.perUser {
		a := account{client: k.cooks[i].client, recipes: map[string]dish{}, groceries: map[string]time.Time{}}
		for _, c := range k.cooks[i : i+k.perUser] {
			for id, d := range c.recipes {
				a.recipes[id] = *d
			}
			maps.Copy(a.groceries, c.groceries)
		}
		all = append(all, a)
	}
	return all
}

func (k *kitchen) count() counts {
	var sum counts
	for _, c := range k.cooks {
		sum.sent += c.count.sent
		sum.acknowledged += c.count.acknowledged
		sum.refused += c.count.refused
		sum.unanswered += c.count.unanswered
		sum.done += c.count.done
	}
	return sum
}
