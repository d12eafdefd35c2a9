// Package parts_test tests what only shows with each component as a separate process: their start
// order, what they report about unreachable servers, and several of one component working together.
package parts_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

const deadline = 30 * time.Second

// needs lists the stores that a component needs to be ready, by their names in /readyz.
func needs() map[string][]string {
	return map[string][]string{
		"command-api": {"postgres", "redis"},
		"query-api":   {"redis"}, // and one of the databases
		"relay":       {"nats", "postgres"},
		"projectors":  {"backup postgres", "elasticsearch", "nats", "nats of the grocery feed", "redis"},
	}
}

func components() []string { return []string{"command-api", "query-api", "relay", "projectors"} }

func stores() []string {
	return []string{"postgres", "backup postgres", "nats", "nats of the grocery feed", "redis", "elasticsearch"}
}

// Whichever component starts first, and long before every server it needs: it stays up, logs one
// line per missing store, and works once that is there.
func TestStartInAnyOrder(t *testing.T) {
	t.Parallel()
	for i, first := range components() {
		t.Run(first+" first", func(t *testing.T) {
			t.Parallel()
			order := slices.Concat(components()[i:], components()[:i])
			parts := larder.NewPartsBehindDoors(t)
			for _, store := range stores() {
				parts.Door(store).Cut()
			}
			for _, name := range order {
				process := parts.Launch(t, name)
				process.Probe(t, "/healthz").Want(t, http.StatusOK)
				require.Subset(t, missing(t, process), needs()[name], name)
			}
			for _, name := range order {
				for _, store := range needs()[name] {
					larder.Soon(t, deadline, func() string { return saysOnce(parts.Part(name), store) })
				}
			}
			for _, store := range append(stores()[i+1:], stores()[:i+1]...) {
				parts.Door(store).Mend()
			}
			parts.Migrate(t)
			for _, name := range order {
				process := parts.Part(name)
				process.Ready(t)
				process.Probe(t, "/readyz").Want(t, http.StatusOK)
				for _, store := range needs()[name] {
					require.Empty(t, saysOnce(process, store))
				}
			}
			worksWhole(t, parts)
		})
	}
}

// saysOnce reports what is wrong unless exactly one line says that the process waits for a store.
func saysOnce(process *larder.Process, store string) string {
	name := "missing=" + store + " "
	if strings.Contains(store, " ") {
		name = "missing=" + strconv.Quote(store) + " "
	}
	if count := strings.Count(process.Output(), `msg="waiting for a dependency" `+name); count != 1 {
		return fmt.Sprintf("it says %d times that it waits for %s:\n%s", count, store, process.Output())
	}
	return ""
}

// missing returns the names in /readyz, none if the component is ready.
func missing(t *testing.T, process *larder.Process) []string {
	t.Helper()
	answer := process.Probe(t, "/readyz")
	if answer.Status == http.StatusOK {
		return nil
	}
	answer.Want(t, http.StatusServiceUnavailable)
	var problem struct {
		Missing []string `json:"missing"`
	}
	answer.Decode(t, &problem)
	return problem.Missing
}

// worksWhole takes one recipe through every component.
func worksWhole(t *testing.T, parts *larder.Parts) {
	t.Helper()
	ada := parts.AddUser(t, "ada")
	soup, _ := ada.Create(t, larder.Named("Soup"))
	require.Len(t, ada.Search(t, "q", "soup").Items, 1)
	parts.CaughtUp(t)
	answer := ada.Do(t, http.MethodGet, "/api/recipes?q=soup", nil).Want(t, http.StatusOK)
	require.Equal(t, "search", answer.Header.Get("Larder-Served-By"))
	require.Equal(t, "cache", ada.Get(t, soup.ID).Want(t, http.StatusOK).Header.Get("Larder-Served-By"))
}

