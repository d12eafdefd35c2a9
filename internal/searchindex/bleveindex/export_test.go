package bleveindex

// OpenAs is Open in a program with another layout version.
func OpenAs(dir string, options Options, layout int) (*Index, error) {
	return openAs(dir, options, layout)
}

// Layout is this program's.
const Layout = layoutVersion
