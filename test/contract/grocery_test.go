package contract_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// The chosen rows, scaled to the requested servings, are in the answer and once on the feed,
// identically.
func groceries(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "grocery-ada", "--grocery")
	recipe, _ := ada.Create(t, map[string]any{"name": "Gratin", "servings": 4, "ingredients": []any{
		map[string]any{"quantity": 1, "quantity_max": 1.5, "unit": "kg", "name": "potatoes", "note": "peeled"},
		map[string]any{"text": "200 g cream"},
		map[string]any{"text": "salt"},
	}})
	path := "/api/recipes/" + recipe.ID + "/grocery"
	plain := ask(t, ada, path, nil)
	require.Len(t, plain.Items, 3)
	require.InDelta(t, 4, *plain.Servings, 0)
	require.InDelta(t, 1, *plain.Items[0].Quantity, 1e-9)

	scaled := ask(t, ada, path, map[string]any{"servings": 6, "ingredients": []int{0, 1}})
	require.Equal(t, "Gratin", scaled.Recipe.Name)
	require.Equal(t, recipe.ID, scaled.Recipe.ID)
	require.InDelta(t, 6, *scaled.Servings, 0)
	require.Len(t, scaled.Items, 2)
	potatoes, cream := scaled.Items[0], scaled.Items[1]
	require.InDelta(t, 1.5, *potatoes.Quantity, 1e-9)
	require.InDelta(t, 2.25, *potatoes.QuantityMax, 1e-9)
	require.Equal(t, "kg", potatoes.Unit)
	require.Equal(t, "potatoes", potatoes.Name)
	require.Equal(t, "peeled", potatoes.Note)
	require.InDelta(t, 300, *cream.Quantity, 1e-9, "a row that is text alone is understood")
	require.Equal(t, "cream", cream.Name)
	require.Contains(t, cream.Text, "300")

	larder.Soon(t, 20*time.Second, func() string { return onFeed(t, s, ada.User.ID, 2) })
	require.Equal(t, []larder.GroceryRequest{plain, scaled}, feedOf(t, s, ada.User.ID))

	ada.Do(t, http.MethodPost, path, map[string]any{"ingredients": []int{3}}).Want(t, http.StatusUnprocessableEntity)
}

func ask(t *testing.T, who *larder.Client, path string, body any) larder.GroceryRequest {
	t.Helper()
	request, err := who.Do(t, http.MethodPost, path, body).Want(t, http.StatusAccepted).Grocery()
	require.NoError(t, err)
	require.NotEmpty(t, request.RequestID)
	return request
}

// A user without access to the grocery app is told so; a missing recipe is not found.
func groceriesRefused(t *testing.T, s *larder.Server) {
	t.Helper()
	ada, ben := s.AddUser(t, "nogrocery-ada"), s.AddUser(t, "nogrocery-ben", "--grocery")
	recipe, _ := ada.Create(t, map[string]any{"name": "Gratin", "ingredients": []any{map[string]any{"text": "1 kg potatoes"}}})
	refused := ada.Do(t, http.MethodPost, "/api/recipes/"+recipe.ID+"/grocery", map[string]any{}).Want(t, http.StatusForbidden)
	require.Contains(t, refused.Problem(t).Detail, "grocery")
	for _, id := range []string{recipe.ID, uuid.NewString()} {
		ben.Do(t, http.MethodPost, "/api/recipes/"+id+"/grocery", map[string]any{}).Want(t, http.StatusNotFound)
	}
}

// The credentials that larder writes for the grocery app open the feed and nothing else.
func feedCredentials(t *testing.T, s *larder.Server) {
	t.Helper()
	refusals := make(chan error, 16)
	conn, err := nats.Connect(s.FeedURL(t), nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refusals <- err }))
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	for _, subject := range []string{"larder.>", "larder.recipe.*.*", "larder.user.*", ">", "$JS.EVENT.>", "_INBOX_larder.>"} {
		_, err := conn.SubscribeSync(subject)
		require.NoError(t, err)
		require.ErrorIs(t, refusal(t, refusals), nats.ErrPermissionViolation, subject)
	}
	for _, subject := range []string{"grocery.x.added", "larder.recipe.x.y", "$JS.API.STREAM.DELETE.GROCERY", "$JS.API.STREAM.PURGE.GROCERY"} {
		require.NoError(t, conn.Publish(subject, nil))
		require.ErrorIs(t, refusal(t, refusals), nats.ErrPermissionViolation, subject)
	}
	js, err := jetstream.New(conn)
	require.NoError(t, err)
	_, err = js.Stream(t.Context(), "GROCERY")
	require.NoError(t, err)
}

func refusal(t *testing.T, refusals <-chan error) error {
	t.Helper()
	select {
	case err := <-refusals:
		return err
	case <-time.After(15 * time.Second):
		require.FailNow(t, "nothing was refused")
		return nil
	}
}

// onList checks that a word is on a user's shopping list.
func onList(t *testing.T, who *larder.Client, word string) string {
	t.Helper()
	list := who.Do(t, http.MethodGet, "/grocery/api/list", nil).Want(t, http.StatusOK)
	if !strings.Contains(string(list.Body), word) {
		return word + " isn't on the list"
	}
	return ""
}

// Requested items are on the shopping list, for users with access and while they have it:
// afterwards both sides refuse, and pending items aren't shown.
func shoppingList(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "list-ada", "--grocery")
	recipe, _ := ada.Create(t, map[string]any{"name": "Gratin", "ingredients": []any{map[string]any{"text": "1 kg potatoes"}}})
	path := "/api/recipes/" + recipe.ID + "/grocery"
	ada.Do(t, http.MethodPost, path, map[string]any{}).Want(t, http.StatusAccepted)
	larder.Soon(t, 20*time.Second, func() string { return onList(t, ada, "potatoes") })
	s.MustRun(t, "", "user", "revoke", "list-ada", "grocery")
	ada.Do(t, http.MethodPost, path, map[string]any{}).Want(t, http.StatusForbidden)
	refused := ada.Do(t, http.MethodGet, "/grocery/api/list", nil).Want(t, http.StatusForbidden)
	require.NotContains(t, string(refused.Body), "potatoes")
	s.MustRun(t, "", "user", "grant", "list-ada", "grocery")
	larder.Soon(t, 20*time.Second, func() string { return onList(t, ada, "potatoes") })
}
