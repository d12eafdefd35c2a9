package postgresserver

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// settings returns the server's command-line settings. Passing them at each start, instead of
// writing postgresql.conf, lets a new binary apply new settings to an old folder.
func settings(at endpoint, major int, further map[string]string) []string {
	values := map[string]string{
		"listen_addresses":        at.listenAddresses(),
		"port":                    strconv.Itoa(at.port),
		"unix_socket_directories": quoted(at.folder),
		"unix_socket_permissions": "0700",
		"max_connections":         "100",
		// What is acknowledged is on disk. These are the defaults, stated because every promise of
		// the project rests on them.
		"fsync":              "on",
		"synchronous_commit": "on",
		"full_page_writes":   "on",
		// One person's machine: a small server beside other programs.
		"shared_buffers":                  "32MB",
		"maintenance_work_mem":            "32MB",
		"max_wal_size":                    "48MB", // WAL stays on disk: 256MB would be half of a 10,000-recipe folder
		"min_wal_size":                    "32MB",
		"wal_compression":                 "on", // a smaller WAL means more checkpoints, and more full-page writes
		"huge_pages":                      "off",
		"jit":                             "off",
		"autovacuum_max_workers":          "2",
		"autovacuum_naptime":              "5min", // each round starts a process per database: most of the idle load
		"max_parallel_workers_per_gather": "0",
		// A client stuck in a transaction would block vacuum and the relay indefinitely.
		"idle_in_transaction_session_timeout": "60s",
		// Log to our pipe, without statements: they contain recipes and password hashes.
		"logging_collector":          "off",
		"log_destination":            "stderr",
		"log_line_prefix":            "%m [%p] %d ",
		"log_min_error_statement":    "panic",
		"log_min_duration_statement": "-1",
		"log_statement":              "none",
		"log_error_verbosity":        "terse",
		"log_checkpoints":            "off",
	}
	if major >= 18 {
		values["io_method"] = "sync" // the worker method keeps three more processes in memory
	}
	maps.Copy(values, further)
	args := make([]string, 0, 2*len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		args = append(args, "-c", name+"="+values[name])
	}
	return args
}

func (e endpoint) listenAddresses() string {
	if e.folder == "" {
		return "127.0.0.1"
	}
	return ""
}

// quoted quotes a folder name so that a comma or blank doesn't end it.
func quoted(folder string) string {
	if folder == "" {
		return ""
	}
	return `"` + strings.ReplaceAll(folder, `"`, `""`) + `"`
}
