package nats_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/natsaccounts"
	"larder.dev/internal/postgres"
	"larder.dev/internal/redis"
	"larder.dev/internal/searchindex/bleveindex"
	"larder.dev/internal/testkit"
	"larder.dev/projectors"
	"larder.dev/projectors/cache"
	"larder.dev/projectors/groceryfeed"
	"larder.dev/projectors/projectiontest"
	"larder.dev/projectors/replica"
	"larder.dev/projectors/searchindex"
)

// Every component works with its own credentials, and nothing it does is denied: the relay
// publishes singly and in batches, each projection consumes, parks, saves its checkpoint and is
// rebuilt, a user is erased, the read side is notified of changes, the operator queries, and the
// grocery app reads.
func TestComponentsWork(t *testing.T) {
	t.Parallel()
	p := single(t)
	log, refused := watch(t)
	relay := p.component(t, "relay", log)
	queries := p.component(t, "query-api", log)
	operator := p.component(t, "operator", log)
	for _, stream := range projectors.Streams() {
		require.NoError(t, relay.EnsureStream(t.Context(), stream))
	}
	runner := p.project(t, log)
	teller := projectiontest.NewTeller()

	hints := make(chan jetstream.Message, 64)
	stop, err := queries.Subscribe(events.RecipesOf(teller.User), func(msg jetstream.Message) { hints <- msg })
	require.NoError(t, err)
	defer stop()
	require.NoError(t, queries.Flush(t.Context()))

	account := projectiontest.Message(teller.Account(events.UserAdded, 1))
	_, _, err = relay.Publish(t.Context(), account, nil)
	require.NoError(t, err)
	for _, story := range [][]events.Envelope{teller.RecipeStory(), teller.GroceryStory()} {
		_, err = relay.PublishBatch(t.Context(), events.Stream, projectiontest.Messages(story))
		require.NoError(t, err)
	}
	poison := projectiontest.Message(teller.Recipe(events.RecipeCreated, "poison", 1))
	poison.Data = []byte("{")
	_, _, err = relay.Publish(t.Context(), poison, nil)
	require.NoError(t, err)
	require.Equal(t, events.RecipesOf(teller.User)[:len("larder.recipe.")], testkit.Wait(t, hints, "a hint").Subject[:len("larder.recipe.")])

	control := projectors.NewControl(operator)
	p.caughtUp(t, control)
	parked, err := control.Parked(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, parked)
	checkpointed(t, operator)
	require.NoError(t, control.Rebuild(t.Context(), groceryfeed.Name, func(projectors.Progress) {}))
	reads(t, operator, events.Stream, account.Subject)
	reads(t, p.component(t, natsaccounts.FeedUser, log), events.Feed, events.FeedSubject(teller.User))
	app, err := p.plain(natsaccounts.GroceryUser)(t).JetStream()
	require.NoError(t, err)
	info, err := app.StreamInfo(events.Feed)
	require.NoError(t, err)
	require.EqualValues(t, 8, info.State.Msgs)

	p.importsAreDriven(t, relay, teller, log)
	erased, err := control.Erase(t.Context(), teller.User)
	require.NoError(t, err)
	require.NotEmpty(t, erased)
	_, _, err = relay.Publish(t.Context(), projectiontest.Message(teller.Account(events.UserDeleted, 2)), nil)
	require.NoError(t, err)
	p.caughtUp(t, control)
	require.Equal(t, []string{"search", "cache", "replica", "grocery"}, runner.Names())
	require.Empty(t, refused.list())
}

// importsAreDriven checks that the importer gets an import's events, and may acknowledge them.
func (p *natsFolder) importsAreDriven(t *testing.T, relay *jetstream.Conn, teller *projectiontest.Teller, log *slog.Logger) {
	t.Helper()
	conn, err := jetstream.Connect(t.Context(), jetstream.Options{
		URL: p.url, Creds: p.creds("importer"), Name: "importer", InboxPrefix: natsaccounts.ImporterInbox, Log: log.With("user", "importer"),
	})
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	require.NoError(t, conn.WaitReady(t.Context()))
	consumer, err := conn.EnsureConsumer(t.Context(), events.Stream, jetstream.ConsumerConfig{
		Durable: "importer", Filters: []string{events.AllImports}, AckWait: time.Minute, MaxAckPending: 10, Named: true,
	})
	require.NoError(t, err)
	require.NoError(t, conn.Release(t.Context(), events.Stream, "importer"))
	deliveries, err := consumer.Deliver(1)
	require.NoError(t, err)
	defer deliveries.Stop()
	step := projectiontest.Message(teller.Import("soups", 1))
	_, _, err = relay.Publish(t.Context(), step, nil)
	require.NoError(t, err)
	delivery, err := deliveries.Next(testkit.Context(t))
	require.NoError(t, err)
	require.Equal(t, step.Subject, delivery.Subject)
	require.NoError(t, delivery.InProgress())
	require.NoError(t, delivery.Ack())
}

