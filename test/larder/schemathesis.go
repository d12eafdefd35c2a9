package larder

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Documents are the documented APIs, by component, with the operations to skip: a stream never
// ends, and ending the session used for all requests ends the test. The contract's tests cover
// these.
func Documents() map[string][]string {
	return map[string][]string{
		"command-api":  {"logOut", "endSession", "endSessions"},
		"query-api":    {"streamEvents"},
		"file-service": nil,
		"importer":     nil,
		"grocery-app":  {"streamList"},
	}
}

// documented lists the checks for each answer. It excludes "positive_data_acceptance": a schema
// can't say that a text may not contain control characters, or that an upper bound isn't below the
// lower one, so valid data may be rightly refused. Nor can a single document say which methods a
// path takes; the contract's tests cover that.
const documented = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance," +
	"response_schema_conformance,negative_data_rejection"

// HoldAgainstDocument makes Schemathesis send the examples in a component's document, forbidden
// inputs, and so many generated requests per operation, and returns the summary. An undocumented
// answer fails the test.
func HoldAgainstDocument(tb testing.TB, server *Server, cook *Client, component string, examples int) string {
	tb.Helper()
	args := []string{
		"--config-file", filepath.Join(Root(), "test", "attack", "schemathesis.toml"),
		"run", filepath.Join(Root(), component, "openapi.yaml"), "--url", server.URL(),
		"--header", "Authorization: Bearer " + cook.Token, "--checks", documented,
		"--phases", "examples,coverage,fuzzing", "--max-examples", strconv.Itoa(examples), "--seed", "20261130",
		"--continue-on-failure", "--request-timeout", "30", "--warnings", "off", "--suppress-health-check", "all",
	}
	for _, operation := range Documents()[component] {
		args = append(args, "--exclude-operation-id", operation)
	}
	command := exec.CommandContext(tb.Context(), Python("schemathesis"), args...)
	command.Dir = tb.TempDir() // for its state between runs
	command.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1",
		"SCHEMATHESIS_HOOKS="+filepath.Join(Root(), "test", "attack", "schemathesis_hooks.py"))
	said, err := command.CombinedOutput()
	require.NoError(tb, err, "%s", said)
	if at := strings.LastIndex(string(said), "SUMMARY"); at >= 0 {
		return string(said[at:])
	}
	return string(said)
}

// Python returns a program from the environment that the Makefile creates (ATTACK_PYTHON).
func Python(program string) string {
	return filepath.Join(Root(), ".tools", "attack-python", "bin", program)
}
