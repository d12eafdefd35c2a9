package redisserver

import (
	"iter"
	"maps"
	"slices"
	"time"
)

// change is one effect on a kept key, as the journal has it. Strings are []byte there, since JSON
// would replace the bytes that aren't UTF-8.
type change struct {
	Verb     verb     `json:"verb"`
	Key      []byte   `json:"key,omitempty"`
	Value    []byte   `json:"value,omitempty"`
	Members  [][]byte `json:"members,omitempty"`
	Deadline int64    `json:"deadline,omitempty"` // when the key expires, in Unix milliseconds; 0 is never
}

// verb says what a change does.
type verb string

// The effects that the supported commands have.
const (
	verbSet     verb = "set"     // Key is Value, until Deadline
	verbReplace verb = "replace" // Key is Value, and keeps the deadline that it has
	verbDelete  verb = "delete"  // Key is gone
	verbExpire  verb = "expire"  // Key, if it is there, has Deadline
	verbAdd     verb = "add"     // the set Key gets Members
	verbRemove  verb = "remove"  // the set Key loses Members
	verbClear   verb = "clear"   // all keys are gone
)

// entry is a kept key's content: a set where members isn't nil, else a string.
type entry struct {
	value    string
	members  map[string]struct{}
	deadline int64 // Unix milliseconds; 0 is never
}

// list returns the members in order.
func (e entry) list() []string { return slices.Sorted(maps.Keys(e.members)) }

// left is the time to live; 0 if it has no end. Call it for a living entry.
func (e entry) left(now time.Time) time.Duration {
	if e.deadline == 0 {
		return 0
	}
	return time.UnixMilli(e.deadline).Sub(now)
}

func (e entry) expired(now time.Time) bool {
	return e.deadline != 0 && e.deadline <= now.UnixMilli()
}

// state is what the kept keys hold. It follows the server's rules for the few commands that may write
// them, with times of its own: on a replay each change is applied at the time when it was made. A set
// whose first deadline has passed by now may have been given a later one before.
type state struct{ entries map[string]entry }

func newState() *state { return &state{entries: map[string]entry{}} }

// living returns the entries that haven't expired, in the order of their names.
func (s *state) living(now time.Time) iter.Seq2[string, entry] {
	return func(yield func(string, entry) bool) {
		for _, name := range slices.Sorted(maps.Keys(s.entries)) {
			if found := s.entries[name]; !found.expired(now) && !yield(name, found) {
				return
			}
		}
	}
}

// forgetExpired frees the memory of what has expired.
func (s *state) forgetExpired(now time.Time) {
	maps.DeleteFunc(s.entries, func(_ string, found entry) bool { return found.expired(now) })
}

// get returns a living entry.
func (s *state) get(name string, now time.Time) (entry, bool) {
	found, ok := s.entries[name]
	if !ok || found.expired(now) {
		return entry{}, false
	}
	return found, true
}

// apply makes the changes at the given time.
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

// add does nothing to a string, as the server refuses that.
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

// remove takes the key away with its last member.
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

// changes returns what makes an entry from nothing.
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
