package contract_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// A login returns a token and a cookie, either is the session, and a logout ends it.
func session(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "session-ada", "--grocery")
	require.Equal(t, "session-ada", ada.User.Name)
	require.True(t, ada.User.Grocery)
	require.False(t, ada.User.Admin)

	var who larder.Session
	ada.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusOK).Decode(t, &who)
	require.Equal(t, ada.User, who.User)
	require.Empty(t, who.Token, "the token is shown once")

	login := map[string]string{"username": "session-ada", "password": larder.Password("session-ada")}
	answer := s.Client().Do(t, http.MethodPost, "/api/session", login).Want(t, http.StatusOK)
	cookie := sessionCookie(t, answer)
	require.True(t, cookie.HttpOnly)
	require.Contains(t, []http.SameSite{http.SameSiteLaxMode, http.SameSiteStrictMode}, cookie.SameSite)
	require.Equal(t, "/", cookie.Path)
	require.Positive(t, cookie.MaxAge, "the cookie outlives the browser")

	withCookie := []string{"Cookie", "larder_session=" + cookie.Value}
	s.Client().Do(t, http.MethodGet, "/api/session", nil, withCookie...).Want(t, http.StatusOK)
	gone := s.Client().Do(t, http.MethodDelete, "/api/session", nil, withCookie...).Want(t, http.StatusNoContent)
	require.Negative(t, sessionCookie(t, gone).MaxAge, "a logout takes the cookie away")
	s.Client().Do(t, http.MethodGet, "/api/session", nil, withCookie...).Want(t, http.StatusUnauthorized)
	ada.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusOK)
}

func sessionCookie(t *testing.T, answer larder.Answer) *http.Cookie {
	t.Helper()
	for _, cookie := range (&http.Response{Header: answer.Header}).Cookies() {
		if cookie.Name == "larder_session" {
			return cookie
		}
	}
	require.FailNow(t, "no cookie larder_session")
	return nil
}

// Behind TLS the cookie is Secure.
func secureCookie(t *testing.T, s *larder.Server) {
	t.Helper()
	s.AddUser(t, "secure-ada")
	login := map[string]string{"username": "secure-ada", "password": larder.Password("secure-ada")}
	answer := s.Client().Do(t, http.MethodPost, "/api/session", login, "X-Forwarded-Proto", "https")
	require.True(t, sessionCookie(t, answer.Want(t, http.StatusOK)).Secure)
	answer = s.Client().Do(t, http.MethodPost, "/api/session", login)
	require.False(t, sessionCookie(t, answer.Want(t, http.StatusOK)).Secure)
}

// Every call except login and the probes needs a session; a made-up one doesn't count.
func sessionRequired(t *testing.T, s *larder.Server) {
	t.Helper()
	stranger, liar := s.Client(), s.Client()
	liar.Token = strings.Repeat("A", 43)
	for _, call := range everyCall("0190c4f4-0000-7000-8000-000000000001") {
		for _, client := range []*larder.Client{stranger, liar} {
			client.Do(t, call.Method, call.Path, call.Body, call.Headers...).Want(t, http.StatusUnauthorized)
		}
	}
}

