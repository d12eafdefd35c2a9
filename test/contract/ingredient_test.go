package contract_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// Lines are parsed one by one, in order, and each comes back as written. Nothing is stored.
func ingredientLines(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "lines-ada")
	parse := func(lines ...any) larder.Answer {
		return ada.Do(t, http.MethodPost, "/api/ingredients/parse", map[string]any{"lines": lines})
	}
	answer := parse("2 (14 oz) cans  plum tomatoes, chopped", "1-1½ TL Zimt", "a little salt", "")
	require.JSONEq(t, `{"ingredients": [
		{"text": "2 (14 oz) cans  plum tomatoes, chopped", "quantity": 2, "quantity_max": null, "unit": "can",
		 "second": {"quantity": 14, "quantity_max": null, "unit": "oz", "relation": "each"},
		 "name": "plum tomatoes", "note": "chopped"},
		{"text": "1-1½ TL Zimt", "quantity": 1, "quantity_max": 1.5, "unit": "tsp", "second": null, "name": "Zimt", "note": ""},
		{"text": "a little salt", "quantity": null, "quantity_max": null, "unit": "", "second": null,
		 "name": "salt", "note": "a little"},
		{"text": "", "quantity": null, "quantity_max": null, "unit": "", "second": null, "name": "", "note": ""}
	]}`, string(answer.Want(t, http.StatusOK).Body))

	line := func(int) any { return "1 egg" }
	parse(list(200, line)...).Want(t, http.StatusOK)
	parse(letters(500)).Want(t, http.StatusOK)
	require.Contains(t, parse(list(201, line)...).Want(t, http.StatusUnprocessableEntity).Problem(t).Fields(), "lines")
	require.Contains(t, parse().Want(t, http.StatusUnprocessableEntity).Problem(t).Fields(), "lines")
	require.Contains(t, parse("salt", letters(501)).Want(t, http.StatusUnprocessableEntity).Problem(t).Fields(), "lines[1]")
	require.Contains(t, parse("salt", 1).Want(t, http.StatusUnprocessableEntity).Problem(t).Fields(), "lines[1]")
	ada.Do(t, http.MethodPost, "/api/ingredients/parse", "{").Want(t, http.StatusBadRequest)
	require.Empty(t, ada.All(t, 10))
}
