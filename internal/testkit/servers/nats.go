package servers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"larder.dev/internal/datadir"
	"larder.dev/internal/natsaccounts"
)

// natsModule is the module of nats-server, at go.mod's version.
const natsModule = "github.com/nats-io/nats-server/v2"

// StartNATS starts a nats-server with JetStream that syncs before it acknowledges. configuration is
// the path of a file that replaces that; it must leave the port to the command line.
func StartNATS(ctx context.Context, dir, configuration string) (*Server, error) {
	port, err := place(dir)
	if err != nil {
		return nil, err
	}
	program := filepath.Join(dir, "nats-server")
	if err := buildNATS(ctx, program); err != nil {
		return nil, err
	}
	if configuration == "" {
		configuration = filepath.Join(dir, "nats.conf")
		if err := os.WriteFile(configuration, []byte(natsSettings(dir)), 0o600); err != nil {
			return nil, fmt.Errorf("configure NATS: %w", err)
		}
	}
	output := filepath.Join(dir, "nats.log")
	command := exec.Command(program, "-c", configuration, "-a", "127.0.0.1", "-p", port) //nolint:gosec,noctx // what we built
	child, err := spawn(command, output)
	if err != nil {
		return nil, err
	}
	address := "nats://127.0.0.1:" + port
	if err := ready(ctx, "NATS", child, output, asking(natsAnswers, address)); err != nil {
		return nil, err
	}
	version, err := exec.CommandContext(ctx, program, "--version").Output() //nolint:gosec // what we built
	return running(address, strings.TrimSpace(string(version))+" of its Go module, a process on this machine", child), err
}

// StartBroker starts a nats-server with the embedded one's accounts. Its address is Larder's own
// account's; for the others see [PublisherURL] and [FeedURL].
func StartBroker(ctx context.Context, dir string) (*Server, error) {
	if err := datadir.Make(dir); err != nil {
		return nil, err
	}
	password, err := datadir.Secret(filepath.Join(dir, "password")) // kept for the next start
	if err != nil {
		return nil, err
	}
	accounts := natsaccounts.Embedded([]natsaccounts.Login{
		{Account: natsaccounts.Larder, Name: ownLogin, Password: password},
		{Account: natsaccounts.Feed, Name: publisherLogin, Password: password, As: natsaccounts.FeedUser},
		{Account: natsaccounts.Feed, Name: feedOwnLogin, Password: password},
		{Account: natsaccounts.Grocery, Name: groceryLogin, Password: password, As: natsaccounts.GroceryUser},
	})
	configuration := filepath.Join(dir, "accounts.conf")
	if err := os.WriteFile(configuration, []byte(natsSettings(dir)+accounts), 0o600); err != nil {
		return nil, fmt.Errorf("configure NATS: %w", err)
	}
	server, err := StartNATS(ctx, dir, configuration)
	if err != nil {
		return nil, err
	}
	server.URL = strings.Replace(server.URL, "nats://", "nats://"+ownLogin+":"+password+"@", 1)
	return server, nil
}

// A broker's logins, at least one per account, with one password.
const (
	ownLogin       = "larder"
	publisherLogin = "feed"
	feedOwnLogin   = "feed-owner"
	groceryLogin   = "grocery"
)

// PublisherURL is a broker's address for the public feed's publisher.
func PublisherURL(broker *Server) string { return loginOf(broker, publisherLogin) }

// FeedOwnerURL is a broker's address with full rights to the public feed.
func FeedOwnerURL(broker *Server) string { return loginOf(broker, feedOwnLogin) }

// FeedURL is a broker's address for a subscriber to the public feed.
func FeedURL(broker *Server) string { return loginOf(broker, groceryLogin) }

func loginOf(broker *Server, login string) string {
	return strings.Replace(broker.URL, "//"+ownLogin+":", "//"+login+":", 1)
}

// natsSettings are those of a server that syncs before it acknowledges, and accepts a whole recipe.
func natsSettings(dir string) string {
	return fmt.Sprintf("max_payload: 4MB\njetstream { store_dir: %q, sync_interval: always }\n", filepath.Join(dir, "jetstream"))
}

// buildNATS only has to link: the packages are in Go's build cache because of the embedded server.
func buildNATS(ctx context.Context, program string) error {
	root, err := Root()
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, "go", "build", "-o", program, natsModule) //nolint:gosec // all words are ours
	command.Dir = root
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w: %s", natsModule, err, said)
	}
	return nil
}

// natsAnswers waits for the server's greeting.
func natsAnswers(ctx context.Context, address string) error {
	conn, err := dial(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close()
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return fmt.Errorf("listen to NATS: %w", err)
	}
	if !strings.HasPrefix(line, "INFO ") {
		return errors.New("this is no NATS")
	}
	return nil
}
