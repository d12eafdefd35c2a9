package attack

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

const (
	stops      = 20
	stopWithin = 3 * time.Second
	// ofEach is how many clients of each kind are connected.
	ofEach = 8
)

// Each of twenty stops ends in time, while clients hold streams, send slow uploads, search and
// write.
func TestStopsWithClientsConnected(t *testing.T) {
	server := larder.Start(t)
	victim := cook(t, server)
	recipe, _ := victim.Create(t, larder.Named("Film"))
	connected := make(chan struct{}, 2*ofEach*stops)
	ctx, leave := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	again := func(ask func()) {
		clients.Go(func() {
			for ctx.Err() == nil {
				ask()
				pause(ctx)
			}
		})
	}
	search, write := searches(victim), writes(victim)
	for range ofEach {
		again(func() { listen(ctx, server, victim, connected) })
		again(func() {
			content := io.MultiReader(readFunc(func() { tell(ctx, connected) }), &trickle{ctx: ctx, left: 3600})
			_, _ = form(ctx, server, victim, recipe.ID, content)
		})
		again(func() { _, _ = search.do(0) })
		again(func() { _, _ = write.do(0) })
	}
	var took []time.Duration
	for range stops {
		for range 2 * ofEach {
			<-connected
		}
		began := time.Now()
		server.Stop(t)
		took = append(took, time.Since(began))
		for len(connected) > 0 {
			<-connected // from clients of earlier rounds
		}
		server.Start(t)
	}
	leave()
	clients.Wait()
	slices.Sort(took)
	slowest := took[len(took)-1]
	line := fmt.Sprintf("| stops | with clients | median | slowest | of at most |\n| ---: | ---: | ---: | ---: | ---: |\n| %d | %d | %s | %s | %s |\n",
		stops, 4*ofEach, millis(took[len(took)/2]), millis(slowest), millis(stopWithin))
	t.Log("\n" + line)
	report.say(line)
	require.Less(t, slowest, stopWithin)
}

// listen holds an event stream until it ends, and signals when it has begun.
func listen(ctx context.Context, server *larder.Server, who *larder.Client, begun chan<- struct{}) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL()+"/api/events", nil)
	if err != nil {
		return
	}
	request.Header.Set("Authorization", "Bearer "+who.Token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusOK {
		tell(ctx, begun)
		_, _ = io.Copy(io.Discard, response.Body)
	}
}

func tell(ctx context.Context, whom chan<- struct{}) {
	select {
	case whom <- struct{}{}:
	case <-ctx.Done():
	}
}

// readFunc is called when a file's sender is asked for its first bytes, and has none.
type readFunc func()

func (read readFunc) Read([]byte) (int, error) {
	read()
	return 0, io.EOF
}