// project runs the four projections until the end of the test, with their process's credentials.
func (p *natsFolder) project(t *testing.T, log *slog.Logger) *projectors.Runner {
	t.Helper()
	conn := p.component(t, "projectors", log)
	feed := p.component(t, natsaccounts.FeedUser, log)
	index, err := bleveindex.Open(t.TempDir(), bleveindex.Options{Log: log})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, index.Close()) })
	client, err := redis.Open(t.Context(), testkit.Redis(t))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	pool, err := postgres.Open(t.Context(), testkit.Postgres(t, func(ctx context.Context, url string) error {
		return commandapi.Migrate(ctx, url, slog.New(slog.DiscardHandler))
	}), postgres.Options{Application: "replica test", MaxConns: 6})
	require.NoError(t, err)
	t.Cleanup(pool.Close)

	runner := projectors.NewRunner(projectors.Deps{Conn: conn, Log: log},
		searchindex.New(index), cache.New(client), replica.New(pool), groceryfeed.New(feed, log))
	stop, err := projectors.ServeControl(conn, runner)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- runner.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		cancel()
		require.NoError(t, testkit.Wait(t, ended, "the end of the runner"))
	})
	return runner
}

// caughtUp waits until every projection reports to the operator that it is done.
func (p *natsFolder) caughtUp(t *testing.T, control *projectors.Control) {
	t.Helper()
	testkit.Until(t, "the projections have caught up", func() bool {
		list, err := control.Status(t.Context())
		if err != nil || len(list) != 4 {
			return false
		}
		for _, status := range list {
			if status.LagEvents > 0 || status.Position == 0 || status.State != projectors.Running {
				return false
			}
		}
		return true
	})
}

// checkpointed waits until each projection has saved its position.
func checkpointed(t *testing.T, conn *jetstream.Conn) {
	t.Helper()
	bucket, err := conn.EnsureBucket(t.Context(), "CHECKPOINTS")
	require.NoError(t, err)
	testkit.Until(t, "each projection has a checkpoint", func() bool {
		list, err := bucket.List(t.Context(), "")
		require.NoError(t, err)
		return len(list) >= 4
	})
}

// reads reads a subject's first message through a consumer, and directly.
func reads(t *testing.T, conn *jetstream.Conn, stream, subject string) {
	t.Helper()
	reader, err := conn.Read(t.Context(), stream, []string{subject}, jetstream.ReadStart{})
	require.NoError(t, err)
	defer reader.Close()
	msg, _, err := reader.Next(testkit.Context(t))
	require.NoError(t, err)
	require.Equal(t, subject, msg.Subject)
	_, found, err := conn.Last(t.Context(), stream, subject)
	require.NoError(t, err)
	require.True(t, found)
	_, found, err = conn.At(t.Context(), stream, msg.Sequence)
	require.NoError(t, err)
	require.True(t, found)
}

