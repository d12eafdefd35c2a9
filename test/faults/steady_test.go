package faults_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"larder.dev/test/larder"
)

// A request's deadline, and the network overhead on a busy machine.
const (
	deadline = 5 * time.Second
	slack    = time.Second
)

// think is a cook's pause between two rounds of requests.
const think = 50 * time.Millisecond

// kindOf is a kind of request that a fault may affect.
type kindOf string

const (
	write  kindOf = "write"
	detail kindOf = "detail"
	search kindOf = "search"
)

// steady is a cook who continues through a fault like a good client: it resends what was refused,
// or got no answer, until it is answered. Between writes it reads, and checks every answer against
// what it knows.
type steady struct {
	*cook

	others   *strangers
	think    time.Duration
	every    time.Duration // how often a round begins, however long the last one took; 0 for whenever a think is over
	allowed  allowance
	tally    tally
	answered atomic.Int64 // acknowledged writes
}

// allowance is what a fault may do to requests: refuse them with 503 and Retry-After, or leave them
// unanswered since their process is gone. Everything else is wrong. A backup and the cache that
// answer for a primary may lag by what was acknowledged just before.
type allowance struct {
	refused, unanswered []kindOf
	behind              bool
	loggedOut           bool // sessions are gone: clients told so log in again
}

// tally counts the outcomes of a cook's requests during a fault.
type tally struct {
	requests, refused, unanswered int
	longest                       time.Duration
	wrong                         []string
}

// work continues until told to stop, and then until the last write is answered, or patience ends.
func (s *steady) work(stop <-chan struct{}) {
	due := time.Now()
	for turn := 0; s.broken == nil; turn++ {
		pause := s.think
		if s.every > 0 {
			due = due.Add(s.every)
			pause = max(0, time.Until(due))
			due = time.Now().Add(pause) // what an outage held up isn't made up for
		}
		select {
		case <-stop:
			s.finish()
			return
		case <-time.After(pause):
		}
		if s.pending == nil {
			s.pending = s.next()
		}
		s.write()
		switch turn % 4 {
		case 0:
			s.readOwn()
		case 1:
			s.find()
		case 2:
			s.pry()
		}
	}
}

func (s *steady) finish() {
	for patience := time.Now().Add(time.Minute); s.pending != nil && s.broken == nil; {
		if time.Now().After(patience) {
			s.broken = fmt.Errorf("%s %s is still refused a minute after the fault", s.pending.request.Method, s.pending.request.Path)
			return
		}
		s.write()
		<-time.After(think)
	}
}

func (s *steady) write() {
	sent := s.pending
	answer, ok := s.ask(write, sent.request)
	if !ok {
		return
	}
	s.take(answer)
	if s.pending == nil && sent.done != nil {
		s.answered.Add(1)
	}
	for id := range s.recipes {
		s.others.tell(s.client.User.ID, id)
		break
	}
}

// ask sends a request. It isn't ok if the use case didn't answer; that is checked against what the
// fault allows.
func (s *steady) ask(kind kindOf, request larder.Request) (answer larder.Answer, ok bool) {
	s.tally.requests++
	began := time.Now()
	answer, err := s.client.Try(request)
	took := time.Since(began)
	if err != nil {
		s.tally.unanswered++
		s.unlessf(s.allowed.unanswered, kind, "%s %s: %v", request.Method, request.Path, err)
		return answer, false
	}
	s.tally.longest = max(s.tally.longest, took)
	if answer.Status == http.StatusUnauthorized && s.allowed.loggedOut {
		s.tally.refused++
		s.logIn()
		return answer, false
	}
	if took > deadline+slack && len(s.allowed.unanswered) == 0 {
		s.wrongf("%s %s: %d after %s", request.Method, request.Path, answer.Status, took)
	}
	if answer.Status < http.StatusInternalServerError && answer.Status != http.StatusUnauthorized {
		return answer, true
	}
	s.tally.refused++
	if answer.Status != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		s.wrongf("%s %s: %d, Retry-After %q: %s", request.Method, request.Path, answer.Status,
			answer.Header.Get("Retry-After"), answer.Body)
		return answer, false
	}
	s.unlessf(s.allowed.refused, kind, "%s %s: refused after %s: %s", request.Method, request.Path, took, answer.Body)
	return answer, false
}

// logIn gets a new session. If it fails, the next request tries again.
func (s *steady) logIn() {
	name := s.client.User.Name
	answer, err := s.client.Try(larder.Request{
		Method: http.MethodPost, Path: "/api/session",
		Body: map[string]string{"username": name, "password": larder.Password(name)},
	})
	var session larder.Session
	if err == nil && answer.Status == http.StatusOK && json.Unmarshal(answer.Body, &session) == nil {
		s.client.Token = session.Token
	}
}

func (s *steady) unlessf(allowed []kindOf, kind kindOf, format string, args ...any) {
	if !slices.Contains(allowed, kind) {
		s.wrongf(format, args...)
	}
}

func (s *steady) wrongf(format string, args ...any) {
	s.tally.wrong = append(s.tally.wrong, time.Now().Format("05.000 ")+fmt.Sprintf(format, args...))
}

// readOwn reads a recipe that only this cook writes: it matches the last write.
func (s *steady) readOwn() {
	id, d := s.any()
	if d == nil || (s.pending != nil && s.pending.id == id) {
		return
	}
	answer, ok := s.ask(detail, larder.Request{
		Method: http.MethodGet, Path: "/api/recipes/" + id, Headers: []string{"Larder-After", fmt.Sprintf("%s@%d", id, d.version)},
	})
	if !ok {
		return
	}
	recipe, err := answer.TryRecipe()
	switch {
	case answer.Status == http.StatusOK && err == nil && s.allowed.behind && recipe.Version < d.version:
	case answer.Status != http.StatusOK || err != nil:
		s.wrongf("the own recipe %s@%d: %d %s", id, d.version, answer.Status, answer.Body)
	case recipe.Version != d.version || recipe.Name != d.name:
		s.wrongf("the own recipe %s@%d, %q: got version %d, %q by %s",
			id, d.version, d.name, recipe.Version, recipe.Name, answer.Header.Get("Larder-Served-By"))
	}
}

// find searches for a word that all users' names contain.
func (s *steady) find() {
	answer, ok := s.ask(search, larder.Request{Method: http.MethodGet, Path: "/api/recipes?q=dish&limit=20"})
	if !ok {
		return
	}
	var page larder.Page
	if err := json.Unmarshal(answer.Body, &page); err != nil || answer.Status != http.StatusOK {
		s.wrongf("a search: %d %s", answer.Status, answer.Body)
		return
	}
	for _, item := range page.Items {
		if !strings.HasSuffix(item.Name, s.of()) {
			s.wrongf("%s found %q", s.client.User.Name, item.Name)
		}
	}
}

// pry requests another user's recipe.
func (s *steady) pry() {
	id := s.others.someoneElses(s.client.User.ID)
	if id == "" {
		return
	}
	answer, ok := s.ask(detail, larder.Request{Method: http.MethodGet, Path: "/api/recipes/" + id})
	if ok && answer.Status != http.StatusNotFound {
		s.wrongf("another's recipe %s: %d %s", id, answer.Status, answer.Body)
	}
}

// strangers know one recipe of each user.
type strangers struct {
	mu      sync.Mutex
	recipes map[string]string // user's id → recipe's id
}

func (s *strangers) tell(user, recipe string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recipes[user] = recipe
}

func (s *strangers) someoneElses(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for owner, recipe := range s.recipes {
		if owner != user {
			return recipe
		}
	}
	return ""
}
