package identity_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/redis"
	"larder.dev/internal/testkit"
)

func ada() identity.User {
	return identity.User{ID: "6f6b1c1e-0b1f-4a53-9d1c-1d2f3a4b5c6d", Name: "Ada", Grocery: true}
}

func openRedis(t testing.TB, url string) *redis.Client {
	t.Helper()
	client, err := redis.Open(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

func newSessions(t testing.TB) (*identity.Sessions, *redis.Client) {
	t.Helper()
	client := openRedis(t, testkit.Redis(t))
	return identity.NewSessions(client), client
}

// A password matches its hash, and each hash differs.
func TestPasswords(t *testing.T) {
	t.Parallel()
	ctx, passwords := testkit.Context(t), identity.NewPasswords()
	hash, err := passwords.Hash(ctx, "correct horse")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$"), hash)
	other, err := passwords.Hash(ctx, "correct horse")
	require.NoError(t, err)
	require.NotEqual(t, hash, other)

	for password, want := range map[string]bool{"correct horse": true, "Correct horse": false, "": false} {
		right, err := passwords.Check(ctx, password, hash)
		require.NoError(t, err)
		require.Equal(t, want, right, password)
	}
	_, err = passwords.Check(ctx, "x", "not a hash")
	require.Error(t, err)
}

// Refusing a nonexistent user takes as long as refusing a wrong password.
func TestCheckingNobodyTakesAsLong(t *testing.T) {
	t.Parallel()
	ctx, passwords := testkit.Context(t), identity.NewPasswords()
	hash, err := passwords.Hash(ctx, "right")
	require.NoError(t, err)
	took := func(hash string) time.Duration {
		start := time.Now()
		right, err := passwords.Check(ctx, "wrong", hash)
		require.NoError(t, err)
		require.False(t, right)
		return time.Since(start)
	}
	somebody, nobody := time.Hour, time.Hour
	for range 10 { // alternate, so both meet the same load, and take the best of each
		somebody, nobody = min(somebody, took(hash)), min(nobody, took(""))
	}
	// Without the work it would be a thousandth. A busy machine can delay every run of one of the
	// two.
	require.Greater(t, nobody, somebody/4, "somebody %s, nobody %s", somebody, nobody)
}

// Waiting to check a password ends with the caller's context.
func TestPasswordsHeedTheContext(t *testing.T) {
	t.Parallel()
	passwords := identity.NewPasswords()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	var group errgroup.Group
	for range 6 {
		group.Go(func() error {
			_, err := passwords.Hash(ctx, "x")
			return err
		})
	}
	require.ErrorIs(t, group.Wait(), context.DeadlineExceeded)
}

// A session lasts from its beginning to its end, and the store never holds its token.
func TestSession(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	sessions, client := newSessions(t)
	token, err := sessions.Create(ctx, ada(), "Firefox")
	require.NoError(t, err)
	require.Len(t, token, 43)

	user, err := sessions.Verify(ctx, token)
	require.NoError(t, err)
	require.Equal(t, ada(), user)

	count, err := client.CountPrefix(ctx, "session:"+token)
	require.NoError(t, err)
	require.Zero(t, count)

	require.NoError(t, sessions.End(ctx, token))
	_, err = sessions.Verify(ctx, token)
	require.ErrorIs(t, err, identity.ErrNoSession)
	require.NoError(t, sessions.End(ctx, token), "ending it again does no harm")
}

// A token that was never issued has no session.
func TestNoSession(t *testing.T) {
	t.Parallel()
	sessions, _ := newSessions(t)
	for _, token := range []string{"", "x", strings.Repeat("A", 43), strings.Repeat("\x00", 43), strings.Repeat("A", 5000)} {
		_, err := sessions.Verify(testkit.Context(t), token)
		require.ErrorIs(t, err, identity.ErrNoSession)
		require.NoError(t, sessions.End(testkit.Context(t), token))
	}
}

// Ending all of a user's sessions ends nobody else's.
func TestEndAll(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	sessions, client := newSessions(t)
	bob := identity.User{ID: "b0b", Name: "Bob"}
	first, err := sessions.Create(ctx, ada(), "")
	require.NoError(t, err)
	second, err := sessions.Create(ctx, ada(), "")
	require.NoError(t, err)
	bobs, err := sessions.Create(ctx, bob, "")
	require.NoError(t, err)

	ended, err := sessions.EndAll(ctx, ada().ID)
	require.NoError(t, err)
	require.Equal(t, 2, ended)
	for _, token := range []string{first, second} {
		_, err := sessions.Verify(ctx, token)
		require.ErrorIs(t, err, identity.ErrNoSession)
	}
	_, err = sessions.Verify(ctx, bobs)
	require.NoError(t, err)
	members, err := client.SMembers(ctx, "sessions:"+ada().ID)
	require.NoError(t, err)
	require.Empty(t, members)
	ended, err = sessions.EndAll(ctx, ada().ID)
	require.NoError(t, err)
	require.Zero(t, ended)
}

// A session is ended by its listed id, and only by its owner.
func TestEndOne(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	sessions, _ := newSessions(t)
	phone, err := sessions.Create(ctx, ada(), "Phone")
	require.NoError(t, err)
	laptop, err := sessions.Create(ctx, ada(), "Laptop")
	require.NoError(t, err)
	list, err := sessions.List(ctx, ada().ID)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{identity.IDOf(phone), identity.IDOf(laptop)}, []string{list[0].ID, list[1].ID})
	require.NotContains(t, phone, identity.IDOf(phone))

	require.ErrorIs(t, sessions.EndOne(ctx, "b0b", identity.IDOf(phone)), identity.ErrNoSession)
	require.ErrorIs(t, sessions.EndOne(ctx, ada().ID, phone), identity.ErrNoSession, "a token is no id")
	require.NoError(t, sessions.EndOne(ctx, ada().ID, identity.IDOf(phone)))
	_, err = sessions.Verify(ctx, phone)
	require.ErrorIs(t, err, identity.ErrNoSession)
	_, err = sessions.Verify(ctx, laptop)
	require.NoError(t, err)
	require.ErrorIs(t, sessions.EndOne(ctx, ada().ID, identity.IDOf(phone)), identity.ErrNoSession)
}

// A right that is granted or revoked applies to existing sessions.
func TestRefresh(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	sessions, client := newSessions(t)
	token, err := sessions.Create(ctx, ada(), "Firefox")
	require.NoError(t, err)
	ended, err := sessions.Create(ctx, ada(), "")
	require.NoError(t, err)
	require.NoError(t, sessions.End(ctx, ended))

	changed := ada()
	changed.Grocery, changed.Admin = false, true
	refreshed, err := sessions.Refresh(ctx, changed)
	require.NoError(t, err)
	require.Equal(t, 1, refreshed)

	user, err := sessions.Verify(ctx, token)
	require.NoError(t, err)
	require.Equal(t, changed, user)
	_, err = sessions.Verify(ctx, ended)
	require.ErrorIs(t, err, identity.ErrNoSession)

	list, err := sessions.List(ctx, ada().ID)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, "Firefox", list[0].Agent)

	keys, err := client.SMembers(ctx, "sessions:"+ada().ID)
	require.NoError(t, err)
	ttl, err := client.TTL(ctx, "session:"+keys[0])
	require.NoError(t, err)
	require.Greater(t, ttl, identity.Lifetime-time.Hour, "a refreshed session still lapses")

	refreshed, err = sessions.Refresh(ctx, identity.User{ID: "nobody"})
	require.NoError(t, err)
	require.Zero(t, refreshed)
}