// everyCall is one call of each endpoint that needs a session, about one recipe.
func everyCall(id string) []larder.Request {
	recipe := larder.Named("Not mine")
	return []larder.Request{
		{Method: http.MethodGet, Path: "/api/session"},
		{Method: http.MethodDelete, Path: "/api/session"},
		{Method: http.MethodGet, Path: "/api/sessions"},
		{Method: http.MethodDelete, Path: "/api/sessions"},
		{Method: http.MethodDelete, Path: "/api/sessions/" + strings.Repeat("a", 32)},
		{Method: http.MethodPut, Path: "/api/account/password", Body: map[string]any{"old": "x", "new": "a long password"}},
		{Method: http.MethodPost, Path: "/api/recipes", Body: recipe},
		{Method: http.MethodPut, Path: "/api/recipes/" + id, Body: recipe, Headers: []string{"If-Match", `"1"`}},
		{Method: http.MethodDelete, Path: "/api/recipes/" + id},
		{Method: http.MethodPost, Path: "/api/recipes/" + id + "/grocery", Body: map[string]any{}},
		{Method: http.MethodPost, Path: "/api/ingredients/parse", Body: map[string]any{"lines": []string{"salt"}}},
		{Method: http.MethodGet, Path: "/api/recipes"},
		{Method: http.MethodGet, Path: "/api/tags"},
		{Method: http.MethodGet, Path: "/api/foods"},
		{Method: http.MethodGet, Path: "/api/recipes/" + id},
		{Method: http.MethodGet, Path: "/api/changes?since=0"},
		{Method: http.MethodGet, Path: "/api/events"},
	}
}

// A password change, disabling or deletion ends every session of that user at once, and nobody
// else's.
func sessionsEnd(t *testing.T, s *larder.Server) {
	t.Helper()
	other := s.AddUser(t, "ends-other")
	ends := map[string]func(name string){
		"ends-password": func(name string) {
			s.MustRun(t, "another secret of the kitchen\n", "user", "set-password", name, "--password-stdin")
			refused(t, s, name, larder.Password(name))
			larder.Login(t, s.URL(), name, "another secret of the kitchen")
		},
		"ends-disabled": func(name string) {
			s.MustRun(t, "", "user", "disable", name)
			refused(t, s, name, larder.Password(name))
			s.MustRun(t, "", "user", "enable", name)
			s.Login(t, name)
		},
		"ends-deleted": func(name string) {
			s.MustRun(t, "", "user", "delete", name)
			refused(t, s, name, larder.Password(name))
		},
	}
	for name, end := range ends {
		phone := s.AddUser(t, name)
		laptop := s.Login(t, name)
		end(name)
		phone.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusUnauthorized)
		laptop.Do(t, http.MethodGet, "/api/recipes", nil).Want(t, http.StatusUnauthorized)
		laptop.Do(t, http.MethodPost, "/api/recipes", larder.Named("Late")).Want(t, http.StatusUnauthorized)
	}
	other.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusOK)
}

func refused(t *testing.T, s *larder.Server, name, password string) {
	t.Helper()
	login := map[string]string{"username": name, "password": password}
	s.Client().Do(t, http.MethodPost, "/api/session", login).Want(t, http.StatusUnauthorized)
}

// Sessions survive a restart and a kill -9, even one whose login was only just answered.
func TestSessionsOutliveTheServer(t *testing.T) {
	t.Parallel()
	s := larder.Start(t)
	ada := s.AddUser(t, "ada")
	ended := s.Login(t, "ada")
	ended.Do(t, http.MethodDelete, "/api/session", nil).Want(t, http.StatusNoContent)

	s.Restart(t)
	ada.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusOK)

	late := s.Login(t, "ada")
	late.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusOK)
	lost := s.Login(t, "ada")
	lost.Do(t, http.MethodDelete, "/api/session", nil).Want(t, http.StatusNoContent)
	s.Kill9(t)
	s.Start(t)
	ada.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusOK)
	late.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusOK)
	ended.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusUnauthorized)
	lost.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusUnauthorized)

	// A password change before the kill applies after it.
	s.MustRun(t, "another secret of the kitchen\n", "user", "set-password", "ada", "--password-stdin")
	s.Kill9(t)
	s.Start(t)
	ada.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusUnauthorized)
}

// Guessing at many names from one address is slowed too.
func TestLoginsAreLimitedByAddress(t *testing.T) {
	t.Parallel()
	s := larder.Start(t)
	names := func(i int) string { return "somebody-" + strings.Repeat("x", i) }
	limited := guessUntilLimited(t, s, names, 120)
	require.NotEmpty(t, limited.Header.Get("Retry-After"))
}

