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

// Documents are those that Larder promises by, by component, and what of them isn't asked: a stream has no end, and who
// ends the session that all is asked with ends the test. The tests of the contract have these.
func Documents() map[string][]string {
	return map[string][]string{
		"command-api":  {"logOut", "endSession", "endSessions"},
		"query-api":    {"streamEvents"},
		"file-service": nil,
		"grocery-app":  {"streamList"},
	}
}

// documented is what each answer is held against. Not "positive_data_acceptance": a schema can't say that a text may not
// have control characters, or that an upper end isn't below the lower one, so that valid data is refused rightly. Which
// methods an address takes one document alone doesn't know; the contract's tests have them.
const documented = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance," +
	"response_schema_conformance,negative_data_rejection"

// HoldAgainstDocument has Schemathesis send what a component's document has examples of, and what it forbids, with so many
// made-up requests for each operation, and gives the summary. An answer that the document doesn't tell of fails the test.
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
	command.Dir = tb.TempDir() // for what it remembers between runs
	command.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1",
		"SCHEMATHESIS_HOOKS="+filepath.Join(Root(), "test", "attack", "schemathesis_hooks.py"))
	said, err := command.CombinedOutput()
	require.NoError(tb, err, "%s", said)
	if at := strings.LastIndex(string(said), "SUMMARY"); at >= 0 {
		return string(said[at:])
	}
	return string(said)
}

// Python gives a program of the environment that the Makefile makes (ATTACK_PYTHON).
func Python(program string) string {
	return filepath.Join(Root(), ".tools", "attack-python", "bin", program)
}
