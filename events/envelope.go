// Package events is the language that Larder's components share: the envelope, the event types and
// their data, the subjects, and the versions with their upcasters. It imports only the standard
// library, so any program can use it to read events.
//
// asyncapi.yaml describes the same for other languages; schema/ has one JSON schema and testdata/
// one golden file for every type and version ever published.
package events

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Errors of reading an event. A reader skips and counts ErrUnknownType, stops at ErrUnknownVersion
// (a newer writer is running, and skipping would lose its changes), and parks ErrMalformed.
var (
	ErrUnknownType    = errors.New("unknown event type")
	ErrUnknownVersion = errors.New("unknown event version")
	ErrMalformed      = errors.New("malformed event")
)

// Source is the CloudEvents source of every event that the write side publishes.
const Source = "/larder/command-api"

// Header names on NATS follow the CloudEvents NATS protocol binding 1.0.3-wip in binary mode: each
// attribute, including datacontenttype, is a header with the prefix ce-. Larder's own numbers are
// also sent as extension attributes, whose names allow only letters and digits, so that CloudEvents
// libraries forward them. content-type, larder-version and larder-change repeat the values for
// readers of plain headers. The server deduplicates by Nats-Msg-Id.
const (
	HeaderSpecVersion = "ce-specversion"
	HeaderID          = "ce-id"
	HeaderSource      = "ce-source"
	HeaderType        = "ce-type"
	HeaderTime        = "ce-time"
	HeaderSubject     = "ce-subject"
	HeaderDataSchema  = "ce-dataschema"
	HeaderDataType    = "ce-datacontenttype"
	HeaderCEVersion   = "ce-larderversion"
	HeaderCEChange    = "ce-larderchange"
	HeaderContentType = "content-type"
	HeaderMsgID       = "Nats-Msg-Id"
	HeaderTraceParent = "traceparent"
	HeaderVersion     = "larder-version"
	HeaderChange      = "larder-change"
	HeaderLedger      = "larder-ledger"
	HeaderAgain       = "larder-again"
	HeaderSuperseded  = "larder-superseded"
)

const (
	specVersion  = "1.0"
	contentType  = "application/json"
	schemaPrefix = "urn:larder:schema:"
)

// Envelope is one event: the CloudEvents attributes, Larder's numbers, and the data as JSON.
type Envelope struct {
	ID            string          // unique, also the deduplication id
	Source        string          // which component wrote it
	Type          Type            // what happened
	SchemaVersion int             // version of the data's schema, from 1
	Time          time.Time       // when the change was made
	Subject       string          // the NATS subject
	Version       int64           // the recipe's (or account's) version after the change, 0 if none
	Change        int64           // the user's change number
	Ledger        int64           // the number of its row in the ledger, 0 if not given
	Again         bool            // republished to repair views: a view at this version applies it anyway
	Superseded    bool            // republished although its subject has a newer event: current-state views skip it
	TraceParent   string          // W3C trace context, or ""
	Data          json.RawMessage // the body
}

// User returns the owner's id from the subject, or "" if the subject has another shape.
func (e Envelope) User() string {
	user, err := OwnerOf(e.Subject)
	if err != nil {
		return ""
	}
	return user
}

// Headers returns the NATS headers of the event.
func (e Envelope) Headers() map[string][]string {
	h := map[string][]string{
		HeaderSpecVersion: {specVersion},
		HeaderID:          {e.ID},
		HeaderSource:      {e.Source},
		HeaderType:        {string(e.Type)},
		HeaderTime:        {e.Time.UTC().Format(time.RFC3339Nano)},
		HeaderSubject:     {ceSubject(e.Subject)},
		HeaderDataSchema:  {SchemaURN(e.Type, e.SchemaVersion)},
		HeaderDataType:    {contentType},
		HeaderCEVersion:   {strconv.FormatInt(e.Version, 10)},
		HeaderCEChange:    {strconv.FormatInt(e.Change, 10)},
		HeaderContentType: {contentType},
		HeaderMsgID:       {e.ID},
		HeaderVersion:     {strconv.FormatInt(e.Version, 10)},
		HeaderChange:      {strconv.FormatInt(e.Change, 10)},
	}
	if e.Ledger > 0 {
		h[HeaderLedger] = []string{strconv.FormatInt(e.Ledger, 10)}
	}
	if e.Again {
		h[HeaderAgain] = []string{"true"}
	}
	if e.Superseded {
		h[HeaderSuperseded] = []string{"true"}
	}
	if e.TraceParent != "" {
		h[HeaderTraceParent] = []string{e.TraceParent}
	}
	return h
}

