package bleveindex

// OpenAs is Open in a program whose layout has another version.
func OpenAs(dir string, options Options, layout int) (*Index, error) {
	return openAs(dir, options, layout)
}

// Layout is that of this program.
const Layout = layoutVersion