// The list shows a user's live sessions and drops expired ones.
func TestListForgetsLapsedSessions(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	sessions, client := newSessions(t)
	_, err := sessions.Create(ctx, ada(), strings.Repeat("ä", 300))
	require.NoError(t, err)
	require.NoError(t, client.SAdd(ctx, "sessions:"+ada().ID, "lapsed"))

	list, err := sessions.List(ctx, ada().ID)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, ada(), list[0].User)
	require.Equal(t, strings.Repeat("ä", 100), list[0].Agent)
	require.WithinDuration(t, time.Now(), list[0].CreatedAt, time.Minute)
	require.WithinDuration(t, time.Now(), list[0].SeenAt, time.Minute)

	members, err := client.SMembers(ctx, "sessions:"+ada().ID)
	require.NoError(t, err)
	require.Len(t, members, 1)
}

// Use renews a session: one about to expire gets its full lifetime again.
func TestVerifyRenews(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	sessions, client := newSessions(t)
	token, err := sessions.Create(ctx, ada(), "")
	require.NoError(t, err)
	hashes, err := client.SMembers(ctx, "sessions:"+ada().ID)
	require.NoError(t, err)
	key := "session:" + hashes[0]
	_, err = client.Expire(ctx, key, time.Hour)
	require.NoError(t, err)

	_, err = sessions.Verify(ctx, token)
	require.NoError(t, err)
	ttl, err := client.TTL(ctx, key)
	require.NoError(t, err)
	require.LessOrEqual(t, ttl, time.Hour, "it isn't noted more than once an hour")

	restarted := identity.NewSessions(client)
	_, err = restarted.Verify(ctx, token)
	require.NoError(t, err)
	ttl, err = client.TTL(ctx, key)
	require.NoError(t, err)
	require.Greater(t, ttl, identity.Lifetime-time.Hour)
}