// SchemaURN returns the CloudEvents dataschema of a type and version:
// "urn:larder:schema:recipe.created:v1".
func SchemaURN(t Type, version int) string {
	return schemaPrefix + string(t) + ":v" + strconv.Itoa(version)
}

// Parse reads an event from a NATS message. It checks only the envelope; DecodeRecipe and its
// siblings read the data. The error is ErrMalformed and names the header.
func Parse(subject string, headers map[string][]string, data []byte) (Envelope, error) {
	if _, err := OwnerOf(subject); err != nil {
		return Envelope{}, err
	}
	r := headerReader{headers: headers}
	e := Envelope{
		ID:          r.text(HeaderID),
		Source:      r.text(HeaderSource),
		Type:        Type(r.text(HeaderType)),
		Time:        r.time(HeaderTime),
		Subject:     subject,
		Version:     r.number(HeaderVersion),
		Change:      r.number(HeaderChange),
		Again:       r.flag(HeaderAgain),
		Superseded:  r.flag(HeaderSuperseded),
		TraceParent: r.optional(HeaderTraceParent),
		Data:        data,
	}
	if r.optional(HeaderLedger) != "" {
		e.Ledger = r.number(HeaderLedger)
	}
	e.SchemaVersion = r.schemaVersion(e.Type)
	if spec := r.text(HeaderSpecVersion); r.err == nil && spec != specVersion {
		r.fail(HeaderSpecVersion, spec)
	}
	if r.err != nil {
		return Envelope{}, fmt.Errorf("event on %s: %w", subject, r.err)
	}
	return e, nil
}

// ceSubject returns the CloudEvents subject: what the event is about, without the stream's prefix.
func ceSubject(subject string) string {
	parts := strings.SplitN(subject, ".", 3)
	if parts[0] == "larder" && len(parts) == 3 {
		return strings.ReplaceAll(parts[2], ".", "/")
	}
	return strings.ReplaceAll(subject, ".", "/")
}

// headerReader keeps the first failure, so that Parse reads as a list of fields.
type headerReader struct {
	headers map[string][]string
	err     error
}

func (r *headerReader) fail(name, value string) {
	if r.err == nil {
		r.err = fmt.Errorf("header %s is %q: %w", name, value, ErrMalformed)
	}
}

func (r *headerReader) optional(name string) string {
	if v := r.headers[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (r *headerReader) text(name string) string {
	v := r.optional(name)
	if v == "" {
		r.fail(name, v)
	}
	return v
}

// flag reads a header that is either "true" or absent.
func (r *headerReader) flag(name string) bool {
	v := r.optional(name)
	if v != "" && v != "true" {
		r.fail(name, v)
	}
	return v == "true"
}

func (r *headerReader) number(name string) int64 {
	v := r.optional(name)
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		r.fail(name, v)
		return 0
	}
	return n
}

func (r *headerReader) time(name string) time.Time {
	v := r.optional(name)
	t, err := time.Parse(time.RFC3339Nano, v)
	if err != nil {
		r.fail(name, v)
	}
	return t
}

func (r *headerReader) schemaVersion(t Type) int {
	v := r.optional(HeaderDataSchema)
	n, err := strconv.Atoi(strings.TrimPrefix(v, schemaPrefix+string(t)+":v"))
	if err != nil || n < 1 || SchemaURN(t, n) != v {
		r.fail(HeaderDataSchema, v)
		return 0
	}
	return n
}
