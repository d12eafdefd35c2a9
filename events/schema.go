package events

import (
	"embed"
	"io/fs"
	"strconv"
)

//go:embed schema/*.json
var schemas embed.FS

// Schemas returns the JSON Schemas (2020-12) of the data: one file per type and version, named by
// SchemaFile, and the shapes that several types share and refer to by file name.
func Schemas() fs.FS {
	sub, err := fs.Sub(schemas, "schema")
	if err != nil {
		panic("events: the embedded folder schema has a wrong name: " + err.Error())
	}
	return sub
}

// SchemaFile returns the name of a type's schema in Schemas: "recipe.created.v1.json".
func SchemaFile(t Type, version int) string {
	return string(t) + ".v" + strconv.Itoa(version) + ".json"
}
