package commandapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/identity"
	"larder.dev/internal/postgres"
	"larder.dev/internal/testkit"
)

func logIn(c *caller, name, password string) answer {
	return (&caller{t: c.t, handler: c.handler}).send("POST", "/api/session", `{"username":"`+name+`","password":"`+password+`"}`)
}

// A login's token and cookie both grant access, and logging out ends both.
func TestLogInAndOut(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("Ada", commandapi.Access{Grocery: true})
	in := ada.must(http.StatusOK, logIn(ada, "aDA", password)).json(t)
	require.Equal(t, map[string]any{"id": ada.id, "name": "Ada", "admin": false, "grocery": true}, in["user"])
	token, ok := in["token"].(string)
	require.True(t, ok)

	cookie := &caller{t: t, handler: ada.handler}
	header := []string{"Cookie", identity.CookieName + "=" + token}
	cookie.must(http.StatusCreated, cookie.send("POST", "/api/recipes", `{"name":"a"}`, header...))
	cookie.must(http.StatusNoContent, cookie.send("DELETE", "/api/session", "", header...))
	cookie.must(http.StatusUnauthorized, cookie.send("POST", "/api/recipes", `{"name":"a"}`, header...))
}

// A wrong name and a wrong password get the same answer, and guessing is throttled.
func TestLoginRefuses(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("ada", commandapi.Access{})
	wrong := ada.must(http.StatusUnauthorized, logIn(ada, "ada", "not it"))
	nobody := ada.must(http.StatusUnauthorized, logIn(ada, "nobody", password))
	require.Equal(t, wrong.json(t)["detail"], nobody.json(t)["detail"])
	ada.must(http.StatusUnauthorized, logIn(ada, `\u0000`, password))
	ada.must(http.StatusUnprocessableEntity, logIn(ada, "", password))
	guessUntilLimited(t, ada, "not it")
	limited := ada.must(http.StatusTooManyRequests, logIn(ada, "ADA", password))
	require.NotEmpty(t, limited.Header().Get("Retry-After"))
}

// Changing a password, disabling and deleting end the sessions at once, and the old credentials
// stop working.
func TestAccountChangesEndSessions(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ctx := testkit.Context(t)
	users := l.api.Users()
	for name, c := range map[string]struct {
		change func(name string) error
		login  int
	}{
		"password": {func(name string) error { return users.SetPassword(ctx, name, "another password") }, http.StatusUnauthorized},
		"disable":  {func(name string) error { return users.Disable(ctx, name) }, http.StatusUnauthorized},
		"delete":   {func(name string) error { _, err := users.Delete(ctx, name); return err }, http.StatusUnauthorized},
	} {
		user := l.user(name, commandapi.Access{})
		user.must(http.StatusCreated, user.send("POST", "/api/recipes", `{"name":"a"}`))
		require.NoError(t, c.change(name))
		user.must(http.StatusUnauthorized, user.send("POST", "/api/recipes", `{"name":"a"}`))
		user.must(c.login, logIn(user, name, password))
	}
	require.NoError(t, users.Enable(ctx, "disable"))
	disabled := &caller{t: t, handler: l.api.Handler()}
	disabled.must(http.StatusOK, logIn(disabled, "disable", password))
	disabled.must(http.StatusOK, logIn(disabled, "password", "another password"))
}

