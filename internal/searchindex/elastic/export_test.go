package elastic

// OpenAs is Open in a program with another layout version.
func OpenAs(options Options, layout int) (*Index, error) { return openAs(options, layout) }

// Layout is this program's.
const Layout = layoutVersion
