package clients

import (
	"encoding/json"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// joined is the name for code generated from the combined document.
const joined = "apidocs"

// documents are the inputs for foreign generators, by a name that every language accepts for a
// package.
func documents() map[string]string {
	paths := map[string]string{joined: filepath.Join(larder.Root(), "internal", "apidocs", "openapi.yaml")}
	for component := range larder.Documents() {
		paths[strings.ReplaceAll(component, "-", "")] = filepath.Join(larder.Root(), component, "openapi.yaml")
	}
	return paths
}

// Each generator produces a client from every document that its language supports, and the combined
// one's can log in, create a recipe, read it and find it.
func TestGeneratedClients(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	server.AddUser(t, "generated")
	for generator, use := range map[string]func(t *testing.T, person ...string){
		"openapi-generator":     useOpenAPIGenerator,
		"openapi-python-client": useOpenAPIPythonClient,
		"oapi-codegen":          useOapiCodegen,
		"openapi-typescript":    useOpenAPITypescript,
	} {
		t.Run(generator, func(t *testing.T) {
			t.Parallel()
			use(t, server.URL(), "generated", larder.Password("generated"))
		})
	}
}

func useOpenAPIGenerator(t *testing.T, person ...string) {
	t.Helper()
	dir := t.TempDir()
	batch := []string{"batch", "--fail-fast"} // in one virtual machine
	for name, document := range documents() {
		config, err := json.Marshal(map[string]any{
			"generatorName": "python", "inputSpec": document, "outputDir": dir,
			"additionalProperties": map[string]string{"packageName": name},
			"globalProperties":     map[string]string{"apiTests": "false", "modelTests": "false", "apiDocs": "false", "modelDocs": "false"},
		})
		require.NoError(t, err)
		batch = append(batch, filepath.Join(dir, name+".json"))
		require.NoError(t, os.WriteFile(batch[len(batch)-1], config, 0o600))
	}
	run(t, dir, python("openapi-generator-cli"), batch...)
	imported(t, dir)
	run(t, dir, python("python"), append([]string{testdata("openapi_generator.py")}, person...)...)
}

func useOpenAPIPythonClient(t *testing.T, person ...string) {
	t.Helper()
	dir := t.TempDir()
	for name, document := range documents() {
		run(t, dir, python("openapi-python-client"), "generate", "--path", document, "--meta", "none", "--output-path", name,
			"--config", testdata("openapi_python_client.yaml"), "--fail-on-warning")
	}
	imported(t, dir)
	run(t, dir, python("python"), append([]string{testdata("openapi_python_client.py")}, person...)...)
}

// imported runs every module below a folder.
func imported(t *testing.T, dir string) {
	t.Helper()
	run(t, dir, python("python"), "-c", `import pathlib, importlib
for file in pathlib.Path(".").rglob("*/*.py"):
    importlib.import_module(".".join(file.with_suffix("").parts))`)
}

// Overlay the generated packages on this module, whose libraries they need, without writing into
// it.
func useOapiCodegen(t *testing.T, person ...string) {
	t.Helper()
	dir := t.TempDir()
	overlay := map[string]string{}
	packages := []string{"larder.dev/test/clients/testdata/oapi"}
	for name, document := range documents() {
		file := filepath.Join(dir, name+".go")
		run(t, larder.Root(), "go", "tool", "oapi-codegen", "-generate", "types,client", "-package", name, "-o", file, document)
		overlay[filepath.Join(larder.Root(), "test", "clients", "testdata", "generated", name, "client.go")] = file
		packages = append(packages, path.Join("larder.dev/test/clients/testdata/generated", name))
	}
	content, err := json.Marshal(map[string]any{"Replace": overlay})
	require.NoError(t, err)
	laid := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(laid, content, 0o600))
	run(t, larder.Root(), "go", append([]string{"build", "-overlay", laid, "-o", dir + "/"}, packages...)...)
	run(t, dir, filepath.Join(dir, "oapi"), person...)
}

func useOpenAPITypescript(t *testing.T, person ...string) {
	t.Helper()
	dir := t.TempDir()
	modules := filepath.Join(larder.Root(), "web", "node_modules")
	require.NoError(t, os.Symlink(modules, filepath.Join(dir, "node_modules")))
	program, err := os.ReadFile(testdata("openapi_typescript.ts"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.ts"), program, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"type": "module"}`), 0o600))
	compile := []string{"--noEmit", "--strict", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler", "--types", "node", "main.ts"}
	apis := map[string]any{}
	for name, document := range documents() {
		apis[name] = map[string]any{"root": document, "x-openapi-ts": map[string]string{"output": name + ".ts"}}
		compile = append(compile, name+".ts")
	}
	content, err := json.Marshal(map[string]any{"apis": apis}) // JSON is also YAML
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "redocly.yaml"), content, 0o600))
	bin := filepath.Join(modules, ".bin")
	run(t, dir, filepath.Join(bin, "openapi-typescript"))
	run(t, dir, filepath.Join(bin, "tsc"), compile...)
	run(t, dir, filepath.Join(bin, "tsx"), append([]string{"main.ts"}, person...)...)
}

func run(t *testing.T, dir, program string, args ...string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "PYTHONPATH=.", "PYTHONDONTWRITEBYTECODE=1", "REDOCLY_TELEMETRY=off")
	said, err := command.CombinedOutput()
	require.NoError(t, err, "%s %s\n%s", program, strings.Join(args, " "), said)
}

// python returns a program from the environment that the Makefile creates (CLIENTS_PYTHON).
func python(program string) string {
	return filepath.Join(larder.Root(), ".tools", "clients-python", "bin", program)
}

func testdata(name string) string {
	return filepath.Join(larder.Root(), "test", "clients", "testdata", name)
}