// A user changes their own password: this session goes on, the others end, and only the new password
// logs in. Repeating the request after a lost answer is no error, and guesses count.
func TestChangePassword(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada, other := l.user("ada", commandapi.Access{}), &caller{t: t, handler: l.api.Handler()}
	in := other.must(http.StatusOK, logIn(other, "ada", password)).json(t)
	header := []string{"Authorization", "Bearer " + in["token"].(string)}
	change := func(old, next string) answer {
		return ada.send("PUT", "/api/account/password", `{"old":"`+old+`","new":"`+next+`"}`)
	}
	refused := ada.must(http.StatusUnprocessableEntity, change("not this one", "a new long password"))
	require.Contains(t, refused.Body.String(), `"field":"old"`)
	for _, weak := range []string{"short", "1234567890", "qwertyuiop"} {
		refused = ada.must(http.StatusUnprocessableEntity, change(password, weak))
		require.Contains(t, refused.Body.String(), `"field":"new"`)
	}
	other.must(http.StatusCreated, other.send("POST", "/api/recipes", `{"name":"a"}`, header...))

	for range 2 {
		changed := ada.must(http.StatusNoContent, change(password, "a new long password"))
		require.Contains(t, changed.Header().Get("Set-Cookie"), identity.DeviceCookieName)
	}
	ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", `{"name":"a"}`))
	other.must(http.StatusUnauthorized, other.send("POST", "/api/recipes", `{"name":"a"}`, header...))
	other.must(http.StatusUnauthorized, logIn(other, "ada", password))
	other.must(http.StatusOK, logIn(other, "ada", "a new long password"))

	guess := change("a guess", "another long password")
	for range 10 {
		if guess.Code != http.StatusUnprocessableEntity {
			break
		}
		guess = change("a guess", "another long password")
	}
	require.NotEmpty(t, ada.must(http.StatusTooManyRequests, guess).Header().Get("Retry-After"))
}

// Accounts are distinguished by folded name, and errors state the limits.
func TestAddRefuses(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ctx := testkit.Context(t)
	users := l.api.Users()
	l.user("Ada", commandapi.Access{})
	for name, want := range map[string]error{
		"ada": commandapi.ErrNameTaken, "ＡＤＡ": commandapi.ErrNameTaken, "": commandapi.ErrBadName, "a b": commandapi.ErrBadName,
		"-a": commandapi.ErrBadName, "a\x00": commandapi.ErrBadName, "\xff": commandapi.ErrBadName,
		strings.Repeat("a", 65): commandapi.ErrBadName,
	} {
		_, err := users.Add(ctx, commandapi.NewUser{Name: name, Password: password})
		require.ErrorIs(t, err, want, "name %q", name)
	}
	_, err := users.Add(ctx, commandapi.NewUser{Name: "bob", Password: "short"})
	require.ErrorIs(t, err, commandapi.ErrWeakPassword)
	require.ErrorIs(t, users.Disable(ctx, "nobody"), commandapi.ErrNoUser)
	all, err := users.List(ctx)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, "Ada", all[0].Name)
}

// An easily guessed password is refused when it is set or changed; existing ones keep working.
func TestWeakPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ctx := testkit.Context(t)
	users := l.api.Users()
	ada := l.user("AdaLovelace", commandapi.Access{})
	for _, weak := range []string{"", "ninechars", "1234567890", "Password123", "adalovelace", "qwertyuiop", strings.Repeat("é", 9), strings.Repeat("a", 1001)} {
		_, err := users.Add(ctx, commandapi.NewUser{Name: "bob", Password: weak})
		if weak != "adalovelace" { // which means nothing for bob
			require.ErrorIs(t, err, commandapi.ErrWeakPassword, weak)
		}
		require.ErrorIs(t, users.SetPassword(ctx, "AdaLovelace", weak), commandapi.ErrWeakPassword, weak)
	}
	ada.must(http.StatusOK, logIn(ada, "adalovelace", password))
}

// A name that looks like another's is refused, and so is an invisible or untypable one.
func TestNamesThatLookAlikeAreRefused(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ctx := testkit.Context(t)
	users := l.api.Users()
	l.user("ada", commandapi.Access{})
	l.user("Modern.Cook", commandapi.Access{})
	l.user("анна", commandapi.Access{})
	for name, want := range map[string]error{
		"аda": commandapi.ErrNameAlike, "аdа": commandapi.ErrNameAlike, "АDA": commandapi.ErrNameAlike, "ɑda": commandapi.ErrNameAlike,
		"modern.сook": commandapi.ErrNameAlike, "rnodern.cook": commandapi.ErrNameAlike, "aннa": commandapi.ErrNameAlike,
		"a\u200bda": commandapi.ErrBadName, "a\u202eda": commandapi.ErrBadName, "\u200b": commandapi.ErrBadName, "a\u034fda": commandapi.ErrBadName,
		"ada\ufe0f": commandapi.ErrBadName, "a\u3164": commandapi.ErrBadName, "𝐚𝐝𝐚": commandapi.ErrBadName,
	} {
		_, err := users.Add(ctx, commandapi.NewUser{Name: name, Password: password})
		require.ErrorIs(t, err, want, "name %q", name)
	}
	for _, name := range []string{"adam", "Zoë", "李雷", "محمد", "o.neil", "bob-2", "Иван"} {
		_, err := users.Add(ctx, commandapi.NewUser{Name: name, Password: password})
		require.NoError(t, err, name)
	}
}