// The keys that a restart must keep are the sessions'.
func TestIsSessionKey(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]bool{
		"session:ab": true, "sessions:u": true, "session": false, "recipe:u:r": false, "rate:login:name:x": false,
	} {
		require.Equal(t, want, identity.IsSessionKey(key), key)
	}
}

// Guessing at a name is slowed down, even with many guesses at once. Other names aren't, nor is the
// owner at another address.
func TestLoginsAreLimitedByName(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	client := openRedis(t, testkit.Redis(t))
	passwords := identity.NewPasswords()
	logins := identity.NewLogins(client, passwords)
	hash, err := passwords.Hash(ctx, "right")
	require.NoError(t, err)
	guess := identity.Attempt{Name: "ada", Address: "192.0.2.1", Password: "wrong", Hash: hash}

	var group errgroup.Group
	results := make([]error, 30)
	for i := range results {
		group.Go(func() error {
			_, right, err := logins.Check(ctx, guess)
			require.False(t, right)
			results[i] = err
			return nil
		})
	}
	require.NoError(t, group.Wait())
	tried := 0
	for _, err := range results {
		var tooMany *identity.TooManyAttempts
		if errors.As(err, &tooMany) {
			require.Positive(t, tooMany.RetryAfter)
			continue
		}
		require.NoError(t, err)
		tried++
	}
	require.InDelta(t, 11, tried, 1, "ten, and what was in turn already")

	// The limit applies to the name in any case, at the address; the right password waits too.
	var tooMany *identity.TooManyAttempts
	_, _, err = logins.Check(ctx, identity.Attempt{Name: " ADA", Address: "192.0.2.1", Password: "right", Hash: hash})
	require.ErrorAs(t, err, &tooMany)
	for _, other := range []identity.Attempt{
		{Name: "ada", Address: "198.51.100.7", Password: "right", Hash: hash},
		{Name: "bob", Address: "192.0.2.1", Password: "right", Hash: hash},
	} {
		_, right, err := logins.Check(ctx, other)
		require.NoError(t, err)
		require.True(t, right)
	}
}

// exhaust counts the permitted number of failures directly: real ones would be slow.
func exhaust(ctx context.Context, t *testing.T, client *redis.Client, key string, limit redis.Limit) {
	t.Helper()
	for range limit.Burst {
		_, err := client.Allow(ctx, key, limit)
		require.NoError(t, err)
	}
}

