// Package accountstest is the suite for every NATS server with the project's accounts, embedded or
// not: the grocery app reads the feed in each way that a client library offers, and everything else
// it tries is refused and leaves no trace.
package accountstest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/testkit"
)

// patience is far longer than any step takes.
const patience = 30 * time.Second

// Connect opens a connection that ends with the test.
type Connect func(t *testing.T, options ...nats.Option) *nats.Conn

// Server is a server without streams; the suite fills it.
type Server struct {
	Larder    Connect // may create the stream LARDER and publish on it
	Publisher Connect // the feed's publisher
	App       Connect // the grocery app
}

// Run runs the suite; open returns a new server.
func Run(t *testing.T, open func(t *testing.T) Server) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*bench)
	}{
		{"the app reads the feed", (*bench).reads},
		{"the app is refused every other subject", (*bench).refused},
		{"an answer can't be sent astray", (*bench).astray},
		{"a delivery can't be sent astray", (*bench).delivered},
		{"a consumer stays on the feed", (*bench).otherStream},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(newBench(t, open(t)))
		})
	}
}

// bench is one test's server, with a message in each stream.
type bench struct {
	*testing.T
	ctx       context.Context //nolint:containedctx // scoped to one test
	larder    jetstream.JetStream
	publisher jetstream.JetStream
	app       *nats.Conn
	feed      jetstream.JetStream // as the app sees it
	refusals  chan error
}

func newBench(t *testing.T, server Server) *bench {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	b := &bench{T: t, ctx: ctx, refusals: make(chan error, 64)}
	b.larder, b.publisher = open(t, server.Larder(t)), open(t, server.Publisher(t))
	b.create(b.larder, jetstream.StreamConfig{
		Name: "LARDER", Subjects: []string{"larder.recipe.*.*", "larder.grocery.*.*", "larder.import.*.*", "larder.user.*"}, AllowDirect: true,
	})
	b.create(b.publisher, jetstream.StreamConfig{
		Name: "GROCERY", Subjects: []string{"grocery.*.added"}, AllowDirect: true,
	})
	_, err := b.larder.Publish(ctx, "larder.recipe.ada.soup", []byte("secret"))
	require.NoError(t, err)
	b.publish("flour")
	b.app = server.App(t, nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { b.refusals <- err }))
	b.feed = open(t, b.app)
	return b
}

// create creates a stream. A newly formed cluster may fail at the first try with a 5xx.
func (b *bench) create(js jetstream.JetStream, config jetstream.StreamConfig) {
	b.Helper()
	for {
		_, err := js.CreateStream(b.ctx, config)
		var refusal *jetstream.APIError
		if b.ctx.Err() == nil && errors.As(err, &refusal) && refusal.Code >= http.StatusInternalServerError {
			b.Logf("stream %s is tried again: %v", config.Name, err)
			continue
		}
		require.NoError(b, err)
		return
	}
}

func open(t *testing.T, conn *nats.Conn) jetstream.JetStream {
	t.Helper()
	js, err := jetstream.New(conn)
	require.NoError(t, err)
	return js
}

func (b *bench) publish(item string) {
	b.Helper()
	_, err := b.publisher.Publish(b.ctx, "grocery.ada.added", []byte(item))
	require.NoError(b, err)
}

// next pulls a message from a new consumer. In a cluster its leader may not be known everywhere
// yet, so nobody answers.
func next(ctx context.Context, t *testing.T, consumer jetstream.Consumer) jetstream.Msg {
	t.Helper()
	for {
		message, err := consumer.Next(jetstream.FetchContext(ctx))
		if ctx.Err() == nil && errors.Is(err, nats.ErrNoResponders) {
			t.Logf("a consumer is asked again: %v", err)
			continue
		}
		require.NoError(t, err)
		return message
	}
}

// reads tries each way that a client library offers: a plain subscription, pull consumers, durable
// and ephemeral, and a push consumer.
func (b *bench) reads() {
	b.publish("eggs")
	feed, err := b.feed.Stream(b.ctx, "GROCERY")
	require.NoError(b, err)
	durable, err := feed.CreateOrUpdateConsumer(b.ctx, jetstream.ConsumerConfig{Durable: "app", FilterSubject: "grocery.*.added"})
	require.NoError(b, err)
	ordered, err := feed.OrderedConsumer(b.ctx, jetstream.OrderedConsumerConfig{})
	require.NoError(b, err)
	for _, consumer := range []jetstream.Consumer{durable, ordered} {
		require.Equal(b, "flour", string(next(b.ctx, b.T, consumer).Data()))
	}
	iterator, err := durable.Messages()
	require.NoError(b, err)
	defer iterator.Stop()
	second, err := iterator.Next(jetstream.NextContext(b.ctx))
	require.NoError(b, err)
	require.NoError(b, second.DoubleAck(b.ctx))
	b.publish("milk")
	third, err := iterator.Next(jetstream.NextContext(b.ctx))
	require.NoError(b, err)
	require.Equal(b, "milk", string(third.Data()))
	info, err := durable.Info(b.ctx)
	require.NoError(b, err)
	require.Equal(b, uint64(3), info.Delivered.Stream)
	iterator.Stop()
	require.NoError(b, feed.DeleteConsumer(b.ctx, "app"))

	old, err := b.app.JetStream()
	require.NoError(b, err)
	pushed, err := old.SubscribeSync("grocery.>", nats.BindStream("GROCERY"), nats.OrderedConsumer())
	require.NoError(b, err)
	message, err := pushed.NextMsgWithContext(b.ctx)
	require.NoError(b, err)
	require.Equal(b, "flour", string(message.Data))
	b.hears()
}

