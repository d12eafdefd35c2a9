package found

// Sink receives results one at a time, because an archive may hold more recipes than fit in memory.
type Sink struct {
	Recipe func(Recipe)
	Failed func(Failure)
}
