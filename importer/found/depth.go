package found

// MaxDepth limits the nesting of JSON. Real schema.org recipes reach about ten levels.
const MaxDepth = 100

// TooDeep reports whether JSON is nested deeper than MaxDepth, before anything recursive reads it.
// The same rule applies to invalid JSON.
func TooDeep[T string | []byte](text T) bool {
	depth, inString := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			inString = !inString
		case c == '\\' && inString:
			i++
		case inString:
		case c == '{' || c == '[':
			depth++
			if depth > MaxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}