// However many addresses guess at a name, the guesses are bounded, and anybody who logged in before
// is let in: by device token, even at an exhausted address, or by address. A device token only
// works for its account and current password.
func TestKnownDevicesAreLetIn(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	client := openRedis(t, testkit.Redis(t))
	passwords := identity.NewPasswords()
	logins := identity.NewLogins(client, passwords)
	hash, err := passwords.Hash(ctx, "right")
	require.NoError(t, err)
	ada := identity.Attempt{Name: "ada", Address: "192.0.2.1", Password: "right", Hash: hash}
	device, right, err := logins.Check(ctx, ada)
	require.NoError(t, err)
	require.True(t, right)

	sum := sha256.Sum256([]byte("ada"))
	name := hex.EncodeToString(sum[:])
	exhaust(ctx, t, client, "login:name:"+name, redis.Limit{Rate: 50, Burst: 50, Period: time.Hour})
	exhaust(ctx, t, client, "login:pair:"+name+":203.0.113.5", redis.PerMinute(10))
	exhaust(ctx, t, client, "login:address:203.0.113.5", redis.PerMinute(60))

	refused := func(attempt identity.Attempt) {
		t.Helper()
		var tooMany *identity.TooManyAttempts
		_, right, err := logins.Check(ctx, attempt)
		require.ErrorAs(t, err, &tooMany)
		require.False(t, right)
	}
	admitted := func(attempt identity.Attempt) {
		t.Helper()
		_, right, err := logins.Check(ctx, attempt)
		require.NoError(t, err)
		require.True(t, right)
	}
	stranger := ada
	stranger.Address = "203.0.113.9"
	refused(stranger)
	admitted(ada) // at its known address
	travelling := stranger
	travelling.Address, travelling.Device = "203.0.113.5", device
	admitted(travelling)

	otherHash, err := passwords.Hash(ctx, "right")
	require.NoError(t, err)
	for _, forged := range []string{device + "x", strings.Replace(device, ".", ".9", 1), "a.b.c", "..", strings.Repeat(".", 5000)} {
		travelling.Device = forged
		refused(travelling)
	}
	travelling.Device, travelling.Hash = device, otherHash
	refused(travelling)

	// A device doesn't bypass the bound either.
	travelling.Hash, travelling.Password = hash, "wrong"
	for range 10 {
		_, right, err := logins.Check(ctx, travelling)
		require.NoError(t, err)
		require.False(t, right)
	}
	refused(travelling)
}

// Successful logins aren't counted: twenty in a row succeed.
func TestRightPasswordsAreNotCounted(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	passwords := identity.NewPasswords()
	logins := identity.NewLogins(openRedis(t, testkit.Redis(t)), passwords)
	hash, err := passwords.Hash(ctx, "right")
	require.NoError(t, err)
	for range 20 {
		_, right, err := logins.Check(ctx, identity.Attempt{Name: "ada", Address: "192.0.2.1", Password: "right", Hash: hash})
		require.NoError(t, err)
		require.True(t, right)
	}
}

// An address that guesses at many names is slowed down, and an IPv6 network counts as one address.
func TestLoginsAreLimitedByAddress(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	client := openRedis(t, testkit.Redis(t))
	exhaust(ctx, t, client, "login:address:2001:db8::/64", redis.PerMinute(60))
	logins := identity.NewLogins(client, identity.NewPasswords())
	_, _, err := logins.Check(ctx, identity.Attempt{Name: "ada", Address: "2001:db8::1:2", Password: "x"})
	var tooMany *identity.TooManyAttempts
	require.ErrorAs(t, err, &tooMany)
	_, _, err = logins.Check(ctx, identity.Attempt{Name: "ada", Address: "2001:db8:1::1", Password: "x"})
	require.NoError(t, err)
}

