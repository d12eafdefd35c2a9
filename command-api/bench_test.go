package commandapi_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
)

const benchUsers = 16

func eightRows() string {
	rows := make([]string, 8)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"text":"%d g of ingredient number %d, finely chopped"}`, 100+i, i)
	}
	return `{"name":"Bench","description":"A recipe like many others.","servings":4,"tags":["bench","soup"],
		"ingredients":[` + strings.Join(rows, ",") + `],"steps":[{"text":"Chop it all."},{"text":"Cook it for long."}]}`
}

// BenchmarkCreate creates recipes with 8 ingredient rows over HTTP, with the session check.
func BenchmarkCreate(b *testing.B) {
	l := newLarder(b)
	users := make([]*caller, benchUsers)
	for i := range users {
		users[i] = l.user("user"+strconv.Itoa(i), commandapi.Access{})
	}
	server := httptest.NewServer(l.api.Handler())
	b.Cleanup(server.Close)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: benchUsers}}
	body := []byte(eightRows())
	var worker atomic.Int64
	b.SetParallelism(benchUsers / 2)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		user := users[int(worker.Add(1))%benchUsers]
		for pb.Next() {
			request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, server.URL+"/api/recipes", bytes.NewReader(body))
			require.NoError(b, err)
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Authorization", "Bearer "+user.token)
			response, err := client.Do(request)
			require.NoError(b, err)
			require.Equal(b, http.StatusCreated, response.StatusCode)
			_, _ = io.Copy(io.Discard, response.Body) // or the connection isn't reused
			_ = response.Body.Close()
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
}

// BenchmarkBare writes the same rows with pgx alone, in a transaction: the baseline for
// BenchmarkCreate.
func BenchmarkBare(b *testing.B) {
	l := newLarder(b)
	users := make([]string, benchUsers)
	for i := range users {
		users[i] = l.user("user"+strconv.Itoa(i), commandapi.Access{}).id
	}
	data := []byte(`{"name":"Bench","padding":"` + strings.Repeat("x", 1500) + `"}`)
	var worker atomic.Int64
	b.SetParallelism(benchUsers / 2)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		user := users[int(worker.Add(1))%benchUsers]
		for pb.Next() {
			require.NoError(b, writeBare(l, user, data))
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
}

func writeBare(l *larder, user string, data []byte) error {
	ctx := context.Background()
	return pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		id := uuid.Must(uuid.NewV7()).String()
		var change int64
		err := tx.QueryRow(ctx, `UPDATE user_changes SET change = change + 1 WHERE user_id = $1 RETURNING change`, user).Scan(&change)
		if err != nil {
			return err
		}
		batch := &pgx.Batch{}
		batch.Queue(`INSERT INTO recipes (user_id, id, version, change, name, description, source_url, tags, notes, steps, files,
			created_at, updated_at) VALUES ($1, $2, 1, $3, 'Bench', '', '', '{}', '', '[]', '[]', now(), now())`, user, id, change)
		for i := range 8 {
			batch.Queue(`INSERT INTO ingredients (user_id, recipe_id, position, text, unit, name, note, section)
				VALUES ($1, $2, $3, 'an ingredient of some length', '', '', '', '')`, user, id, i)
		}
		batch.Queue(`INSERT INTO event_log (event_id, user_id, type, schema_version, subject, version, change, time, data)
			VALUES ($1, $2, 'recipe.created', 1, $3, 1, $4, now(), $5)`, uuid.NewString(), user, "larder.recipe."+user+"."+id, change, data)
		return tx.SendBatch(ctx, batch).Close()
	})
}
