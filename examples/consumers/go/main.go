// Keeps the last state of each send, from Kafka's topic `messages`:
//
//	BOOTSTRAP=b1:9092,b2:9092 PREFIX=prod. GROUP=crm go run .
//
// The Python example says what makes it right. A map stands for the database of a real consumer.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// Change is what this consumer wants of docs/schemas/message.json. Fields that it does not know are passed over.
type Change struct {
	ID         string `json:"id"`
	Version    int64  `json:"version"`
	State      string `json:"state"`
	generation int64
}

func (c Change) isNewer(than Change) bool {
	if c.generation != than.generation {
		return c.generation > than.generation
	}
	return c.Version > than.Version
}

// change is nil for what is no change of a send: a tombstone, or a kind of event that came later.
func change(message *kafka.Message) (*Change, error) {
	headers := map[string]string{}
	for _, header := range message.Headers {
		headers[header.Key] = string(header.Value)
	}
	if message.Value == nil || headers["ce_type"] != "postrider.message.v1" {
		return nil, nil
	}
	found := &Change{}
	if err := json.Unmarshal(message.Value, found); err != nil {
		return nil, err
	}
	source := headers["ce_source"]
	generation, err := strconv.ParseInt(source[strings.LastIndex(source, "/")+1:], 10, 64)
	found.generation = generation
	return found, err
}

func run() error {
	consumer, err := kafka.NewConsumer(&kafka.ConfigMap{
		"bootstrap.servers": os.Getenv("BOOTSTRAP"), "group.id": os.Getenv("GROUP"),
		"enable.auto.commit": false, "auto.offset.reset": "earliest",
	})
	if err != nil {
		return err
	}
	defer consumer.Close()
	if err := consumer.Subscribe(os.Getenv("PREFIX")+"messages", nil); err != nil {
		return err
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	states := map[string]Change{}
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		message, err := consumer.ReadMessage(500 * time.Millisecond)
		if err != nil {
			if fault, ok := err.(kafka.Error); ok && !fault.IsFatal() {
				continue
			}
			return err
		}
		found, err := change(message)
		if err != nil {
			return err
		}
		// What came before, or is not newer than what is known, changes nothing.
		if found != nil {
			if known, ok := states[found.ID]; !ok || found.isNewer(known) {
				states[found.ID] = *found
				fmt.Println(found.ID, found.State)
			}
		}
		// After the work.
		if _, err := consumer.CommitMessage(message); err != nil {
			return err
		}
	}
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
