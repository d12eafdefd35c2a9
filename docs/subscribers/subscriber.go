// Subscriber is a minimal program that follows the grocery lists: it prints the items of each
// request once, including requests sent while it was down. Run it with its own address:
//
//	larder subscriber add my-subscriber-go
//	go run ./docs/subscribers "$(cat ~/.local/share/larder/nats/subscribers/my-subscriber-go.url)"
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// itemsAdded is the part of grocery.items-added used here; schema/grocery.v1.json has all of it.
type itemsAdded struct {
	RequestID string `json:"request_id"`
	Recipe    struct {
		Name string `json:"name"`
	} `json:"recipe"`
	Items []struct {
		Text string `json:"text"`
	} `json:"items"`
}

func main() {
	conn, err := nats.Connect(os.Args[1], nats.MaxReconnects(-1))
	if err != nil {
		log.Fatal(err)
	}
	js, err := jetstream.New(conn)
	if err != nil {
		log.Fatal(err)
	}
	// The stream stores our position under this name.
	consumer, err := js.CreateOrUpdateConsumer(context.Background(), "GROCERY", jetstream.ConsumerConfig{
		Durable: "my-subscriber-go", AckPolicy: jetstream.AckExplicitPolicy,
	})
	if err != nil {
		log.Fatal(err)
	}
	seen := map[string]bool{} // store it with the items, in the same transaction
	_, err = consumer.Consume(func(msg jetstream.Msg) {
		// Skip unknown types. On grocery.user-erased, remove that user's data.
		if msg.Headers().Get("ce-type") == "grocery.items-added" {
			var added itemsAdded
			if err := json.Unmarshal(msg.Data(), &added); err != nil {
				log.Printf("can't read %s: %v", msg.Headers().Get("ce-id"), err)
			} else if !seen[added.RequestID] {
				seen[added.RequestID] = true
				for _, item := range added.Items {
					fmt.Printf("%s: %s\n", added.Recipe.Name, item.Text)
				}
			}
		}
		_ = msg.Ack() // after the work: unacknowledged messages come again
	})
	if err != nil {
		log.Fatal(err)
	}
	select {} // run until stopped
}
