package redisserver

import (
	"iter"
	"maps"
	"slices"
	"time"
)

// change is one effect on a kept key, as journaled. Strings are []byte, since JSON would replace
// invalid UTF-8.
type change struct {
	Verb     verb     `json:"verb"`
	Key      []byte   `json:"key,omitempty"`
	Value    []byte   `json:"value,omitempty"`
	Members  [][]byte `json:"members,omitempty"`
	Deadline int64    `json:"deadline,omitempty"` // expiry in Unix milliseconds; 0 is never
}

// verb is the kind of a change.
type verb string

// The effects of the supported commands.
const (
	verbSet     verb = "set"     // set Key to Value, until Deadline
	verbReplace verb = "replace" // set Key to Value, keeping its deadline
	verbDelete  verb = "delete"  // delete Key
	verbExpire  verb = "expire"  // give Key, if it exists, Deadline
	verbAdd     verb = "add"     // add Members to the set Key
	verbRemove  verb = "remove"  // remove Members from the set Key
	verbClear   verb = "clear"   // delete all keys
)

// entry is a kept key's content: a set if members isn't nil, else a string.
type entry struct {
	value    string
	members  map[string]struct{}
	deadline int64 // Unix milliseconds; 0 is never
}

// list returns the members, sorted.
func (e entry) list() []string { return slices.Sorted(maps.Keys(e.members)) }

// left is the remaining TTL; 0 if it never expires. Call it for a live entry.
func (e entry) left(now time.Time) time.Duration {
	if e.deadline == 0 {
		return 0
	}
	return time.UnixMilli(e.deadline).Sub(now)
}

func (e entry) expired(now time.Time) bool {
	return e.deadline != 0 && e.deadline <= now.UnixMilli()
}

// state holds the kept keys. It follows the server's rules for the few supported write commands, at
// the journaled times: replay applies each change as of when it was made, because a set whose first
// deadline has passed may have been given a later one in time.
type state struct{ entries map[string]entry }

func newState() *state { return &state{entries: map[string]entry{}} }

// living returns the unexpired entries, sorted by name.
func (s *state) living(now time.Time) iter.Seq2[string, entry] {
	return func(yield func(string, entry) bool) {
		for _, name := range slices.Sorted(maps.Keys(s.entries)) {
			if found := s.entries[name]; !found.expired(now) && !yield(name, found) {
				return
			}
		}
	}
}

// forgetExpired frees expired entries.
func (s *state) forgetExpired(now time.Time) {
	maps.DeleteFunc(s.entries, func(_ string, found entry) bool { return found.expired(now) })
}

// get returns a live entry.
func (s *state) get(name string, now time.Time) (entry, bool) {
	found, ok := s.entries[name]
	if !ok || found.expired(now) {
		return entry{}, false
	}
	return found, true
}

// apply makes the changes as of the given time.
func (s *state) apply(changes []change, now time.Time) {
	for _, change := range changes {
		s.applyOne(change, now)
	}
}

func (s *state) applyOne(c change, now time.Time) {
	name := string(c.Key)
	if found, ok := s.entries[name]; ok && found.expired(now) {
		delete(s.entries, name)
	}
	switch c.Verb {
	case verbSet:
		s.put(name, entry{value: string(c.Value), deadline: c.Deadline}, now)
	case verbReplace:
		s.put(name, entry{value: string(c.Value), deadline: s.entries[name].deadline}, now)
	case verbDelete:
		delete(s.entries, name)
	case verbExpire:
		s.expire(name, c.Deadline, now)
	case verbAdd:
		s.add(name, c.Members)
	case verbRemove:
		s.remove(name, c.Members)
	case verbClear:
		clear(s.entries)
	}
}

func (s *state) put(name string, content entry, now time.Time) {
	if content.expired(now) {
		delete(s.entries, name)
		return
	}
	s.entries[name] = content
}

func (s *state) expire(name string, deadline int64, now time.Time) {
	found, ok := s.entries[name]
	if !ok {
		return
	}
	found.deadline = deadline
	s.put(name, found, now)
}

// add ignores a string, since the server refuses that.
func (s *state) add(name string, members [][]byte) {
	found, ok := s.entries[name]
	if ok && found.members == nil {
		return
	}
	if !ok {
		found.members = map[string]struct{}{}
	}
	for _, member := range members {
		found.members[string(member)] = struct{}{}
	}
	s.entries[name] = found
}

// remove deletes the key with its last member.
func (s *state) remove(name string, members [][]byte) {
	found, ok := s.entries[name]
	if !ok || found.members == nil {
		return
	}
	for _, member := range members {
		delete(found.members, string(member))
	}
	if len(found.members) == 0 {
		delete(s.entries, name)
	}
}

// changes returns the changes that create an entry.
func (e entry) changes(name string) []change {
	if e.members == nil {
		return []change{{Verb: verbSet, Key: []byte(name), Value: []byte(e.value), Deadline: e.deadline}}
	}
	made := []change{
		{Verb: verbDelete, Key: []byte(name)},
		{Verb: verbAdd, Key: []byte(name), Members: byteSlices(e.list())},
	}
	if e.deadline != 0 {
		made = append(made, change{Verb: verbExpire, Key: []byte(name), Deadline: e.deadline})
	}
	return made
}

func byteSlices(texts []string) [][]byte {
	raw := make([][]byte, len(texts))
	for i, text := range texts {
		raw[i] = []byte(text)
	}
	return raw
}
