package commandapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/internal/limits"
)

// limited is a larder with limits on each person's recipes and requests.
func limited(t *testing.T, recipes int64, requests limits.Limits) *larder {
	t.Helper()
	l := newLarder(t)
	var err error
	l.deps.Throttle, err = limits.New(requests, nil)
	require.NoError(t, err)
	l.deps.MaxRecipes = recipes
	l.api, err = commandapi.New(l.deps)
	require.NoError(t, err)
	return l
}

func quotaOf(t *testing.T, a answer) map[string]any {
	t.Helper()
	require.Equal(t, http.StatusUnprocessableEntity, a.Code, a.Body.String())
	problem := a.json(t)
	require.Equal(t, "urn:larder:problem:quota", problem["type"])
	return problem
}

// A user at the recipe limit can't add one by any command until one is deleted; they can still
// change what they have, and others are unaffected.
func TestRecipesAreBounded(t *testing.T) {
	t.Parallel()
	l := limited(t, 3, nil)
	ada, bob := l.user("ada", commandapi.Access{}), l.user("bob", commandapi.Access{})
	create := func(c *caller, headers ...string) answer {
		return c.send("POST", "/api/recipes", `{"name":"Soup"}`, headers...)
	}
	put := func(id string, headers ...string) answer {
		return ada.send("PUT", "/api/recipes/"+id, `{"name":"Pie"}`, headers...)
	}
	var ids []string
	for i := range 3 {
		ids = append(ids, ada.must(http.StatusCreated, create(ada, "Idempotency-Key", fmt.Sprint(i))).recipe(t).ID)
	}
	problem := quotaOf(t, create(ada))
	require.Equal(t, "recipes", problem["kind"])
	require.EqualValues(t, 3, problem["limit"])
	quotaOf(t, create(ada, "Idempotency-Key", "more"))
	quotaOf(t, put(uuid.NewString(), "If-None-Match", "*"))
	require.Equal(t, 3, l.count(`SELECT count(*) FROM recipes WHERE user_id = $1`, ada.id))
	require.Equal(t, 4, l.count(`SELECT count(*) FROM event_log WHERE user_id = $1`, ada.id), "and no event of what wasn't done")

	ada.must(http.StatusOK, put(ids[0], "If-Match", `"1"`))
	ada.must(http.StatusCreated, create(ada, "Idempotency-Key", "0")) // the first answer again
	ada.must(http.StatusCreated, create(bob))
	ada.must(http.StatusNoContent, ada.send("DELETE", "/api/recipes/"+ids[1], ""))
	ada.must(http.StatusCreated, create(ada, "Idempotency-Key", "more")) // a refused command succeeds once there is room
	quotaOf(t, ada.send("POST", "/api/recipes/"+ids[1]+"/restore", `{"version":1}`))
	ada.must(http.StatusNoContent, ada.send("DELETE", "/api/recipes/"+ids[2], ""))
	ada.must(http.StatusOK, ada.send("POST", "/api/recipes/"+ids[1]+"/restore", `{"version":1}`))
}

// Concurrent writers can't exceed the limit together.
func TestRecipesAtOnceAreBounded(t *testing.T) {
	t.Parallel()
	l := limited(t, 5, nil)
	ada := l.user("ada", commandapi.Access{})
	statuses := make(chan int, 12)
	for range cap(statuses) {
		go func() { statuses <- ada.send("POST", "/api/recipes", `{"name":"Soup"}`).Code }()
	}
	made := 0
	for range cap(statuses) {
		if <-statuses == http.StatusCreated {
			made++
		}
	}
	require.Equal(t, 5, made)
	require.Equal(t, 5, l.count(`SELECT count(*) FROM recipes WHERE user_id = $1`, ada.id))
}

// A person's writes and an address's logins are throttled, even with the right password; others are
// served.
func TestWritesAndLoginsAreThrottled(t *testing.T) {
	t.Parallel()
	l := limited(t, 0, limits.Limits{limits.Write: {PerSecond: 1}, limits.Login: {PerSecond: 1}})
	ada, bob := l.user("ada", commandapi.Access{}), l.user("bob", commandapi.Access{})
	write := func(c *caller) answer { return c.send("POST", "/api/ingredients/parse", `{"lines":["1 egg"]}`) }
	logIn := func(address string) int {
		request := httptest.NewRequest(http.MethodPost, "/api/session", strings.NewReader(`{"username":"ada","password":"`+password+`"}`))
		request.Header.Set("Content-Type", "application/json")
		request.RemoteAddr = address
		recorder := httptest.NewRecorder()
		l.api.Handler().ServeHTTP(recorder, request)
		return recorder.Code
	}
	until429 := func(send func() int) {
		for range 1000 {
			status := send()
			if status == http.StatusTooManyRequests {
				return
			}
			require.Equal(t, http.StatusOK, status)
		}
		require.Fail(t, "nothing was refused")
	}
	until429(func() int { return write(ada).Code })
	refused := write(ada)
	require.Equal(t, http.StatusTooManyRequests, refused.Code)
	require.NotEmpty(t, refused.Header().Get("Retry-After"))
	require.Equal(t, "write", refused.json(t)["kind"])
	bob.must(http.StatusOK, write(bob))

	until429(func() int { return logIn("192.0.2.1:1234") })
	require.Equal(t, http.StatusOK, logIn("192.0.2.2:1234"))
	until429(func() int { return logIn("[2001:db8::1]:1234") })
	require.Equal(t, http.StatusTooManyRequests, logIn("[2001:db8::ffff]:1234"), "a household has many addresses")
	require.Equal(t, http.StatusOK, logIn("[2001:db8:1::1]:1234"))
}