// A disabled account treats a right password like a wrong one and counts both: otherwise the count
// would reveal a right guess.
func TestDisabledAccountsTellNothing(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("ada", commandapi.Access{})
	require.NoError(t, l.api.Users().Disable(testkit.Context(t), "ada"))
	wrong := ada.must(http.StatusUnauthorized, logIn(ada, "ada", "not it at all")).json(t)
	right := ada.must(http.StatusUnauthorized, logIn(ada, "ada", password)).json(t)
	require.Equal(t, wrong["detail"], right["detail"])
	guessUntilLimited(t, ada, password)
}

// guessUntilLimited logs in as ada until throttled. Another guess is allowed every six seconds, so
// a slow machine makes more than ten.
func guessUntilLimited(t *testing.T, c *caller, password string) {
	t.Helper()
	for range 40 {
		if answer := logIn(c, "ada", password); answer.Code != http.StatusUnauthorized {
			c.must(http.StatusTooManyRequests, answer)
			return
		}
	}
	require.FailNow(t, "guessing is not limited")
}

// Ten failed logins by a stranger don't lock out anyone on a device they have used before, not even
// at the stranger's address.
func TestStrangersDontLockTheOwnerOut(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("ada", commandapi.Access{})
	in := ada.must(http.StatusOK, logIn(ada, "ada", password))
	var device string
	for _, cookie := range in.Result().Cookies() {
		if cookie.Name == identity.DeviceCookieName {
			device = cookie.Name + "=" + cookie.Value
			require.True(t, cookie.HttpOnly)
		}
	}
	require.NotEmpty(t, device)
	guessUntilLimited(t, ada, "not it at all")
	ada.must(http.StatusTooManyRequests, logIn(ada, "ada", password))
	phone := &caller{t: t, handler: ada.handler}
	credentials := `{"username":"ada","password":"` + password + `"}`
	phone.must(http.StatusOK, phone.send("POST", "/api/session", credentials, "Cookie", device))
}

// Granting and revoking take effect in running sessions, and in the events for the backup.
func TestGrantAndRevoke(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ctx := testkit.Context(t)
	ada := l.user("ada", commandapi.Access{})
	_, err := l.api.Users().Grant(ctx, "ada", commandapi.Access{Grocery: true})
	require.NoError(t, err)
	session, err := l.sessions.Verify(ctx, ada.token)
	require.NoError(t, err)
	require.True(t, session.Grocery)
	changed, err := l.api.Users().Revoke(ctx, "ada", commandapi.Access{Grocery: true, Admin: true})
	require.NoError(t, err)
	require.False(t, changed.Grocery)
	require.EqualValues(t, 3, changed.Version)
	session, err = l.sessions.Verify(ctx, ada.token)
	require.NoError(t, err)
	require.False(t, session.Grocery)
	_, err = l.api.Users().Revoke(ctx, "ada", commandapi.Access{Grocery: true})
	require.NoError(t, err)
	require.Equal(t, 3, l.count(`SELECT count(*) FROM event_log WHERE user_id = $1`, ada.id), "what changes nothing is no event")
}

