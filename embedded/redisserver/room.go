package redisserver

import (
	"math/rand/v2"
	"time"
)

// Room bounds the memory of keys that can be restored from elsewhere, such as a cache's.
type Room struct {
	Of    func(key string) bool // reports whether a key is one; nil for none
	Bytes int                   // of their values in total; checked once a second
}

// keepRoom evicts after writes, at most once a tick, until the server stops.
func (s *Server) keepRoom() {
	for {
		select {
		case <-s.written:
		case <-s.stopping:
			return
		}
		pause := time.NewTimer(tick) // the signal precedes its write, which is done by then
		select {
		case <-pause.C:
		case <-s.stopping:
			pause.Stop()
			return
		}
		s.makeRoom()
	}
}

// makeRoom evicts random keys until the values of the rest fit, like Redis's allkeys-random, which
// needs no memory to track use.
func (s *Server) makeRoom() {
	if s.room.Of == nil {
		return
	}
	keys := s.redis.Keys()
	rand.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] }) //nolint:gosec // eviction order is no secret
	held := 0
	for _, key := range keys {
		if !s.room.Of(key) {
			continue
		}
		value, err := s.redis.Get(key)
		if err != nil {
			continue // already gone, or not a string
		}
		if held += len(value); held > s.room.Bytes {
			held -= len(value)
			s.redis.Del(key)
		}
	}
}
