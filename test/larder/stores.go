package larder

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// RunFile has the addresses of a server's stores. A running `larder up` writes it for the commands
// beside it.
type RunFile struct {
	PostgresURL        string `json:"postgres_url"`
	BackupPostgresURL  string `json:"backup_postgres_url"`
	NATSURL            string `json:"nats_url"`
	FeedNATSURL        string `json:"feed_nats_url"`
	FeedURL            string `json:"feed_url"`
	GroceryPostgresURL string `json:"grocery_postgres_url"`
	RedisURL           string `json:"redis_url"`

	ElasticsearchURL   string `json:"elasticsearch_url"`
	ElasticsearchAlias string `json:"elasticsearch_alias"`

	S3Endpoint  string `json:"s3_endpoint"`
	S3Bucket    string `json:"s3_bucket"`
	S3AccessKey string `json:"s3_access_key"`
	S3SecretKey string `json:"s3_secret_key"`
}

// Postgres connects to a database, until the end of the test.
func Postgres(tb testing.TB, url string) *pgx.Conn {
	tb.Helper()
	conn, err := pgx.Connect(tb.Context(), url)
	require.NoError(tb, err)
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = conn.Close(ctx)
	})
	return conn
}

// Redis connects to a cache, until the end of the test.
func Redis(tb testing.TB, url string) *redis.Client {
	tb.Helper()
	options, err := redis.ParseURL(url)
	require.NoError(tb, err)
	client := redis.NewClient(options)
	tb.Cleanup(func() { _ = client.Close() })
	return client
}

// JetStream connects to NATS, until the end of the test.
func JetStream(tb testing.TB, url string) jetstream.JetStream {
	tb.Helper()
	conn, err := nats.Connect(url, nats.Timeout(10*time.Second))
	require.NoError(tb, err)
	tb.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	require.NoError(tb, err)
	return js
}

// Messages reads a whole stream, in order. What is purged meanwhile may be missing.
func Messages(tb testing.TB, js jetstream.JetStream, stream string) []jetstream.Msg {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), time.Minute)
	defer cancel()
	handle, err := js.Stream(ctx, stream)
	require.NoError(tb, err)
	info, err := handle.Info(ctx)
	require.NoError(tb, err)
	if info.State.Msgs == 0 {
		return nil
	}
	consumer, err := js.OrderedConsumer(ctx, stream, jetstream.OrderedConsumerConfig{})
	require.NoError(tb, err)
	iterator, err := consumer.Messages()
	require.NoError(tb, err)
	defer iterator.Stop()
	messages := make([]jetstream.Msg, 0, info.State.Msgs)
	for {
		message, err := iterator.Next(jetstream.NextMaxWait(time.Second))
		if errors.Is(err, nats.ErrTimeout) { // slow, or the last of them was purged since the count
			left, err := consumer.Info(ctx)
			require.NoError(tb, err)
			if left.NumPending == 0 {
				return messages
			}
			continue
		}
		require.NoError(tb, err)
		messages = append(messages, message)
		meta, err := message.Metadata()
		require.NoError(tb, err)
		if meta.Sequence.Stream >= info.State.LastSeq || meta.NumPending == 0 {
			return messages
		}
	}
}
