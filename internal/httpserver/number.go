package httpserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// maxWhole is the limit up to which float64 holds every whole number exactly.
const maxWhole = 1 << 53

// plainWholes rewrites whole numbers in valid JSON as Go parses integers: 1.0 and 1e2 are integers
// in JSON Schema, but encoding/json puts neither into an int. No number's value changes.
func plainWholes(body []byte) []byte {
	var plain []byte
	kept := 0 // how much of the body is in plain
	for at := 0; at < len(body); {
		switch b := body[at]; {
		case b == '"':
			at = afterString(body, at)
		case b == '-' || b >= '0' && b <= '9':
			end := afterNumber(body, at)
			if whole, ok := asWhole(body[at:end]); ok {
				plain = append(plain, body[kept:at]...)
				plain = strconv.AppendInt(plain, whole, 10)
				kept = end
			}
			at = end
		default:
			at++
		}
	}
	if kept == 0 {
		return body
	}
	return append(plain, body[kept:]...)
}

func asWhole(number []byte) (int64, bool) {
	if !bytes.ContainsAny(number, ".eE") {
		return 0, false
	}
	value, err := strconv.ParseFloat(string(number), 64)
	if err != nil || value != math.Trunc(value) || math.Abs(value) > maxWhole {
		return 0, false
	}
	return int64(value), true
}

func afterString(body []byte, at int) int {
	for at++; at < len(body) && body[at] != '"'; at++ {
		if body[at] == '\\' {
			at++
		}
	}
	return at + 1
}

func afterNumber(body []byte, at int) int {
	for at < len(body) && strings.IndexByte("+-.0123456789eE", body[at]) >= 0 {
		at++
	}
	return at
}

// outOfRange names the fields with a number too large for float64, such as 1e400.
func outOfRange(body []byte) []FieldError {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil
	}
	return tooLargeNumbers(nil, "", value)
}

// tooLargeNumbers appends a value's out-of-range numbers up to the reporting limit: reporting a
// body full of them would take longer than reading it.
func tooLargeNumbers(fields []FieldError, path string, value any) []FieldError {
	if len(fields) >= maxFieldErrors {
		return fields
	}
	switch v := value.(type) {
	case json.Number:
		if _, err := v.Float64(); errors.Is(err, strconv.ErrRange) {
			fields = append(fields, FieldError{Field: path, Detail: "is out of the range of numbers"})
		}
	case []any:
		for i, entry := range v {
			fields = tooLargeNumbers(fields, fmt.Sprintf("%s[%d]", path, i), entry)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			inner := shorten(key)
			if path != "" {
				inner = path + "." + inner
			}
			fields = tooLargeNumbers(fields, inner, v[key])
		}
	}
	return fields
}
