package picture

// ItemTransform is for the fuzz test.
func ItemTransform(photo []byte) int { return itemTransform(photo) }
