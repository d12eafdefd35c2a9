package food

// Keys returns what a recipe is found by, of the names of the foods in its rows: the key of each,
// and the groups they belong to. Each is given once, in order.
func Keys(names []string) []string {
	var keys []string
	seen := map[string]bool{"": true}
	add := func(key string) {
		if !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	var in []string
	for _, name := range names {
		key := Key(name)
		if seen[key] {
			continue
		}
		add(key)
		in = append(in, groupsOf(key)...)
	}
	for _, key := range in {
		add(key)
	}
	return keys
}

// Asked returns the key that a food asked for is found by; that of a group in any language is the
// group's.
func Asked(name string) string {
	key := Key(name)
	if group, ok := groupOf[key]; ok {
		return group
	}
	return key
}
