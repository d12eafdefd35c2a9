package redisserver

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// errMalformed means that the server itself will refuse the command, with a better message.
var errMalformed = errors.New("malformed command")

// errUnsupported means that a kept key can't be written this way.
var errUnsupported = errors.New("kept keys are written by SET with EX or PX, DEL, EXPIRE, SADD and SREM only")

// parse returns a command's changes to kept keys, none if it touches none. Relative times become
// absolute, since the journal may be read much later.
func parse(command string, args []string, keep func(string) bool, now time.Time) ([]change, error) {
	switch command {
	case "SET":
		return parseOnKey(args, keep, func() (change, error) { return parseSet(args, now) })
	case "EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT":
		return parseOnKey(args, keep, func() (change, error) { return parseExpire(command, args, now) })
	case "SADD":
		return parseOnKey(args, keep, func() (change, error) { return membersOf(verbAdd, args), nil })
	case "SREM":
		return parseOnKey(args, keep, func() (change, error) { return membersOf(verbRemove, args), nil })
	case "DEL", "UNLINK":
		return parseDelete(args, keep), nil
	case "FLUSHALL", "FLUSHDB":
		return []change{{Verb: verbClear}}, nil
	default:
		return nil, refuseKept(args, keep)
	}
}

// parseOnKey parses a command with one key and at least one more argument, if the key is kept.
func parseOnKey(args []string, keep func(string) bool, parse func() (change, error)) ([]change, error) {
	if len(args) == 0 || !keep(args[0]) {
		return nil, nil
	}
	if len(args) < 2 {
		return nil, errMalformed
	}
	parsed, err := parse()
	if err != nil {
		return nil, err
	}
	return []change{parsed}, nil
}

func parseSet(args []string, now time.Time) (change, error) {
	set := change{Verb: verbSet, Key: []byte(args[0]), Value: []byte(args[1])}
	options := args[2:]
	if len(options) == 0 {
		return set, nil
	}
	option := strings.ToUpper(options[0])
	if option == "KEEPTTL" && len(options) == 1 {
		set.Verb = verbReplace
		return set, nil
	}
	// Only leave provably wrong options to the server: it executes some that we can't parse, such
	// as KEEPTTL XX.
	if len(options) != 2 || !slices.Contains([]string{"EX", "PX", "EXAT", "PXAT"}, option) {
		return change{}, errUnsupported
	}
	amount, err := strconv.ParseInt(options[1], 10, 64)
	if err != nil || amount <= 0 {
		return change{}, errMalformed
	}
	switch option {
	case "EX":
		set.Deadline = now.UnixMilli() + 1000*amount
	case "PX":
		set.Deadline = now.UnixMilli() + amount
	case "EXAT":
		set.Deadline = 1000 * amount
	case "PXAT":
		set.Deadline = amount
	}
	return set, nil
}

func parseExpire(command string, args []string, now time.Time) (change, error) {
	if len(args) > 2 {
		return change{}, errUnsupported
	}
	amount, err := strconv.ParseInt(args[1], 10, 64)
	if err != nil {
		return change{}, errMalformed
	}
	if command == "EXPIRE" || command == "EXPIREAT" {
		amount *= 1000
	}
	if command == "EXPIRE" || command == "PEXPIRE" {
		amount += now.UnixMilli()
	}
	// A deadline of 0 would mean never; one in the past expires the key at once, as requested.
	return change{Verb: verbExpire, Key: []byte(args[0]), Deadline: max(amount, 1)}, nil
}

func membersOf(verb verb, args []string) change {
	return change{Verb: verb, Key: []byte(args[0]), Members: byteSlices(args[1:])}
}

func parseDelete(args []string, keep func(string) bool) []change {
	var deleted []change
	for _, name := range args {
		if keep(name) {
			deleted = append(deleted, change{Verb: verbDelete, Key: []byte(name)})
		}
	}
	return deleted
}

// refuseKept treats each argument as a key: key positions vary by command, and missing one would
// lose a write.
func refuseKept(args []string, keep func(string) bool) error {
	if slices.ContainsFunc(args, keep) {
		return errUnsupported
	}
	return nil
}
