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

// ErrNoSession is the error of a token that stands for no session: it was never given out, was ended, or
// has lapsed. Every other error means that the store couldn't be asked.
var ErrNoSession = errors.New("there is no such session")

const (
	// Lifetime is how long a session lasts without being used.
	Lifetime = 30 * 24 * time.Hour
	// MaxAge is how long a session lasts at most, however much it is used: a token that somebody has copied
	// would let them in for ever otherwise.
	MaxAge = 365 * 24 * time.Hour
	// renewEvery is how often the use of a session is noted. It isn't noted each time, since that would
	// make a write to the disk of every read.
	renewEvery = time.Hour

	sessionPrefix = "session:"  // + SHA-256 of the token → a record
	ownerPrefix   = "sessions:" // + user → the hashes of the user's sessions

	// RoomKey is of no session: where it can't be written, a session can't be kept either.
	RoomKey    = sessionPrefix + "room"
	tokenBytes = 32
	maxAgent   = 200
	idLength   = 32 // characters of a hash, which are 128 bits: no two sessions have the same
)

// IsSessionKey tells which Redis keys a restart must keep.
func IsSessionKey(key string) bool {
	return strings.HasPrefix(key, sessionPrefix) || strings.HasPrefix(key, ownerPrefix)
}

// Session is one login, for showing it. It has nothing in it that lets anyone in.
type Session struct {
	ID        string // by which EndOne ends it
	User      User
	CreatedAt time.Time
	SeenAt    time.Time // to within the hour
	Agent     string    // what the browser called itself
}

// record is the value under a session's key. It changes only with the user's rights: when a session was
// seen last follows from the time that its key has left to live.
type record struct {
	User      User      `json:"user"`
	Began     User      `json:"began"` // User as it was at the login
	CreatedAt time.Time `json:"created_at"`
	Agent     string    `json:"agent"`
}

// isOver tells whether a session has lasted for as long as one may. Its key lapses by itself.
func (r record) isOver(now time.Time) bool { return now.Sub(r.CreatedAt) >= MaxAge }

// Sessions keeps the sessions in Redis. The store never has a token in it, only its hash: who reads the
// store can't log in with it. Session keys are written with SET, DEL, EXPIRE, SADD and SREM alone, which
// is what the embedded server keeps over a restart.
type Sessions struct {
	redis *redis.Client
	seen  *recent
	bound int // 0 for any number
}

// NewSessions gives the sessions that are kept in a Redis.
func NewSessions(client *redis.Client) *Sessions {
	return &Sessions{redis: client, seen: newRecent(renewEvery)}
}

// Bound lets a user have so many sessions and no more: one that begins ends that which was used least lately. So a login
// costs the same however many there were. 0 is any number. It is for the time before the sessions are used.
func (s *Sessions) Bound(sessions int) { s.bound = sessions }

// Create begins a session and gives its token. agent is the User-Agent of the caller.
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

// Verify gives the user of a token, or ErrNoSession. Now and then it notes that the session is in use.
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

// renew lets a session live for its whole time again. EXPIRE does nothing to a key that is gone, so a
// session that was ended meanwhile stays ended. A failure is no reason to turn the caller away.
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

// End ends the session of a token. There may be none.
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

// EndOne ends the session of a user with an id that List gave, or gives ErrNoSession. Another user's is none.
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
	if ended == 0 { // it lapsed by itself
		return ErrNoSession
	}
	return nil
}

// EndAll ends every session of a user, and gives how many there were.
func (s *Sessions) EndAll(ctx context.Context, user string) (int, error) {
	hashes, err := s.hashes(ctx, user)
	if err != nil || len(hashes) == 0 {
		return 0, err
	}
	ended, err := s.redis.Del(ctx, keysOf(hashes)...)
	if err != nil {
		return 0, fmt.Errorf("end the sessions of user %s: %w", user, err)
	}
	// Taken out one by one: dropping the set would lose one that began just now, and nothing could end it.
	return ended, s.forget(ctx, user, hashes)
}

// EndBegunBefore ends the sessions of a user that began before the account was in the given state, and gives how many
// there were. One that began in it or later stays: a slow change must not end what a later one has let in.
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

// Refresh gives the rights of a user to each session of theirs that has those of an older state of the account, and
// gives how many sessions there are. Two changes at once may arrive here in either order: the later one stays. One
// that is ended meanwhile stays ended.
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

// withUser gives a session its user anew, unless it knows a later state of the account.
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

// List gives a user's sessions, the newest first.
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

// records gives the records of those sessions that still live, by hash.
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
	_, _ = rand.Read(bytes[:]) // it never fails: the program ends where there is no randomness
	return base64.RawURLEncoding.EncodeToString(bytes[:])
}

// isToken keeps what can't be a token from the store.
func isToken(token string) bool {
	return len(token) == base64.RawURLEncoding.EncodedLen(tokenBytes)
}

func keyOf(token string) string { return sessionPrefix + hashOf(token) }

func hashOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// idOf is what a session may be called by outside. It is not the whole hash, so that it is no key of the store.
func idOf(hash string) string { return hash[:min(len(hash), idLength)] }

// IDOf gives the id of the session of a token.
func IDOf(token string) string { return idOf(hashOf(token)) }

func keysOf(hashes []string) []string {
	keys := make([]string, len(hashes))
	for i, hash := range hashes {
		keys[i] = sessionPrefix + hash
	}
	return keys
}

// clip keeps what a browser calls itself short, and whole characters.
func clip(agent string) string {
	return strings.ToValidUTF8(agent[:min(len(agent), maxAgent)], "")
}
