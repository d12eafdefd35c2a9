package httpserver

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"larder.dev/internal/id"
)

// formats are the string format checks that the OpenAPI library leaves to its users.
func formats() []openapi3.SchemaValidationOption {
	return []openapi3.SchemaValidationOption{
		openapi3.WithStringFormatValidators(map[string]openapi3.StringFormatValidator{
			"uuid": openapi3.NewCallbackValidator(checkUUID),
		}),
	}
}

func checkUUID(text string) error {
	if !id.Is(text) {
		return errors.New("not in the usual spelling")
	}
	return nil
}

// fieldErrors lists a schema error's messages, at least one.
func fieldErrors(err error) []FieldError {
	var many openapi3.MultiError
	if errors.As(err, &many) {
		fields := []FieldError{}
		for _, one := range many {
			fields = append(fields, fieldErrors(one)...)
		}
		if len(fields) > 0 {
			return fields
		}
	}
	var one *openapi3.SchemaError
	if errors.As(err, &one) {
		return []FieldError{{Field: fieldPath(one), Detail: schemaDetail(one)}}
	}
	return []FieldError{{Detail: "is not as described"}}
}

// fieldPath writes an error's location as a programmer would: ingredients[2].text.
func fieldPath(err *openapi3.SchemaError) string {
	keys := err.JSONPointer()
	if err.SchemaField == "properties" { // the name is only in the message
		var unknown string
		if _, scanErr := fmt.Sscanf(err.Reason, "property %q", &unknown); scanErr == nil {
			keys = append(keys, unknown)
		}
	}
	var path strings.Builder
	for _, key := range keys {
		switch _, notIndex := strconv.Atoi(key); {
		case notIndex == nil:
			path.WriteString("[" + key + "]")
		case path.Len() == 0:
			path.WriteString(shorten(key))
		default:
			path.WriteString("." + shorten(key))
		}
	}
	return path.String()
}

// schemaDetail says what a value must be, never the value: it may be long, or a password.
func schemaDetail(err *openapi3.SchemaError) string {
	schema := err.Schema
	switch err.SchemaField {
	case "required":
		return "is missing"
	case "properties":
		return "is not a known field"
	case "type":
		return "must be " + typeName(schema) + ", not " + kind(err.Value)
	case "nullable":
		return "must be " + typeName(schema) + ", not null"
	case "minLength":
		return atLeastLength(schema.MinLength)
	case "maxLength":
		return fmt.Sprintf("must have at most %d characters", *schema.MaxLength)
	case "minItems":
		return fmt.Sprintf("must have at least %d entries", schema.MinItems)
	case "maxItems":
		return fmt.Sprintf("must have at most %d entries", *schema.MaxItems)
	case "uniqueItems":
		return "must not have the same entry twice"
	case "minimum":
		return "must be at least " + number(*schema.Min)
	case "maximum":
		return "must be at most " + number(*schema.Max)
	case "exclusiveMinimum":
		return "must be more than " + number(*schema.Min)
	case "exclusiveMaximum":
		return "must be less than " + number(*schema.Max)
	case "enum":
		return "must be one of " + choices(schema.Enum)
	case "readOnly":
		return "can't be set"
	case "format":
		return formatDetail(schema.Format)
	case "pattern":
		return patternDetail(schema)
	default:
		return "is not as described"
	}
}

func atLeastLength(length uint64) string {
	if length == 1 {
		return "must not be empty"
	}
	return fmt.Sprintf("must have at least %d characters", length)
}

func formatDetail(format string) string {
	switch format {
	case "uuid":
		return "must be a UUID in lower case, as 0190a7c4-5f0e-7b7e-9c3a-2f6d1c0e8a55"
	case "date-time":
		return "must be a time, as 2025-01-31T18:30:00Z"
	case "date":
		return "must be a date, as 2025-01-31"
	case "int32", "int64":
		return "must be a smaller number"
	default:
		return "must be in the format " + format
	}
}

// patternDetail prefers the document's wording: a regular expression helps few.
func patternDetail(schema *openapi3.Schema) string {
	if words, ok := schema.Extensions["x-pattern-detail"].(string); ok {
		return words
	}
	return "must match " + schema.Pattern
}

func typeName(schema *openapi3.Schema) string {
	names := map[string]string{
		"string": "text", "number": "a number", "integer": "a whole number", "boolean": "true or false",
		"array": "a list", "object": "an object",
	}
	for _, name := range schema.Type.Slice() {
		if words, ok := names[name]; ok {
			return words
		}
	}
	return "another kind of value"
}

func kind(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case string:
		return "text"
	case bool:
		return strconv.FormatBool(v)
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	default:
		return "a number like this"
	}
}

func choices(values []any) string {
	words := make([]string, len(values))
	for i, value := range values {
		words[i] = fmt.Sprintf("%#v", value) // text quoted, numbers and booleans as they are
	}
	return strings.Join(words, ", ")
}

func number(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

// sentence joins a field and its message.
func sentence(field FieldError) string {
	if field.Field == "" {
		return "the body " + field.Detail + "."
	}
	return field.Field + " " + field.Detail + "."
}
