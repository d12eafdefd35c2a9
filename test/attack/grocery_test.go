package attack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// list reads the grocery list.
func list(victim *larder.Client) act {
	return act{"grocery list", func(int) (larder.Answer, error) {
		return victim.Try(larder.Request{Method: http.MethodGet, Path: "/grocery/api/list"})
	}}
}

// adds adds a part to the grocery list.
func adds(victim *larder.Client) act {
	return act{"grocery operation", func(n int) (larder.Answer, error) {
		return victim.Try(add(fmt.Sprintf("%d g flour", n)))
	}}
}

func add(text string) larder.Request {
	return operate(map[string]any{"id": uuid.NewString(), "kind": "add", "parts": []string{uuid.NewString()}, "text": text})
}

func operate(operations ...map[string]any) larder.Request {
	return larder.Request{
		Method: http.MethodPost, Path: "/grocery/api/operations", Body: map[string]any{"operations": operations},
	}
}

// Operations on the maximum number of parts delay nobody else.
func TestOperationsOfManyParts(t *testing.T) {
	server := larder.Start(t)
	victim := cook(t, server)
	attacker := server.AddUser(t, "attacker", "--grocery")
	parts, err := json.Marshal(manyParts(t, attacker))
	require.NoError(t, err)
	trial{
		attack: "20 at once: POST /grocery/api/operations, 24 operations of 5,000 parts",
		victim: []act{list(victim), adds(victim), searches(victim)},
		atOnce: 20,
		strike: func(context.Context, int, int) (larder.Answer, error) {
			return attacker.Try(larder.Request{Method: http.MethodPost, Path: "/grocery/api/operations", Body: ticks(parts)})
		},
	}.run(t)
}

// ticks is a body that ticks and unticks all of the parts, twelve times. It concatenates ready
// JSON, so that the attacker's own CPU time isn't measured.
func ticks(parts []byte) []byte {
	var body bytes.Buffer
	body.WriteString(`{"operations":[`)
	for n := range 12 {
		if n > 0 {
			body.WriteByte(',')
		}
		tick := uuid.NewString()
		fmt.Fprintf(&body, `{"id":%q,"kind":"tick","parts":%s},{"id":%q,"kind":"untick","parts":%[2]s,"of":[%[1]q]}`, tick, parts, uuid.NewString())
	}
	body.WriteString(`]}`)
	return body.Bytes()
}

// manyParts fills a list with 5,000 parts.
func manyParts(tb testing.TB, client *larder.Client) []string {
	tb.Helper()
	parts := make([]string, 5_000)
	var operations []map[string]any
	for i := range parts {
		parts[i] = strconv.FormatInt(int64(i), 36) // short, so that 24 operations on all of them fit into a body
		operations = append(operations, map[string]any{
			"id": uuid.NewString(), "kind": "add", "parts": []string{parts[i]}, "text": fmt.Sprintf("%d g of thing %d", i, i),
		})
		if len(operations) == 200 {
			answer, err := client.Try(operate(operations...))
			require.NoError(tb, err)
			answer.Want(tb, http.StatusOK)
			operations = nil
		}
	}
	return parts
}

// streamsOpened is how many streams the attacker requests.
const streamsOpened = 3_000

// mayHave is how many streams one person may have.
const mayHave = 32

// One person's list streams don't slow anybody else's changes.
func TestManyStreamsOfTheList(t *testing.T) {
	server := larder.Start(t)
	victim := cook(t, server)
	attacker := server.AddUser(t, "attacker", "--grocery")
	trial{
		attack: "3,000 streams of the grocery list",
		victim: []act{adds(victim), list(victim), writes(victim)},
		begin:  func() { openStreams(t, attacker, "/grocery/api/events") },
	}.run(t)
}

// openStreams opens as many streams as it can, and leaves them open until the test ends.
func openStreams(t *testing.T, client *larder.Client, path string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var opened sync.WaitGroup
	http1 := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(http1.CloseIdleConnections)
	t.Cleanup(cancel)
	began := time.Now()
	var mu sync.Mutex
	answers := map[int]int{}
	for range 50 {
		opened.Go(func() {
			for range streamsOpened / 50 {
				status := client.Hold(ctx, http1, path)
				mu.Lock()
				answers[status]++
				mu.Unlock()
			}
		})
	}
	opened.Wait()
	require.LessOrEqual(t, answers[http.StatusOK], mayHave, "streams of one person that are let in")
	t.Logf("%d streams asked for in %s: %v", streamsOpened, time.Since(began), answers)
}
