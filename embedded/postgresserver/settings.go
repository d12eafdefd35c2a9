package postgresserver

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// settings returns the command line that configures the server. They are given at each start and not
// written to postgresql.conf, so that a new binary brings its new settings to an old folder.
func settings(at endpoint, major int, further map[string]string) []string {
	values := map[string]string{
		"listen_addresses":        at.listenAddresses(),
		"port":                    strconv.Itoa(at.port),
		"unix_socket_directories": quoted(at.folder),
		"unix_socket_permissions": "0700",
		"max_connections":         "100",
		// What is acknowledged is on the disk. These are the defaults; they are said here because
		// every promise of the project rests on them.
		"fsync":              "on",
		"synchronous_commit": "on",
		"full_page_writes":   "on",
		// One person's machine: a small server beside other programs.
		"shared_buffers":                  "32MB",
		"maintenance_work_mem":            "32MB",
		"max_wal_size":                    "48MB", // it stays on the disk: with 256MB it was half of a folder of 10,000 recipes
		"min_wal_size":                    "32MB",
		"wal_compression":                 "on", // pages are written whole after each checkpoint, and there are more of those
		"huge_pages":                      "off",
		"jit":                             "off",
		"autovacuum_max_workers":          "2",
		"autovacuum_naptime":              "5min", // a process for each database and round: it was most of what the server took at rest
		"max_parallel_workers_per_gather": "0",
		// A client that hangs in a transaction would hold back vacuum and the relay for ever.
		"idle_in_transaction_session_timeout": "60s",
		// The log goes to our pipe, without statements: they hold recipes and password hashes.
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

// quoted keeps a comma or a blank in a name from ending it.
func quoted(folder string) string {
	if folder == "" {
		return ""
	}
	return `"` + strings.ReplaceAll(folder, `"`, `""`) + `"`
}
