package natsserver

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"larder.dev/internal/datadir"
	"larder.dev/internal/natsaccounts"
)

// A subscriber is a password file in this folder. Its address is written to a file beside it when
// the server starts.
const (
	subscribersFolder = "subscribers"
	passwordFile      = ".password"
	urlFile           = ".url"
)

// SubscriberURLFile returns the path of a subscriber's address file, which exists once a server has
// run in the folder.
func SubscriberURLFile(dir, name string) string {
	return filepath.Join(dir, subscribersFolder, name+urlFile)
}

// AddSubscriber gives a subscriber a password, which a server on the folder accepts from its next
// start or [Server.Reload]. An existing password stays. The error is natsaccounts.ErrSubscriberName
// or ErrTooManySubscribers.
func AddSubscriber(dir, name string) error {
	if err := natsaccounts.CheckSubscriber(name); err != nil {
		return err
	}
	names, err := Subscribers(dir)
	if err != nil {
		return err
	}
	if len(names) >= natsaccounts.MaxSubscribers && !slices.Contains(names, name) {
		return natsaccounts.ErrTooManySubscribers
	}
	if err := datadir.Make(filepath.Join(dir, subscribersFolder)); err != nil {
		return fmt.Errorf("add subscriber %s: %w", name, err)
	}
	if _, err := datadir.Secret(filepath.Join(dir, subscribersFolder, name+passwordFile)); err != nil {
		return fmt.Errorf("add subscriber %s: %w", name, err)
	}
	return nil
}

// RemoveSubscriber removes a subscriber's password, see [AddSubscriber]. The error is
// natsaccounts.ErrNoSubscriber.
func RemoveSubscriber(dir, name string) error {
	names, err := Subscribers(dir)
	if err != nil {
		return err
	}
	if !slices.Contains(names, name) {
		return fmt.Errorf("%q: %w", name, natsaccounts.ErrNoSubscriber)
	}
	folder := filepath.Join(dir, subscribersFolder)
	if err := os.Remove(filepath.Join(folder, name+passwordFile)); err != nil {
		return fmt.Errorf("remove subscriber %s: %w", name, err)
	}
	if err := os.Remove(filepath.Join(folder, name+urlFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the address of subscriber %s: %w", name, err)
	}
	return datadir.SyncDir(folder)
}

// Subscribers returns a folder's subscribers, sorted by name.
func Subscribers(dir string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(dir, subscribersFolder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list the subscribers: %w", err)
	}
	var names []string
	for _, entry := range entries {
		name, found := strings.CutSuffix(entry.Name(), passwordFile)
		if found && natsaccounts.CheckSubscriber(name) == nil {
			names = append(names, name)
		}
	}
	return names, nil
}

// readSubscribers returns the password of each subscriber.
func readSubscribers(dir string) (map[string]string, error) {
	names, err := Subscribers(dir)
	if err != nil {
		return nil, err
	}
	passwords := make(map[string]string, len(names))
	for _, name := range names {
		if passwords[name], err = datadir.Secret(filepath.Join(dir, subscribersFolder, name+passwordFile)); err != nil {
			return nil, fmt.Errorf("read the password of subscriber %s: %w", name, err)
		}
	}
	return passwords, nil
}

// keepSubscribers writes the subscribers' address files.
func (s *Server) keepSubscribers() error {
	for name, password := range s.secrets.subscribers {
		address := s.address(loginOf(name), password) + "\n"
		if err := datadir.Write(SubscriberURLFile(s.dir, name), []byte(address)); err != nil {
			return fmt.Errorf("write the address of subscriber %s: %w", name, err)
		}
	}
	return nil
}

// Reload makes the server apply the folder's current subscribers. Removed ones are disconnected;
// all other connections stay.
func (s *Server) Reload() error {
	s.reloading.Lock()
	defer s.reloading.Unlock()
	fresh, err := readSecrets(s.dir)
	if err != nil {
		return err
	}
	opts, err := s.config(fresh).options()
	if err != nil {
		return err
	}
	if err := s.server().ReloadOptions(opts); err != nil {
		return fmt.Errorf("reload NATS: %w", err)
	}
	s.gate.know(fresh)
	s.secrets.subscribers = fresh.subscribers
	return s.keepSubscribers()
}