// hears publishes until a plain subscription receives it: a cluster's servers propagate a new
// subscription, which misses earlier messages.
func (b *bench) hears() {
	heard, err := b.app.SubscribeSync("grocery.>")
	require.NoError(b, err)
	testkit.Until(b.T, "a plain subscription hears of an item", func() bool {
		b.publish("butter")
		message, err := heard.NextMsg(100 * time.Millisecond)
		return err == nil && string(message.Data) == "butter"
	})
}

// refused tries the subjects that the app may neither publish nor subscribe to, one by one.
func (b *bench) refused() {
	before := b.everything()
	for _, subject := range []string{
		"larder.recipe.ada.soup", "larder.user.ada", "larder.grocery.ada.x", "larder.control.projectors.erase",
		"grocery.ada.added", "grocery.x", "control.rebuild", "_INBOX_larder.x", "_INBOX.x", "$JS.API.INFO",
		"$JS.API.STREAM.NAMES", "$JS.API.STREAM.LIST", "$JS.API.STREAM.INFO.LARDER", "$JS.API.STREAM.CREATE.MINE",
		"$JS.API.STREAM.CREATE.GROCERY", "$JS.API.STREAM.UPDATE.GROCERY", "$JS.API.STREAM.PURGE.GROCERY",
		"$JS.API.STREAM.DELETE.GROCERY", "$JS.API.STREAM.MSG.DELETE.GROCERY",
		"$JS.API.STREAM.SNAPSHOT.GROCERY", "$JS.API.STREAM.RESTORE.GROCERY",
		"$JS.API.STREAM.PURGE.LARDER", "$JS.API.STREAM.DELETE.LARDER", "$JS.API.STREAM.MSG.GET.LARDER",
		"$JS.API.DIRECT.GET.LARDER", "$JS.API.DIRECT.GET.LARDER.larder.recipe.ada.soup", "$JS.API.CONSUMER.CREATE.LARDER",
		"$JS.API.CONSUMER.CREATE.LARDER.mine", "$JS.API.CONSUMER.DURABLE.CREATE.LARDER.mine", "$JS.API.CONSUMER.LIST.LARDER",
		"$JS.API.CONSUMER.NAMES.LARDER", "$JS.API.CONSUMER.INFO.LARDER.search", "$JS.API.CONSUMER.MSG.NEXT.LARDER.search",
		"$JS.API.CONSUMER.DELETE.LARDER.search", "$JS.API.STREAM.INFO.KV_PARKED", "$JS.API.STREAM.CREATE.KV_MINE",
		"$JS.API.DIRECT.GET.KV_CHECKPOINTS.$KV.CHECKPOINTS.search", "$JS.ACK.LARDER.search.1.1.1.1.0",
		"$JS.API.META.LEADER.STEPDOWN", "$JS.API.ACCOUNT.PURGE.LARDER", "$SYS.REQ.SERVER.PING",
		"$SYS.REQ.ACCOUNT.PING.CONNZ", "$SYS.REQ.USER.INFO", "$KV.PARKED.x", "$KV.CHECKPOINTS.search", "larder.nowhere.x",
	} {
		require.NoError(b, b.app.PublishRequest(subject, "_INBOX.reply", []byte("{}")), subject)
		require.ErrorIs(b, b.refusal(subject), nats.ErrPermissionViolation, subject)
	}
	for _, subject := range []string{
		"larder.>", "larder.recipe.ada.soup", "larder.nowhere.>", ">", "*.>", "*.ada.added", "_INBOX_larder.>", "$JS.>",
		"$JS.API.>", "$JS.EVENT.>", "$SYS.>", "$KV.>", "_R_.>", "_GR_.>",
	} {
		_, err := b.app.SubscribeSync(subject)
		require.NoError(b, err, subject)
		require.ErrorIs(b, b.refusal(subject), nats.ErrPermissionViolation, subject)
	}
	require.Equal(b, before, b.everything())
}

func (b *bench) refusal(subject string) error {
	b.Helper()
	select {
	case err := <-b.refusals:
		return err
	case <-b.ctx.Done():
		b.Fatalf("%s was not refused", subject)
		return nil
	}
}

