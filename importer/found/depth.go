package found

// MaxDepth bounds how deep JSON may be nested, in levels. schema.org's recipes reach some ten.
const MaxDepth = 100

// TooDeep tells whether JSON is nested deeper than MaxDepth, before anything that recurses reads it. What isn't quite JSON is
// counted by the same rule.
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