// Each component is denied the other components' work.
func TestComponentsAreRefusedTheRest(t *testing.T) {
	t.Parallel()
	p := single(t)
	for user, tries := range map[string]struct{ publish, subscribe []string }{
		"relay": {
			publish: []string{
				"grocery.ada.added", "larder.control.projectors.erase", "larder.control.projectors.rebuild.search",
				"$JS.API.STREAM.DELETE.LARDER", "$JS.API.STREAM.MSG.GET.LARDER", "$JS.API.STREAM.MSG.DELETE.LARDER",
				"$JS.API.DIRECT.GET.LARDER", "$JS.API.CONSUMER.CREATE.LARDER.mine", "$JS.API.CONSUMER.DELETE.LARDER.x",
				"$JS.API.STREAM.CREATE.OTHER", "$KV.PARKED.x", "$KV.CHECKPOINTS.search", "_INBOX_larder.x",
			},
			subscribe: []string{"larder.>", "larder.user.*", "larder.control.projectors.>", "$SYS.>", ">"},
		},
		"query-api": {
			publish: []string{
				"larder.recipe.ada.soup", "larder.user.ada", "larder.control.projectors.erase", "$JS.API.STREAM.INFO.LARDER",
				"$JS.API.CONSUMER.CREATE.LARDER.mine", "$JS.API.DIRECT.GET.LARDER.larder.user.ada", "$JS.API.INFO", "_INBOX_larder.x",
			},
			// A shared inbox would let it hear what projections receive, including accounts.
			subscribe: []string{"larder.>", "larder.user.*", "larder.grocery.>", "larder.control.projectors.>", "_INBOX_larder.>", "_INBOX.>", ">"},
		},
		"importer": {
			publish: []string{
				"larder.recipe.ada.soup", "larder.import.ada.x", "larder.control.projectors.erase", "$JS.API.STREAM.PURGE.LARDER",
				"$JS.API.CONSUMER.CREATE.LARDER", "$JS.API.CONSUMER.CREATE.LARDER.mine", "$JS.API.CONSUMER.CREATE.LARDER.importer",
				"$JS.API.CONSUMER.CREATE.LARDER.importer.larder.user.>", "$JS.API.CONSUMER.MSG.NEXT.LARDER.search",
				"$JS.API.DIRECT.GET.LARDER.larder.user.ada", "_INBOX_larder.x",
			},
			subscribe: []string{"larder.>", "larder.user.*", "larder.import.>", "_INBOX_larder.>", "_INBOX.>", ">"},
		},
		"projectors": {
			publish: []string{
				"larder.recipe.ada.soup", "larder.user.ada", "larder.grocery.ada.x", "grocery.ada.added",
				"$JS.API.STREAM.DELETE.LARDER", "$JS.API.STREAM.MSG.DELETE.LARDER", "$JS.API.STREAM.DELETE.KV_PARKED",
				"$JS.API.STREAM.CREATE.LARDER", "$JS.API.STREAM.CREATE.OTHER", "$JS.API.STREAM.INFO.GROCERY", "_INBOX_larder.a.b",
			},
			subscribe: []string{"larder.>", "larder.user.*", "larder.recipe.>", "$SYS.>", ">"},
		},
		"operator": {
			publish: []string{
				"$JS.API.STREAM.DELETE.LARDER", "$JS.API.STREAM.MSG.DELETE.LARDER", "$JS.API.STREAM.CREATE.OTHER",
				"grocery.ada.added", "$JS.API.STREAM.PURGE.GROCERY", "$SYS.REQ.SERVER.PING",
			},
			subscribe: []string{"larder.>", "larder.user.*", "$SYS.>", ">"},
		},
		natsaccounts.FeedUser: {
			publish: []string{
				"larder.recipe.ada.soup", "larder.user.ada", "larder.control.projectors.erase", "$JS.API.STREAM.INFO.LARDER",
				"$JS.API.STREAM.DELETE.GROCERY", "$JS.API.STREAM.CREATE.OTHER", "$KV.PARKED.x", "_INBOX_larder.x",
			},
			subscribe: []string{"larder.>", "_INBOX.>", "$SYS.>", ">"},
		},
	} {
		t.Run(user, func(t *testing.T) {
			t.Parallel()
			refusals := make(chan error, 1)
			conn := p.plain(user)(t, nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refusals <- err }))
			for _, subject := range tries.publish {
				require.NoError(t, conn.Publish(subject, []byte("{}")))
				err := testkit.Wait(t, refusals, "the refusal to publish on "+subject)
				require.ErrorIs(t, err, nats.ErrPermissionViolation)
				require.ErrorContains(t, err, `"`+subject+`"`)
			}
			for _, subject := range tries.subscribe {
				_, err := conn.SubscribeSync(subject)
				require.NoError(t, err)
				err = testkit.Wait(t, refusals, "the refusal to listen to "+subject)
				require.ErrorIs(t, err, nats.ErrPermissionViolation)
				require.ErrorContains(t, err, `"`+subject+`"`)
			}
		})
	}
}

// A denial by signed credentials is reported at once with its subject, not as a timeout.
func TestDenialIsNotATimeout(t *testing.T) {
	t.Parallel()
	p := single(t)
	log, refused := watch(t)
	conn := p.component(t, "query-api", log)
	_, _, err := conn.Publish(t.Context(), jetstream.Message{Subject: "larder.recipe.ada.soup"}, nil)
	require.ErrorIs(t, err, jetstream.ErrPermission)
	require.ErrorContains(t, err, "larder.recipe.ada.soup")
	_, err = p.component(t, "relay", log).Purge(t.Context(), events.Stream, "larder.recipe.ada.>")
	require.ErrorContains(t, err, "stream not found", "looking for it is allowed; it isn't there yet")
	_, err = p.component(t, "projectors", log).Purge(t.Context(), events.Feed, events.FeedSubject("ada"))
	require.ErrorIs(t, err, jetstream.ErrPermission)
	require.NotEmpty(t, refused.list())
}