// strays are subjects where an answer or a delivery would do harm.
func strays() []string {
	return []string{
		"larder.recipe.ada.soup", "larder.user.ada", "larder.control.projectors.erase", "grocery.ada.added",
		"$KV.PARKED.x", "$JS.API.STREAM.PURGE.GROCERY", "$JS.API.STREAM.DELETE.GROCERY", "$JS.API.STREAM.PURGE.LARDER",
		"$JS.API.STREAM.CREATE.MINE",
	}
}

// astray makes permitted requests whose reply subjects the app may not publish to. The server
// checks a request's subject but not its reply subject; only the accounts prevent harm.
func (b *bench) astray() {
	consumer := b.durable("app")
	before := b.everything()
	taken := uint64(0)
	for _, reply := range strays() {
		for _, request := range []string{
			"$JS.API.STREAM.INFO.GROCERY", "$JS.API.CONSUMER.NAMES.GROCERY", "$JS.API.CONSUMER.LIST.GROCERY",
			"$JS.API.CONSUMER.INFO.GROCERY.app", "$JS.API.CONSUMER.CREATE.GROCERY", "$JS.API.STREAM.MSG.GET.GROCERY",
			"$JS.API.DIRECT.GET.GROCERY", "$JS.API.DIRECT.GET.GROCERY.grocery.ada.added",
		} {
			require.NoError(b, b.app.PublishRequest(request, reply, nil), "%s to %s", request, reply)
		}
		b.publish("more")
		taken++
		require.NoError(b, b.app.PublishRequest("$JS.API.CONSUMER.MSG.NEXT.GROCERY.app", reply, []byte("1")), reply)
	}
	before["GROCERY"] = state{Messages: 1 + taken, Last: 1 + taken}
	b.answered(consumer)
	require.Equal(b, before, b.everything())
	require.Empty(b, b.refusals, "the requests were permitted")
}

// answered returns once earlier requests have been answered: these are answered after those sent
// before them to the same place.
func (b *bench) answered(consumer jetstream.Consumer) {
	b.Helper()
	for range 50 {
		_, err := consumer.Info(b.ctx)
		require.NoError(b, err)
		_, err = b.feed.Stream(b.ctx, "GROCERY")
		require.NoError(b, err)
	}
}

// delivered creates push consumers with delivery subjects that the app may not publish to. One that
// pushes to the app's own inbox has finished when the test looks.
func (b *bench) delivered() {
	before := b.everything()
	before["GROCERY"] = state{Messages: 2, Last: 2}
	for i, subject := range strays() {
		body, err := json.Marshal(map[string]any{"stream_name": "GROCERY", "config": map[string]any{
			"name": fmt.Sprint("evil", i), "deliver_subject": subject, "ack_policy": "none",
		}})
		require.NoError(b, err)
		_, err = b.app.RequestWithContext(b.ctx, fmt.Sprint("$JS.API.CONSUMER.CREATE.GROCERY.evil", i), body)
		require.NoError(b, err, subject)
	}
	b.publish("eggs")
	old, err := b.app.JetStream()
	require.NoError(b, err)
	pushed, err := old.SubscribeSync("grocery.>", nats.BindStream("GROCERY"), nats.OrderedConsumer())
	require.NoError(b, err)
	for range 2 {
		_, err = pushed.NextMsgWithContext(b.ctx)
		require.NoError(b, err)
	}
	b.answered(b.durable("app"))
	require.Equal(b, before, b.everything())
}

// otherStream requests a consumer of another stream on the feed's subject.
func (b *bench) otherStream() {
	body, err := json.Marshal(map[string]any{
		"stream_name": "LARDER", "config": map[string]any{"name": "mine", "durable_name": "mine", "ack_policy": "explicit"},
	})
	require.NoError(b, err)
	answer, err := b.app.RequestWithContext(b.ctx, "$JS.API.CONSUMER.CREATE.GROCERY.mine", body)
	require.NoError(b, err)
	require.Contains(b, string(answer.Data), `"error"`)
	stream, err := b.larder.Stream(b.ctx, "LARDER")
	require.NoError(b, err)
	require.Zero(b, stream.CachedInfo().State.Consumers)
}

func (b *bench) durable(name string) jetstream.Consumer {
	b.Helper()
	consumer, err := b.feed.CreateOrUpdateConsumer(b.ctx, "GROCERY", jetstream.ConsumerConfig{Durable: name})
	require.NoError(b, err)
	return consumer
}

// state is what a stream holds.
type state struct{ Messages, Last uint64 }

// everything returns the state of both streams, read with sufficient permissions.
func (b *bench) everything() map[string]state {
	b.Helper()
	all := map[string]state{}
	for name, js := range map[string]jetstream.JetStream{"LARDER": b.larder, "GROCERY": b.publisher} {
		stream, err := js.Stream(b.ctx, name)
		require.NoError(b, err)
		has := stream.CachedInfo().State
		all[name] = state{Messages: has.Msgs, Last: has.LastSeq}
	}
	return all
}
