package events_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"larder.dev/events"
)

// golden is a published message. A golden file is written by hand when its type or version appears,
// and never changed or deleted afterwards: people's streams contain such messages.
type golden struct {
	Subject string              `json:"subject"`
	Headers map[string][]string `json:"headers"`
	Data    json.RawMessage     `json:"data"`
}

func readGolden(tb testing.TB, p publication) golden {
	tb.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", p.String()+".golden.json"))
	require.NoError(tb, err, "every type and version has a golden file")
	var g golden
	require.NoError(tb, json.Unmarshal(raw, &g))
	return g
}

// publication is a type and version that was ever published.
type publication struct {
	typ     events.Type
	version int
}

func (p publication) String() string { return fmt.Sprintf("%s.v%d", p.typ, p.version) }

func publications() []publication {
	var all []publication
	for _, typ := range events.Types() {
		for version := 1; version <= events.CurrentVersion(typ); version++ {
			all = append(all, publication{typ, version})
		}
	}
	return all
}

// decode reads the data of an event with the decoder of its type.
func decode(e events.Envelope) (any, error) {
	switch {
	case e.Type.IsRecipe():
		return events.DecodeRecipe(e)
	case e.Type.IsUser():
		return events.DecodeUser(e)
	case e.Type.IsImport():
		return events.DecodeImport(e)
	case e.Type == events.UserErased:
		return events.DecodeErased(e)
	default:
		return events.DecodeGrocery(e)
	}
}

// Everything ever published stays readable, and an envelope returns exactly the headers it was read
// from.
func TestGoldenHeaders(t *testing.T) {
	t.Parallel()
	for _, p := range publications() {
		g := readGolden(t, p)
		e, err := events.Parse(g.Subject, g.Headers, g.Data)
		require.NoError(t, err)
		require.Equal(t, p.typ, e.Type)
		require.Equal(t, p.version, e.SchemaVersion)
		require.NoError(t, events.Known(e))
		// Headers newer than the golden messages are added, with the same values.
		expected := maps.Clone(g.Headers)
		expected[events.HeaderDataType] = []string{"application/json"}
		expected[events.HeaderCEVersion] = g.Headers[events.HeaderVersion]
		expected[events.HeaderCEChange] = g.Headers[events.HeaderChange]
		require.Equal(t, expected, e.Headers())
	}
}

// No field of the data is lost or renamed in the Go types; data of an older version becomes valid
// against the current schema.
func TestGoldenData(t *testing.T) {
	t.Parallel()
	for _, p := range publications() {
		g := readGolden(t, p)
		e, err := events.Parse(g.Subject, g.Headers, g.Data)
		require.NoError(t, err)
		v, err := decode(e)
		require.NoError(t, err)
		written, err := json.Marshal(v)
		require.NoError(t, err)
		current := events.CurrentVersion(p.typ)
		require.NoError(t, compile(t, publication{p.typ, current}).Validate(jsonValue(t, written)))
		if p.version == current {
			require.JSONEq(t, string(g.Data), string(written))
		}
	}
}

// The schemas, which readers in other languages use, match the golden messages.
func TestGoldenAgainstSchema(t *testing.T) {
	t.Parallel()
	for _, p := range publications() {
		schema := compile(t, p)
		require.NoError(t, schema.Validate(jsonValue(t, readGolden(t, p).Data)))
	}
}

// A schema that admits anything would prove nothing: an extra field and a missing field are both
// rejected.
func TestSchemaIsStrict(t *testing.T) {
	t.Parallel()
	for _, p := range publications() {
		schema := compile(t, p)
		data := readGolden(t, p).Data
		whole, ok := jsonValue(t, data).(map[string]any)
		require.True(t, ok)
		for field := range whole {
			short, ok := jsonValue(t, data).(map[string]any)
			require.True(t, ok)
			delete(short, field)
			require.Error(t, schema.Validate(short), "without %s", field)
		}
		whole["unheard_of"] = true
		require.Error(t, schema.Validate(whole))
	}
}

