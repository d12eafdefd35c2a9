package attack

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

// apis are the documents that Larder promises by, and what of them isn't asked: a stream has no end, and who ends the
// session that all is asked with ends the test. The tests of the contract have these.
func apis() map[string][]string {
	return map[string][]string{
		"command-api":  {"logOut", "endSession", "endSessions"},
		"query-api":    {"streamEvents"},
		"file-service": nil,
		"grocery-app":  {"streamList"},
	}
}

// checked is what each answer is held against. Not "positive_data_acceptance": a schema can't say that a text may not
// have control characters, or that an upper end isn't below the lower one, so that valid data is refused rightly.
const checked = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance," +
	"response_schema_conformance,negative_data_rejection"

// Whatever is sent, made by the documents or against them, no answer is a 5xx and each one is as the documents say.
func TestAnswersAreAsTheDocumentsSay(t *testing.T) {
	server := larder.Start(t)
	cook := server.AddUser(t, "fuzzer", "--grocery")
	for name, left := range apis() {
		t.Run(name, func(t *testing.T) {
			document := filepath.Join(root(), name, "openapi.yaml")
			args := []string{
				"run", document, "--url", server.URL(), "--header", "Authorization: Bearer " + cook.Token,
				"--checks", checked, "--phases", "examples,coverage,fuzzing", "--max-examples", "60", "--seed", "20261130",
				"--continue-on-failure", "--request-timeout", "30", "--warnings", "off", "--suppress-health-check", "all",
			}
			for _, operation := range left {
				args = append(args, "--exclude-operation-id", operation)
			}
			command := exec.CommandContext(t.Context(), filepath.Join(root(), ".tools", "attack-python", "bin", "schemathesis"), args...)
			command.Dir = t.TempDir() // for what it remembers between runs
			command.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1",
				"SCHEMATHESIS_HOOKS="+filepath.Join(root(), "test", "attack", "schemathesis_hooks.py"))
			said, err := command.CombinedOutput()
			require.NoError(t, err, "%s", said)
			t.Log(summary(string(said)))
		})
	}
}

// summary is the end of what Schemathesis says.
func summary(said string) string {
	if at := strings.LastIndex(said, "SUMMARY"); at >= 0 {
		return said[at:]
	}
	return said
}

// root is the folder of go.mod.
func root() string {
	_, file, _, _ := runtime.Caller(0) //nolint:dogsled // only the file is asked for
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}
