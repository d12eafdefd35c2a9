package redisserver

import (
	"math/rand/v2"
	"time"
)

// Room bounds what the server holds of keys that can be had again from elsewhere, as a cache's.
type Room struct {
	Of    func(key string) bool // tells such a key; nil for none
	Bytes int                   // of their values together; it may be more between two looks, a second apart
}

// keepRoom makes room after writes, at most once in a tick, until the server stops.
func (s *Server) keepRoom() {
	for {
		select {
		case <-s.written:
		case <-s.stopping:
			return
		}
		pause := time.NewTimer(tick) // in which others are written, and this one is: it was told of before
		select {
		case <-pause.C:
		case <-s.stopping:
			pause.Stop()
			return
		}
		s.makeRoom()
	}
}

// makeRoom takes keys away, whichever, until the values of the rest fit. It is what Redis calls
// allkeys-random, which needs no memory for each key's last use.
func (s *Server) makeRoom() {
	if s.room.Of == nil {
		return
	}
	keys := s.redis.Keys()
	rand.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] }) //nolint:gosec // which goes is no secret
	held := 0
	for _, key := range keys {
		if !s.room.Of(key) {
			continue
		}
		value, err := s.redis.Get(key)
		if err != nil {
			continue // gone since, or no string
		}
		if held += len(value); held > s.room.Bytes {
			held -= len(value)
			s.redis.Del(key)
		}
	}
}