// A file that belongs to no type means a forgotten file or a removed type.
func TestNoStrayFiles(t *testing.T) {
	t.Parallel()
	schemas := []string{ // shared shapes
		"recipe.v1.json", "recipe.v2.json", "recipe.v3.json", "recipe.v4.json", "recipe.v5.json",
		"grocery.v1.json", "import.v1.json", "import.v2.json", "user.v1.json",
	}
	var goldens []string
	for _, p := range publications() {
		schemas = append(schemas, events.SchemaFile(p.typ, p.version))
		goldens = append(goldens, p.String()+".golden.json")
	}
	require.ElementsMatch(t, schemas, fileNames(t, events.Schemas()))
	require.ElementsMatch(t, goldens, fileNames(t, os.DirFS("testdata")))
}

// asyncapi.yaml has a message for every type, with the payload of its current schema, on a channel
// of the right stream.
func TestAsyncAPINamesEveryType(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("asyncapi.yaml")
	require.NoError(t, err)
	var doc asyncAPI
	require.NoError(t, yaml.Unmarshal(raw, &doc))
	require.Equal(t, "3.0.0", doc.Version)

	carried := map[string]bool{}
	for _, channel := range doc.Channels {
		for name, ref := range channel.Messages {
			carried[name] = true
			require.Equal(t, "#/components/messages/"+name, ref.Ref)
			requireOwned(t, channel.Address)
		}
	}
	for _, typ := range events.Types() {
		message, ok := doc.Components.Messages[string(typ)]
		require.True(t, ok, "message %s", typ)
		require.Equal(t, "./schema/"+shape(t, events.SchemaFile(typ, events.CurrentVersion(typ))), message.Payload.Ref)
		require.True(t, carried[string(typ)], "%s is on no channel", typ)
	}
	require.Len(t, doc.Components.Messages, len(events.Types()))

	headers := doc.Components.Schemas["headers"].Properties
	for name := range readGolden(t, publication{events.RecipeCreated, 1}).Headers {
		require.Contains(t, headers, name)
	}
}

// shape returns the file that a schema shares with other types, or the schema's own file if it
// shares nothing.
func shape(t *testing.T, file string) string {
	t.Helper()
	raw, err := fs.ReadFile(events.Schemas(), file)
	require.NoError(t, err)
	var schema struct {
		Ref string `json:"$ref"`
	}
	require.NoError(t, json.Unmarshal(raw, &schema))
	return cmp.Or(schema.Ref, file)
}

// requireOwned checks that the addresses in asyncapi.yaml are those that subject.go builds.
func requireOwned(t *testing.T, address string) {
	t.Helper()
	subject := strings.NewReplacer("{user}", "ada", "{recipe}", "r", "{request}", "q", "{import}", "i").Replace(address)
	owner, err := events.OwnerOf(subject)
	require.NoError(t, err)
	require.Equal(t, "ada", owner)
}

type asyncAPI struct {
	Version  string `yaml:"asyncapi"`
	Channels map[string]struct {
		Address  string         `yaml:"address"`
		Messages map[string]ref `yaml:"messages"`
	} `yaml:"channels"`
	Components struct {
		Messages map[string]struct {
			Payload ref `yaml:"payload"`
		} `yaml:"messages"`
		Schemas map[string]struct {
			Properties map[string]any `yaml:"properties"`
		} `yaml:"schemas"`
	} `yaml:"components"`
}

type ref struct {
	Ref string `yaml:"$ref"`
}

// compile compiles the schema of a publication, with format checks.
func compile(t *testing.T, p publication) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.UseLoader(embedded{})
	schema, err := c.Compile("larder:///" + events.SchemaFile(p.typ, p.version))
	require.NoError(t, err)
	return schema
}

// embedded loads schemas the way a program that imports events does.
type embedded struct{}

func (embedded) Load(address string) (any, error) {
	raw, err := fs.ReadFile(events.Schemas(), path.Base(address))
	if err != nil {
		return nil, err
	}
	return jsonschema.UnmarshalJSON(bytes.NewReader(raw))
}

func jsonValue(t *testing.T, raw []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	require.NoError(t, err)
	return v
}

// fileNames lists the files of a folder. It skips the folders testdata/fuzz and testdata/rapid,
// which keep earlier findings.
func fileNames(t *testing.T, dir fs.FS) []string {
	t.Helper()
	entries, err := fs.ReadDir(dir, ".")
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		if !entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names
}