// A session ends a year after its login, however much it was used, and leaves the list too.
func TestSessionEndsAfterAYear(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	sessions, client := newSessions(t)
	for age, want := range map[time.Duration]error{
		identity.MaxAge - time.Hour: nil, identity.MaxAge + time.Hour: identity.ErrNoSession,
	} {
		token, err := sessions.Create(ctx, ada(), "")
		require.NoError(t, err)
		sum := sha256.Sum256([]byte(token))
		key := "session:" + hex.EncodeToString(sum[:])
		value, found, err := client.Get(ctx, key)
		require.NoError(t, err)
		require.True(t, found)
		var record map[string]any
		require.NoError(t, json.Unmarshal(value, &record))
		record["created_at"] = time.Now().Add(-age).UTC()
		value, err = json.Marshal(record)
		require.NoError(t, err)
		require.NoError(t, client.Set(ctx, key, value, identity.Lifetime))
		_, err = sessions.Verify(ctx, token)
		require.ErrorIs(t, err, want)
	}
	left, err := sessions.List(ctx, ada().ID)
	require.NoError(t, err)
	require.Len(t, left, 1)
}

// server has one route that returns its caller, behind the check.
func server(t *testing.T, sessions *identity.Sessions) http.Handler {
	t.Helper()
	engine, err := httpserver.New(httpserver.Options{Log: testkit.Logger(t)})
	require.NoError(t, err)
	engine.GET("/me", identity.Require(sessions), func(c *gin.Context) {
		require.NotEmpty(t, identity.TokenFrom(c))
		c.JSON(http.StatusOK, identity.UserFrom(c))
	})
	engine.GET("/open", func(c *gin.Context) { identity.UserFrom(c) })
	engine.POST("/in", func(c *gin.Context) { identity.SetCookie(c, "token") })
	engine.POST("/out", func(c *gin.Context) { identity.ClearCookie(c) })
	return engine
}

func get(handler http.Handler, path string, headers map[string]string) *httptest.ResponseRecorder {
	return call(handler, http.MethodGet, path, headers)
}

func call(handler http.Handler, method, path string, headers map[string]string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, nil)
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, request)
	return answer
}

// A session admits by cookie or bearer token, and nothing else does.
func TestRequire(t *testing.T) {
	t.Parallel()
	sessions, _ := newSessions(t)
	handler := server(t, sessions)
	token, err := sessions.Create(testkit.Context(t), ada(), "")
	require.NoError(t, err)
	wrong := strings.Repeat("A", 43)

	for name, c := range map[string]struct {
		headers map[string]string
		status  int
	}{
		"cookie":                  {map[string]string{"Cookie": "larder_session=" + token}, 200},
		"bearer":                  {map[string]string{"Authorization": "Bearer " + token}, 200},
		"bearer in another case":  {map[string]string{"Authorization": "bearer " + token}, 200},
		"nothing":                 {nil, 401},
		"a wrong cookie":          {map[string]string{"Cookie": "larder_session=" + wrong}, 401},
		"a wrong bearer":          {map[string]string{"Authorization": "Bearer " + wrong}, 401},
		"the bearer counts first": {map[string]string{"Authorization": "Bearer " + wrong, "Cookie": "larder_session=" + token}, 401},
		"another scheme":          {map[string]string{"Authorization": "Basic " + token}, 401},
		"another cookie":          {map[string]string{"Cookie": "session=" + token}, 401},
	} {
		answer := get(handler, "/me", c.headers)
		require.Equal(t, c.status, answer.Code, name)
		require.NotContains(t, answer.Body.String(), token, name)
		if c.status != http.StatusOK {
			require.Equal(t, "application/problem+json", answer.Header().Get("Content-Type"), name)
			require.Equal(t, "Bearer", answer.Header().Get("WWW-Authenticate"), name)
			continue
		}
		var user identity.User
		require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &user), name)
		require.Equal(t, ada(), user, name)
	}
}

// A request made for a person other than the session's is refused, but not as logged out: the page
// that sent it keeps its change for its owner.
func TestRequireThePerson(t *testing.T) {
	t.Parallel()
	sessions, _ := newSessions(t)
	handler := server(t, sessions)
	token, err := sessions.Create(testkit.Context(t), ada(), "")
	require.NoError(t, err)
	for person, status := range map[string]int{
		ada().ID: http.StatusOK, strings.ToUpper(ada().ID): http.StatusOK,
		"0198f3f2-0000-7000-8000-00000000000b": http.StatusForbidden, "ada": http.StatusForbidden, "": http.StatusForbidden,
	} {
		answer := get(handler, "/me", map[string]string{"Cookie": "larder_session=" + token, "Larder-User": person})
		require.Equal(t, status, answer.Code, person)
		if status != http.StatusOK {
			require.Contains(t, answer.Body.String(), `"type":"urn:larder:problem:other-person"`, person)
		}
		answer = get(handler, "/me?larder_user="+person, map[string]string{"Cookie": "larder_session=" + token})
		require.Equal(t, status, answer.Code, person)
	}
	answer := get(handler, "/me", map[string]string{"Larder-User": ada().ID})
	require.Equal(t, http.StatusUnauthorized, answer.Code, "a name is no session")
}

