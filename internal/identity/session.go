package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"larder.dev/internal/redis"
)

// ErrNoSession means that a token has no session: it was never issued, was ended, or has expired.
// Every other error means that the store is unreachable.
var ErrNoSession = errors.New("there is no such session")

const (
	// Lifetime is how long a session lasts without use.
	Lifetime = 30 * 24 * time.Hour
	// MaxAge is how long a session lasts at most, even in use: otherwise a copied token would work
	// for ever.
	MaxAge = 365 * 24 * time.Hour
	// renewEvery limits how often a session's use is recorded. Recording each use would turn every
	// read into a disk write.
	renewEvery = time.Hour

	sessionPrefix = "session:"  // + SHA-256 of the token → a record
	ownerPrefix   = "sessions:" // + user → the hashes of the user's sessions

	// RoomKey belongs to no session: if it can't be written, no session can be stored either.
	RoomKey    = sessionPrefix + "room"
	tokenBytes = 32
	maxAgent   = 200
	idLength   = 32 // hash characters, 128 bits: no two sessions share an id
)

// IsSessionKey reports whether a restart must keep a Redis key.
func IsSessionKey(key string) bool {
	return strings.HasPrefix(key, sessionPrefix) || strings.HasPrefix(key, ownerPrefix)
}

// Session is one login, for display. Nothing in it authorises anyone.
type Session struct {
	ID        string // EndOne takes it
	User      User
	CreatedAt time.Time
	SeenAt    time.Time // accurate to the hour
	Agent     string    // the browser's User-Agent
}

// record is the value under a session's key. It only changes with the user's rights: the last use
// follows from the key's remaining TTL.
type record struct {
	User      User      `json:"user"`
	Began     User      `json:"began"` // User as of the login
	CreatedAt time.Time `json:"created_at"`
	Agent     string    `json:"agent"`
}

// isOver reports whether a session has reached MaxAge. Its key expires separately.
func (r record) isOver(now time.Time) bool { return now.Sub(r.CreatedAt) >= MaxAge }

// Sessions keeps the sessions in Redis. The store holds only a token's hash, never the token:
// reading the store doesn't allow a login. Session keys are only written with SET, DEL, EXPIRE,
// SADD and SREM, which the embedded server persists across a restart.
type Sessions struct {
	redis *redis.Client
	seen  *recent
	bound int // 0 for unlimited
}

// NewSessions returns the sessions stored in a Redis.
func NewSessions(client *redis.Client) *Sessions {
	return &Sessions{redis: client, seen: newRecent(renewEvery)}
}

// Bound limits each user's sessions: at the limit, a new one ends the least recently used. So a
// login's cost doesn't depend on how many there were. 0 is unlimited. Call it before the sessions
// are used.
func (s *Sessions) Bound(sessions int) { s.bound = sessions }

