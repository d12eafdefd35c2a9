package found

// Sink is told of what is found, as it is found: an archive may have more recipes than memory has room for.
type Sink struct {
	Recipe func(Recipe)
	Failed func(Failure)
}