// An ended session admits nobody.
func TestRequireAfterTheEnd(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	sessions, _ := newSessions(t)
	handler := server(t, sessions)
	token, err := sessions.Create(ctx, ada(), "")
	require.NoError(t, err)
	headers := map[string]string{"Authorization": "Bearer " + token}
	require.Equal(t, http.StatusOK, get(handler, "/me", headers).Code)
	_, err = sessions.EndAll(ctx, ada().ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, get(handler, "/me", headers).Code)
}

// An unreachable store is a 503 with Retry-After: never a 401, and never admission.
func TestRequireWithoutTheStore(t *testing.T) {
	t.Parallel()
	url, stop := testkit.StoppableRedis(t)
	sessions := identity.NewSessions(openRedis(t, url))
	token, err := sessions.Create(testkit.Context(t), ada(), "")
	require.NoError(t, err)
	stop()
	answer := get(server(t, sessions), "/me", map[string]string{"Authorization": "Bearer " + token})
	require.Equal(t, http.StatusServiceUnavailable, answer.Code)
	require.Equal(t, "2", answer.Header().Get("Retry-After"))
	require.NotContains(t, answer.Body.String(), "127.0.0.1", "what is wrong inside is for the log")
}

// The browser keeps the cookie as long as the store keeps the session: both are renewed together.
func TestCookieIsRenewed(t *testing.T) {
	t.Parallel()
	sessions, client := newSessions(t)
	token, err := sessions.Create(testkit.Context(t), ada(), "")
	require.NoError(t, err)
	headers := map[string]string{"Cookie": "larder_session=" + token}
	require.Empty(t, get(server(t, sessions), "/me", headers).Header().Get("Set-Cookie"))
	restarted := server(t, identity.NewSessions(client))
	require.Contains(t, get(restarted, "/me", headers).Header().Get("Set-Cookie"), "larder_session="+token+";")
	require.Empty(t, get(restarted, "/me", headers).Header().Get("Set-Cookie"))
}

// The cookie is out of reach of scripts and other sites, and Secure behind TLS.
func TestCookie(t *testing.T) {
	t.Parallel()
	sessions, _ := newSessions(t)
	handler := server(t, sessions)
	cookie := call(handler, http.MethodPost, "/in", nil).Header().Get("Set-Cookie")
	require.Equal(t, "larder_session=token; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax", cookie)
	cookie = call(handler, http.MethodPost, "/in", map[string]string{"X-Forwarded-Proto": "https"}).Header().Get("Set-Cookie")
	require.Contains(t, cookie, "; Secure")
	out := call(handler, http.MethodPost, "/out", nil).Header()
	require.Equal(t, "larder_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax", out.Get("Set-Cookie"))
	require.Equal(t, `"cache"`, out.Get("Clear-Site-Data"), "what the browser cached is the person's too")
}

// A handler that asks for its caller without the check in front of it panics.
func TestUserFromWithoutRequire(t *testing.T) {
	t.Parallel()
	sessions, _ := newSessions(t)
	require.Equal(t, http.StatusInternalServerError, get(server(t, sessions), "/open", nil).Code)
}

func BenchmarkVerify(b *testing.B) {
	sessions, _ := newSessions(b)
	token, err := sessions.Create(b.Context(), ada(), "")
	require.NoError(b, err)
	for b.Loop() {
		_, err := sessions.Verify(b.Context(), token)
		require.NoError(b, err)
	}
}