func guessUntilLimited(t *testing.T, s *larder.Server, name func(int) string, most int) larder.Answer {
	t.Helper()
	client := s.Client()
	for i := range most {
		answer := client.Do(t, http.MethodPost, "/api/session", map[string]string{"username": name(i), "password": "wrong"})
		if answer.Status == http.StatusTooManyRequests {
			return answer.Want(t, http.StatusTooManyRequests)
		}
		answer.Want(t, http.StatusUnauthorized)
	}
	require.FailNow(t, "guessing is not limited", "%d guesses", most)
	return larder.Answer{}
}

// A browser at the one web origin may call with its cookie; any other site's page can neither read
// nor write.
func TestOnlyTheOneOriginIsAdmitted(t *testing.T) {
	t.Parallel()
	const origin = "https://larder.example"
	s := larder.Start(t, "LARDER_ORIGIN="+origin)
	ada := s.AddUser(t, "ada")
	created, _ := ada.Create(t, larder.Named("Leek soup"))

	answer := ada.Get(t, created.ID, "Origin", origin).Want(t, http.StatusOK)
	require.Equal(t, origin, answer.Header.Get("Access-Control-Allow-Origin"))
	require.Equal(t, "true", answer.Header.Get("Access-Control-Allow-Credentials"))
	require.Contains(t, answer.Header.Values("Vary"), "Origin")
	require.Contains(t, answer.Header.Get("Access-Control-Expose-Headers"), "Larder-After")

	preflight := []string{"Origin", origin, "Access-Control-Request-Method", "PUT"}
	answer = ada.Do(t, http.MethodOptions, "/api/recipes/"+created.ID, nil, preflight...)
	require.Less(t, answer.Status, 300)
	require.Contains(t, answer.Header.Get("Access-Control-Allow-Methods"), "PUT")
	for _, header := range []string{"Idempotency-Key", "If-Match", "If-None-Match", "Larder-After", "Content-Type", "Authorization"} {
		require.Contains(t, answer.Header.Get("Access-Control-Allow-Headers"), header)
	}

	for _, other := range []string{"https://evil.example", "http://larder.example", "https://larder.example.evil.example", "null"} {
		require.Empty(t, ada.Get(t, created.ID, "Origin", other).Header.Get("Access-Control-Allow-Origin"), other)
		preflight[1] = other
		answer = ada.Do(t, http.MethodOptions, "/api/recipes/"+created.ID, nil, preflight...)
		require.Empty(t, answer.Header.Get("Access-Control-Allow-Origin"), other)
	}

	crossSite := []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}
	ada.Do(t, http.MethodPost, "/api/recipes", larder.Named("Forged"), crossSite...).Want(t, http.StatusForbidden)
	ada.Do(t, http.MethodDelete, "/api/recipes/"+created.ID, nil, crossSite...).Want(t, http.StatusForbidden)
	s.Client().Do(t, http.MethodPost, "/api/session", map[string]string{
		"username": "ada", "password": larder.Password("ada"),
	}, crossSite...).Want(t, http.StatusForbidden)
	ada.Do(t, http.MethodPost, "/api/recipes", larder.Named("Meant"),
		"Sec-Fetch-Site", "cross-site", "Origin", origin).Want(t, http.StatusCreated)
	require.Equal(t, []string{"Leek soup", "Meant"}, ada.Search(t).Names())
}

// The cookie works as a browser stores it, without our help.
func browserCookie(t *testing.T, s *larder.Server) {
	t.Helper()
	s.AddUser(t, "browser-ada")
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser := &http.Client{Jar: jar, Timeout: time.Minute}
	body := strings.NewReader(`{"username":"browser-ada","password":"` + larder.Password("browser-ada") + `"}`)
	response, err := browser.Post(s.URL()+"/api/session", "application/json", body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	address, err := url.Parse(s.URL())
	require.NoError(t, err)
	require.Len(t, jar.Cookies(address), 1)
	response, err = browser.Get(s.URL() + "/api/recipes")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
}
