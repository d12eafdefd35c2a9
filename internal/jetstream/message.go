package jetstream

import (
	"maps"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Message is one message of a stream, or of core NATS (then Sequence and Time are zero).
type Message struct {
	Subject  string
	Header   map[string][]string
	Data     []byte
	Sequence uint64    // place in the stream, from 1
	Time     time.Time // when the stream stored it
}

// HeaderValue returns a header's first value, "" if missing. The name is case-sensitive.
func (m Message) HeaderValue(name string) string {
	if values := m.Header[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// Size estimates the message's memory in bytes.
func (m Message) Size() int { return len(m.Data) + len(m.Subject) + headerAllowance }

// headerAllowance estimates the headers for Size; adding them up would cost more than it is worth.
const headerAllowance = 512

// wire returns a fresh NATS message. It copies the header: the client adds its own when sending,
// and a resent message must not carry those of the first attempt.
func (m Message) wire() *nats.Msg {
	msg := nats.NewMsg(m.Subject)
	maps.Copy(msg.Header, m.Header)
	msg.Data = m.Data
	return msg
}

func fromRaw(raw *jetstream.RawStreamMsg) Message {
	return Message{Subject: raw.Subject, Header: raw.Header, Data: raw.Data, Sequence: raw.Sequence, Time: raw.Time}
}

func fromDelivery(msg jetstream.Msg, meta *jetstream.MsgMetadata) Message {
	return Message{
		Subject: msg.Subject(), Header: msg.Headers(), Data: msg.Data(),
		Sequence: meta.Sequence.Stream, Time: meta.Timestamp,
	}
}
