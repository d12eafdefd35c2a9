package elastic

// OpenAs is Open in a program whose layout has another version.
func OpenAs(options Options, layout int) (*Index, error) { return openAs(options, layout) }

// Layout is that of this program.
const Layout = layoutVersion