// Deleting a user leaves no row but the event that tells the backup, which has no personal data; a
// concurrent command can't leave one behind either.
func TestDeleteLeavesNothing(t *testing.T) {
	t.Parallel()
	l := newLarderWithStream(t)
	ctx := testkit.Context(t)
	ada, bob := l.user("Wilhelmina", commandapi.Access{Grocery: true}), l.user("bob", commandapi.Access{})
	stop := l.run(l.relay)
	defer stop()
	r := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes, "Idempotency-Key", "k")).recipe(t)
	ada.must(http.StatusAccepted, ada.send("POST", "/api/recipes/"+r.ID+"/grocery", ""))
	bob.must(http.StatusCreated, bob.send("POST", "/api/recipes", pancakes))
	_, err := l.api.Users().Delete(ctx, "wilhelmina")
	require.NoError(t, err)
	marks, err := l.deps.Redis.CountPrefix(ctx, "written:"+ada.id)
	require.NoError(t, err)
	require.Zero(t, marks, "marks of freshness")

	// A session that outlived the account, like that of a request verified just before.
	token, err := l.sessions.Create(ctx, identity.User{ID: ada.id, Name: "Wilhelmina"}, "test")
	require.NoError(t, err)
	ghost := &caller{t: t, handler: l.api.Handler(), token: token}
	ghost.must(http.StatusUnauthorized, ghost.send("POST", "/api/recipes", pancakes))
	ghost.must(http.StatusUnauthorized, ghost.send("PUT", "/api/recipes/"+r.ID, pancakes, "If-None-Match", "*"))

	for _, table := range []string{"recipes", "ingredients", "idempotency_keys", "user_changes"} {
		require.Zero(t, l.count(`SELECT count(*) FROM `+table+` WHERE user_id = $1`, ada.id), table)
	}
	require.Zero(t, l.count(`SELECT count(*) FROM users WHERE id = $1`, ada.id))
	require.Equal(t, 1, l.count(`SELECT count(*) FROM event_log WHERE user_id = $1`, ada.id))
	require.Equal(t, 1, l.count(`SELECT count(*) FROM recipes`))
	testkit.Until(t, "the stream has the deletion", func() bool {
		published, err := l.api.Ledger().IsPublished(ctx, ada.id)
		require.NoError(t, err)
		return published
	})
	message, found, err := l.conn.Last(ctx, events.Stream, events.UserSubject(ada.id))
	require.NoError(t, err)
	require.True(t, found)
	e, err := events.Parse(message.Subject, message.Header, message.Data)
	require.NoError(t, err)
	require.Equal(t, events.UserDeleted, e.Type)
	require.NotContains(t, string(e.Data), "Wilhelmina")
	require.NotContains(t, string(e.Data), "argon2")
}

// Without the session store nobody gets in, and nobody is told they are unknown.
func TestWithoutRedisItIs503(t *testing.T) {
	t.Parallel()
	url, stop := testkit.StoppableRedis(t)
	l := start(t, url, nil)
	ada := l.user("ada", commandapi.Access{})
	stop()
	down := ada.must(http.StatusServiceUnavailable, ada.send("POST", "/api/recipes", `{"name":"a"}`))
	require.NotEmpty(t, down.Header().Get("Retry-After"))
	ada.must(http.StatusServiceUnavailable, logIn(ada, "ada", password))
	require.Error(t, l.api.Users().SetPassword(testkit.Context(t), "ada", "another password"))
	require.Equal(t, 1, l.count(`SELECT count(*) FROM event_log`), "nothing was changed")
}

// Without the database a command is 503 with Retry-After; the session is still verified.
func TestWithoutPostgresItIs503(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("ada", commandapi.Access{})
	away, err := postgres.Open(testkit.Context(t), "postgres://nobody:x@127.0.0.1:1/none", postgres.Options{Application: "test"})
	require.NoError(t, err)
	t.Cleanup(away.Close)
	deps := l.deps
	deps.Pool = away
	api, err := commandapi.New(deps)
	require.NoError(t, err)
	ada.handler = api.Handler()
	for _, request := range []answer{
		ada.send("POST", "/api/recipes", `{"name":"a"}`),
		ada.send("DELETE", "/api/recipes/018f0000-0000-7000-8000-000000000000", ""),
		logIn(ada, "ada", password),
	} {
		ada.must(http.StatusServiceUnavailable, request)
		require.NotEmpty(t, request.Header().Get("Retry-After"))
	}
}
