// Package clients points programs that nobody here wrote at Larder: what they refuse, or don't understand, others will meet.
package clients

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// checked is what each answer is held against: test/attack, which sends far more, says why no other check is. Which
// methods an address takes one document alone doesn't know; the contract's tests have them.
const checked = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance," +
	"response_schema_conformance,negative_data_rejection"

// No answer is one that the documents don't tell of, to what they have examples of and to a little that they forbid.
func TestAnswersAreDocumented(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	cook := server.AddUser(t, "stranger", "--grocery")
	for name, left := range map[string][]string{
		"command-api": {"logOut", "endSession", "endSessions"}, "query-api": {"streamEvents"},
		"file-service": nil, "grocery-app": {"streamList"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := []string{
				"run", filepath.Join(root(), name, "openapi.yaml"), "--url", server.URL(),
				"--header", "Authorization: Bearer " + cook.Token, "--checks", checked,
				"--phases", "examples,coverage,fuzzing", "--max-examples", "5", "--seed", "20261130", "--continue-on-failure",
				"--request-timeout", "30", "--warnings", "off", "--suppress-health-check", "all",
			}
			for _, operation := range left {
				args = append(args, "--exclude-operation-id", operation)
			}
			command := exec.CommandContext(t.Context(), python("schemathesis"), args...)
			command.Dir = t.TempDir() // for what it remembers between runs
			command.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1",
				"SCHEMATHESIS_HOOKS="+filepath.Join(root(), "test", "attack", "schemathesis_hooks.py"))
			said, err := command.CombinedOutput()
			require.NoError(t, err, "%s", said)
			_, summary, _ := strings.Cut(string(said), "SUMMARY")
			t.Log(summary)
		})
	}
}

// python gives a program of the environment that the Makefile makes (ATTACK_PYTHON).
func python(program string) string {
	return filepath.Join(root(), ".tools", "attack-python", "bin", program)
}

// root is the folder of go.mod.
func root() string {
	_, file, _, _ := runtime.Caller(0) //nolint:dogsled // only the file is asked for
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}