// Create begins a session and returns its token. agent is the caller's User-Agent.
func (s *Sessions) Create(ctx context.Context, user User, agent string) (token string, err error) {
	token = newToken()
	key := keyOf(token)
	value, err := json.Marshal(record{User: user, Began: user, CreatedAt: time.Now().UTC(), Agent: clip(agent)})
	if err != nil {
		return "", fmt.Errorf("write a session of user %s: %w", user.ID, err)
	}
	if err := s.makeRoom(ctx, user.ID); err != nil {
		return "", err
	}
	err = s.redis.Tx(ctx, func(tx *redis.Tx) error {
		tx.Set(key, value, Lifetime)
		tx.SAdd(ownerPrefix+user.ID, strings.TrimPrefix(key, sessionPrefix))
		tx.Expire(ownerPrefix+user.ID, Lifetime)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("begin a session of user %s: %w", user.ID, err)
	}
	s.seen.note(key, time.Now())
	return token, nil
}

// Verify returns a token's user, or ErrNoSession. Occasionally it records that the session is in
// use.
func (s *Sessions) Verify(ctx context.Context, token string) (User, error) {
	user, _, err := s.verify(ctx, token)
	return user, err
}

func (s *Sessions) verify(ctx context.Context, token string) (user User, renewed bool, err error) {
	if !isToken(token) {
		return User{}, false, ErrNoSession
	}
	key := keyOf(token)
	value, found, err := s.redis.Get(ctx, key)
	if err != nil {
		return User{}, false, fmt.Errorf("verify a session: %w", err)
	}
	if !found {
		return User{}, false, ErrNoSession
	}
	var r record
	if err := json.Unmarshal(value, &r); err != nil {
		return User{}, false, fmt.Errorf("read a session: %w", err)
	}
	if r.isOver(time.Now()) {
		return User{}, false, ErrNoSession
	}
	if !s.seen.isDue(key, time.Now()) {
		return r.User, false, nil
	}
	return r.User, s.renew(ctx, key, r.User.ID), nil
}

// renew restores a session's full lifetime. EXPIRE does nothing to a missing key, so a session
// ended meanwhile stays ended. A failure is no reason to refuse the caller.
func (s *Sessions) renew(ctx context.Context, key, user string) bool {
	err := s.redis.Tx(ctx, func(tx *redis.Tx) error {
		tx.Expire(key, Lifetime)
		tx.Expire(ownerPrefix+user, Lifetime)
		return nil
	})
	if err != nil {
		return false
	}
	s.seen.note(key, time.Now())
	return true
}

// End ends a token's session, if there is one.
func (s *Sessions) End(ctx context.Context, token string) error {
	if !isToken(token) {
		return nil
	}
	key := keyOf(token)
	if _, err := s.redis.Del(ctx, key); err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

// EndOne ends a user's session by its id from List, or returns ErrNoSession, also for another
// user's.
func (s *Sessions) EndOne(ctx context.Context, user, id string) error {
	hashes, err := s.hashes(ctx, user)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(hashes, func(hash string) bool { return idOf(hash) == id })
	if i < 0 {
		return ErrNoSession
	}
	ended, err := s.redis.Del(ctx, sessionPrefix+hashes[i])
	if err != nil {
		return fmt.Errorf("end session %s of user %s: %w", id, user, err)
	}
	if err := s.forget(ctx, user, hashes[i:i+1]); err != nil {
		return err
	}
	if ended == 0 { // it had expired
		return ErrNoSession
	}
	return nil
}

// EndAll ends all of a user's sessions and returns how many there were.
func (s *Sessions) EndAll(ctx context.Context, user string) (int, error) {
	return s.EndOthers(ctx, user, "")
}

// EndOthers ends all of a user's sessions but the one of a token, and returns how many there were.
func (s *Sessions) EndOthers(ctx context.Context, user, token string) (int, error) {
	hashes, err := s.hashes(ctx, user)
	if err != nil {
		return 0, err
	}
	hashes = slices.DeleteFunc(hashes, func(hash string) bool { return hash == hashOf(token) })
	if len(hashes) == 0 {
		return 0, nil
	}
	ended, err := s.redis.Del(ctx, keysOf(hashes)...)
	if err != nil {
		return 0, fmt.Errorf("end the sessions of user %s: %w", user, err)
	}
	// Remove them singly: deleting the set could lose a new session, which nothing could then end.
	return ended, s.forget(ctx, user, hashes)
}

// EndBegunBefore ends a user's sessions begun before the account's given state, and returns how
// many there were. Later ones stay: a slow change must not end sessions that a later change
// admitted.
func (s *Sessions) EndBegunBefore(ctx context.Context, user User) (int, error) {
	hashes, err := s.hashes(ctx, user.ID)
	if err != nil || len(hashes) == 0 {
		return 0, err
	}
	records, err := s.records(ctx, user.ID, hashes)
	if err != nil {
		return 0, err
	}
	old := slices.DeleteFunc(hashes, func(hash string) bool {
		r, lives := records[hash]
		return lives && !r.Began.olderThan(user)
	})
	ended, err := s.redis.Del(ctx, keysOf(old)...)
	if err != nil {
		return 0, fmt.Errorf("end the sessions of user %s: %w", user.ID, err)
	}
	return ended, s.forget(ctx, user.ID, old)
}

// Continue lets a token's session go on as one that began with this state of the account, so that
// EndBegunBefore leaves it. A session that was ended stays ended.
func (s *Sessions) Continue(ctx context.Context, token string, user User) error {
	key := keyOf(token)
	err := s.redis.Update(ctx, []string{key}, func(values [][]byte, tx *redis.Tx) error {
		if values[0] == nil {
			return nil
		}
		var r record
		if err := json.Unmarshal(values[0], &r); err != nil {
			return fmt.Errorf("read a session: %w", err)
		}
		if r.User.ID != user.ID || user.olderThan(r.User) {
			return nil
		}
		r.User, r.Began = user, user
		value, err := json.Marshal(r)
		if err == nil {
			tx.Replace(key, value)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("continue a session of user %s: %w", user.ID, err)
	}
	return nil
}

// Refresh updates the rights in each of a user's sessions that has an older state of the account,
// and returns how many sessions there are. Two concurrent changes may arrive in either order: the
// later one wins. A session ended meanwhile stays ended.
func (s *Sessions) Refresh(ctx context.Context, user User) (int, error) {
	hashes, err := s.hashes(ctx, user.ID)
	if err != nil {
		return 0, err
	}
	refreshed := 0
	keys := keysOf(hashes)
	err = s.redis.Update(ctx, keys, func(values [][]byte, tx *redis.Tx) error {
		refreshed = 0
		for i, value := range values {
			if value == nil {
				continue
			}
			refreshed++
			value, older, err := withUser(value, user)
			if err != nil {
				return err
			}
			if older {
				tx.Replace(keys[i], value)
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("refresh the sessions of user %s: %w", user.ID, err)
	}
	return refreshed, nil
}

// withUser replaces a session's user, unless the session has a later state of the account.
func withUser(value []byte, user User) (changed []byte, older bool, err error) {
	var r record
	if err := json.Unmarshal(value, &r); err != nil {
		return nil, false, fmt.Errorf("read a session: %w", err)
	}
	if user.olderThan(r.User) || user == r.User {
		return nil, false, nil
	}
	r.User = user
	changed, err = json.Marshal(r)
	return changed, true, err
}

// List returns a user's sessions, newest first.
func (s *Sessions) List(ctx context.Context, user string) ([]Session, error) {
	hashes, err := s.hashes(ctx, user)
	if err != nil || len(hashes) == 0 {
		return nil, err
	}
	records, err := s.records(ctx, user, hashes)
	if err != nil {
		return nil, err
	}
	left, err := s.redis.TTLs(ctx, keysOf(hashes)...)
	if err != nil {
		return nil, fmt.Errorf("list the sessions of user %s: %w", user, err)
	}
	sessions := make([]Session, 0, len(records))
	for i, hash := range hashes {
		r, lives := records[hash]
		if !lives {
			continue
		}
		seen := time.Now().UTC().Add(left[i] - Lifetime)
		sessions = append(sessions, Session{
			ID: idOf(hash), User: r.User, CreatedAt: r.CreatedAt, SeenAt: seen, Agent: r.Agent,
		})
	}
	slices.SortFunc(sessions, func(a, b Session) int { return b.CreatedAt.Compare(a.CreatedAt) })
	lapsed := slices.DeleteFunc(hashes, func(hash string) bool { _, lives := records[hash]; return lives })
	return sessions, s.forget(ctx, user, lapsed)
}

func (s *Sessions) hashes(ctx context.Context, user string) ([]string, error) {
	hashes, err := s.redis.SMembers(ctx, ownerPrefix+user)
	if err != nil {
		return nil, fmt.Errorf("list the sessions of user %s: %w", user, err)
	}
	return hashes, nil
}

// records returns the records of those sessions that are live, by hash.
func (s *Sessions) records(ctx context.Context, user string, hashes []string) (map[string]record, error) {
	values, err := s.redis.MGet(ctx, keysOf(hashes)...)
	if err != nil {
		return nil, fmt.Errorf("read the sessions of user %s: %w", user, err)
	}
	records := make(map[string]record, len(hashes))
	for i, value := range values {
		if value == nil {
			continue
		}
		var r record
		if err := json.Unmarshal(value, &r); err != nil {
			return nil, fmt.Errorf("read a session of user %s: %w", user, err)
		}
		if !r.isOver(time.Now()) {
			records[hashes[i]] = r
		}
	}
	return records, nil
}

func (s *Sessions) forget(ctx context.Context, user string, hashes []string) error {
	if err := s.redis.SRem(ctx, ownerPrefix+user, hashes...); err != nil {
		return fmt.Errorf("forget sessions of user %s: %w", user, err)
	}
	return nil
}

func newToken() string {
	var bytes [tokenBytes]byte
	_, _ = rand.Read(bytes[:]) // it never fails: without randomness the program exits
	return base64.RawURLEncoding.EncodeToString(bytes[:])
}

// isToken rejects what can't be a token before asking the store.
func isToken(token string) bool {
	return len(token) == base64.RawURLEncoding.EncodedLen(tokenBytes)
}

func keyOf(token string) string { return sessionPrefix + hashOf(token) }

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// idOf returns a session's public id. It is truncated so that it isn't a store key.
func idOf(hash string) string { return hash[:min(len(hash), idLength)] }

// IDOf returns the id of a token's session.
func IDOf(token string) string { return idOf(hashOf(token)) }

func keysOf(hashes []string) []string {
	keys := make([]string, len(hashes))
	for i, hash := range hashes {
		keys[i] = sessionPrefix + hash
	}
	return keys
}

// clip shortens a User-Agent without splitting a character.
func clip(agent string) string {
	return strings.ToValidUTF8(agent[:min(len(agent), maxAgent)], "")
}
