package groceryapp_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/testkit"
)

// The same food in compatible units is one line, in singular or plural; incompatible amounts stay
// separate; and the line knows which recipe requested what.
func TestAddsUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	ada := w.shopper(true)
	bread := ada.ask("Bread", item(200, "g", "flour"), item(2, "tbsp", "sugar"), item(3, "", "eggs"), item(1, "", "onion"))
	ada.ask("Cake", item(1, "lb", "Flour"), item(.25, "cup", "sugar"), item(2, "", "egg"), item(1, "cup", "sliced onions"))
	ada.await("1 onion", "1 cup sliced onions", "5 eggs", "654 g flour", "⅜ cup sugar")
	flour := ada.list().Lines[3]
	require.Equal(t, "Bread", flour.Parts[0].Recipe.Name)
	require.Equal(t, "Cake", flour.Parts[1].Recipe.Name)

	ada.operate("withdraw", map[string]any{"request": bread.RequestID})
	require.Equal(t, []string{"1 cup sliced onions", "2 eggs", "1 lb Flour", "¼ cup sugar"}, ada.lines())
}

// A ticked item stays ticked: after a second tap, a new request for the same food, and the
// reverting of another tick.
func TestTicks(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	ada := w.shopper(true)
	ada.ask("Bread", item(200, "g", "flour"))
	ada.await("200 g flour")
	flour := map[string]any{"parts": ada.parts("flour")}
	first := ada.operate("tick", flour)
	ada.operate("tick", flour)
	require.Equal(t, []string{"x 200 g flour"}, ada.lines())

	ada.ask("Cake", item(100, "g", "flour"))
	ada.await("100 g flour", "x 200 g flour")

	flour["of"] = []string{uuid.NewString()}
	ada.operate("untick", flour)
	require.Equal(t, []string{"100 g flour", "x 200 g flour"}, ada.lines())
	flour["of"] = []string{first}
	ada.operate("untick", flour)
	require.Equal(t, []string{"300 g flour"}, ada.lines())
}

// An operation that is resent, as after a lost answer, is applied once.
func TestOperationOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	ada := w.shopper(true)
	part := uuid.NewString()
	add := map[string]any{"id": uuid.NewString(), "kind": "add", "parts": []string{part}, "text": "2 l milk"}
	remove := map[string]any{"id": uuid.NewString(), "kind": "remove", "parts": []string{part}}
	restore := map[string]any{"id": uuid.NewString(), "kind": "restore", "parts": []string{part}, "of": []any{remove["id"]}}
	for range 3 {
		response, body := ada.send(add, remove, restore)
		require.Equal(t, http.StatusOK, response.StatusCode)
		require.JSONEq(t, `{"sequence": 3}`, string(body))
	}
	ada.send(remove)
	require.Equal(t, []string{"2 l milk"}, ada.lines())
}

// A line can be added, edited, removed and restored; clearing removes ticked lines, except those
// unticked meanwhile.
func TestByHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	ada := w.shopper(true)
	milk, bread := ada.write("2 l milk"), ada.write("Brot")
	require.Equal(t, []string{"Brot", "2 l milk"}, ada.lines())
	ada.operate("edit", map[string]any{"parts": []string{milk}, "text": "500 ml cream"})
	require.Equal(t, []string{"Brot", "500 ml cream"}, ada.lines())
	both := map[string]any{"parts": []string{milk, bread}}
	ada.operate("tick", map[string]any{"parts": []string{bread}})
	cleared := ada.operate("clear", both)
	require.Equal(t, []string{"500 ml cream"}, ada.lines())
	both["of"] = []string{cleared}
	ada.operate("restore", both)
	require.Equal(t, []string{"500 ml cream", "x Brot"}, ada.lines())
}

// A moved food stays in its new aisle, even with further words in its name; foods and aisles keep
// the person's order.
func TestAisles(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	ada := w.shopper(true)
	ada.operate("shelve", map[string]any{"food": "oat milk", "aisle": "Free from"})
	ada.ask("Porridge", item(1, "l", "oat milk"), item(1, "l", "organic oat milk"), item(1, "l", "milk"), item(1, "", "leek"), item(2, "", "carrots"))
	ada.await("1 leek", "2 carrots", "1 l milk", "1 l oat milk", "1 l organic oat milk")
	ada.operate("arrange", map[string]any{"aisles": []string{"Free from", "dairy"}})
	ada.operate("place", map[string]any{"food": "carrot", "position": -1})
	require.Equal(t, []string{"1 l oat milk", "1 l organic oat milk", "1 l milk", "2 carrots", "1 leek"}, ada.lines())
	require.Equal(t, []string{"Free from", "dairy", "produce"}, ada.list().Aisles[:3])
}

// Another phone learns of a change at once; it gets each version of a list once, then 304.
func TestLive(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	ada := w.shopper(true)
	other := w.phone(ada.user.ID, true)
	stream := other.follow()
	require.Zero(t, testkit.Wait(t, stream, "the first event"))
	ada.write("milk")
	require.EqualValues(t, 1, testkit.Wait(t, stream, "the event of the new line"))
	response, _ := other.do(http.MethodGet, "/grocery/api/list", "")
	require.Equal(t, http.StatusOK, response.StatusCode)
	etag := response.Header.Get("ETag")
	response, _ = other.do(http.MethodGet, "/grocery/api/list", "", "If-None-Match", etag)
	require.Equal(t, http.StatusNotModified, response.StatusCode)
	ada.ask("Cake", item(3, "", "eggs"))
	require.EqualValues(t, 2, testkit.Wait(t, stream, "the event of the request"))
	response, _ = other.do(http.MethodGet, "/grocery/api/list", "", "If-None-Match", etag)
	require.Equal(t, http.StatusOK, response.StatusCode)
}

// A line that can't be parsed is bought as written.
func TestNotUnderstood(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	ada := w.shopper(true)
	ada.ask("?", events.GroceryItem{Text: "a good pinch of love"}, events.GroceryItem{Text: "—"}, events.GroceryItem{Text: "…"})
	ada.await("a good pinch of love", "—", "…")
}