// A component whose server goes down names it, stays up, and is ready again by itself once it is
// back; the others are unaffected.
func TestReadyzNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	parts := larder.NewPartsBehindDoors(t)
	parts.Migrate(t)
	parts.Start(t)
	for _, store := range stores() {
		parts.Door(store).Cut()
		for _, name := range components() {
			process := parts.Part(name)
			larder.Soon(t, deadline, func() string { return onlyMisses(t, process, name, store) })
			process.Probe(t, "/healthz").Want(t, http.StatusOK)
		}
		tellsOfServer(t, parts, store, "away")
		parts.Door(store).Mend()
		for _, name := range components() {
			larder.Soon(t, deadline, func() string { return strings.Join(missing(t, parts.Part(name)), ", ") })
		}
		tellsOfServer(t, parts, store, "up")
	}
	probes(t, parts)
	worksWhole(t, parts)
}

// tellsOfServer looks for a server's state in the metrics of its dependents, and in
// `larder status`, even when NATS can't be asked for the projections, or the primary for the relay.
func tellsOfServer(t *testing.T, parts *larder.Parts, server, state string) {
	t.Helper()
	up := map[string]string{"up": "1", "away": "0"}[state]
	for component, needed := range needs() {
		if slices.Contains(needed, server) {
			metrics := parts.Part(component).Probe(t, "/metrics").Want(t, http.StatusOK)
			require.Contains(t, string(metrics.Body), `larder_dependency_up{dependency="`+server+`"} `+up, component)
		}
	}
	if server != "nats" && server != "postgres" {
		return // the others are reported in the same way
	}
	larder.Soon(t, deadline, func() string {
		result := parts.Run(t, "", "status", "--json")
		var status struct {
			Relay   *struct{} `json:"relay"`
			Servers []struct {
				Name  string `json:"name"`
				State string `json:"state"`
			} `json:"servers"`
		}
		require.NoError(t, json.Unmarshal([]byte(result.Stdout), &status), result.Both())
		require.NotNil(t, status.Relay)
		for _, one := range status.Servers {
			if is := one.Name != server || state == "up"; is != (one.State == "up") {
				return result.Both()
			}
		}
		if failed := state == "away" && server == "nats"; failed != (result.Code != 0) {
			return result.Both()
		}
		return ""
	})
}

// probes checks like a container's health check: the exit code says whether it is ready, and a line
// why not.
func probes(t *testing.T, parts *larder.Parts) {
	t.Helper()
	probe := func() larder.Result {
		address := strings.TrimPrefix(parts.Part("command-api").Listening(t), "http://")
		return parts.Run(t, "", "probe", "--addr", address)
	}
	require.Zero(t, probe().Code)
	parts.Door("redis").Cut()
	larder.Soon(t, deadline, func() string {
		if result := probe(); result.Code != 1 || !strings.Contains(result.Both(), "redis") {
			return result.Both()
		}
		return ""
	})
	parts.Door("redis").Mend()
	larder.Soon(t, deadline, func() string {
		if result := probe(); result.Code != 0 {
			return result.Both()
		}
		return ""
	})
}

// onlyMisses reports if a component misses anything but the store, if it needs that.
func onlyMisses(t *testing.T, process *larder.Process, name, store string) string {
	t.Helper()
	var want []string
	if slices.Contains(needs()[name], store) {
		want = []string{store}
	}
	if found := missing(t, process); !slices.Equal(found, want) {
		return fmt.Sprintf("%s misses %q without %s, and should miss %q", name, found, store, want)
	}
	return ""
}

// A component isn't started without a required address: exit code 2, and a line with its name.
func TestMissingAddress(t *testing.T) {
	t.Parallel()
	server := larder.New(t)
	for args, variable := range map[string]string{
		"command-api":       "LARDER_POSTGRES_URL",
		"query-api":         "LARDER_REDIS_URL",
		"relay":             "LARDER_NATS_URL",
		"projectors":        "LARDER_BACKUP_POSTGRES_URL",
		"projectors search": "LARDER_ELASTICSEARCH_URL",
		"projectors cache":  "LARDER_REDIS_URL",
		"projectors soup":   "there is no projection",
	} {
		result := server.Run(t, "", strings.Fields(args)...)
		require.Equal(t, 2, result.Code, "larder %s\n%s", args, result.Both())
		require.Contains(t, result.Stderr, variable, "larder %s", args)
		require.Equal(t, 1, strings.Count(result.Stderr, "\n"), result.Stderr)
	}
}
