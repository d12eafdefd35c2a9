package bench

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

const (
	groceryRequests = 200
	groceryWarmUp   = 5
)

// measureGrocery is the time from the cook's request to the item on a second phone: through the
// ledger, the relay, the grocery projection, the feed, the grocery app and its event stream, until
// that phone has the updated list.
func measureGrocery(b *testing.B, t *table) {
	b.Helper()
	server := larder.Start(b)
	ada := server.AddUser(b, "ada", "--grocery")
	other := server.Login(b, "ada")
	recipe, _ := ada.Create(b, map[string]any{"name": "Cake", "ingredients": []any{map[string]any{"text": "3 eggs"}}})
	changed := followList(b, server.URL(), other.Token)
	<-changed // the current state
	var took []time.Duration
	for i := range groceryWarmUp + groceryRequests {
		began := time.Now()
		request, err := ada.Do(b, http.MethodPost, "/api/recipes/"+recipe.ID+"/grocery", map[string]any{}).Want(b, http.StatusAccepted).Grocery()
		require.NoError(b, err)
		for shown := false; !shown; {
			<-changed
			list := other.Do(b, http.MethodGet, "/grocery/api/list", nil).Want(b, http.StatusOK)
			shown = strings.Contains(string(list.Body), request.RequestID)
		}
		if i >= groceryWarmUp {
			took = append(took, time.Since(began))
		}
	}
	p50, p99 := percentile(took, 50), percentile(took, 99)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(millis(p50), "p50-ms")
	b.ReportMetric(millis(p99), "p99-ms")
	t.add(figure{what: "grocery request to item on a second phone, p50", larder: inMillis(p50)})
	t.add(figure{
		what: "grocery request to item on a second phone, p99", larder: inMillis(p99),
		target: "< 500 ms", met: p99 < 500*time.Millisecond,
	})
}

// followList opens the grocery app's event stream; the channel gets a value per event.
func followList(b *testing.B, base, token string) <-chan struct{} {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, base+"/grocery/api/events", nil)
	require.NoError(b, err)
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(b, err)
	require.Equal(b, http.StatusOK, response.StatusCode)
	events := make(chan struct{}, groceryRequests*2)
	go func() {
		defer func() { _ = response.Body.Close() }()
		for scanner := bufio.NewScanner(response.Body); scanner.Scan(); {
			if strings.HasPrefix(scanner.Text(), "data:") {
				events <- struct{}{}
			}
		}
	}()
	return events
}
