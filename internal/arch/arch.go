// Package arch holds this module's import rules, each with its reason, and checks them. Its test
// applies them to the output of `go list` for every package, so a review can't miss a violation. To
// change a rule, change its row in rules.go, including the reason.
package arch

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Module is the path of this module.
const Module = "larder.dev"

// Package is the rules' input: one package's direct imports, with those of its test files separate.
type Package struct {
	Path        string   // import path
	Files       []string // all its Go files, without folder
	Imports     []string
	TestImports []string // of both kinds of test files
}

// Layer says which of this module's packages the matching packages may import.
type Layer struct {
	Packages string   // a pattern; the longest match applies
	May      []string // patterns of our packages
	Tests    []string // additional imports for their _test.go files
	Third    []string // nil: any third party allowed by the libraries below; otherwise only these patterns
	Reason   string
}

// Library says where a third-party or standard library package may be imported.
type Library struct {
	Import string   // a pattern; the longest match applies
	May    []string // packages that may import it, in any file
	Tests  []string // packages whose _test.go files may import it too
	Reason string
}

// Violation is an import or a name that a rule forbids.
type Violation struct {
	Package string
	What    string
	Reason  string
}

func (v Violation) String() string {
	return fmt.Sprintf("%s %s\n\tbecause: %s", v.Package, v.What, v.Reason)
}

// Check returns every violation of the rules, in package order.
func Check(packages []Package, layers []Layer, libraries []Library) []Violation {
	var found []Violation
	for _, p := range packages {
		found = append(found, checkName(p)...)
		layer, ok := layerOf(p.Path, layers)
		if !ok {
			found = append(found, Violation{p.Path, "has no layer", "a folder without a rule is one that everything may grow into"})
			continue
		}
		found = append(found, layer.check(p.Path, p.Imports, false)...)
		found = append(found, layer.check(p.Path, p.TestImports, true)...)
		found = append(found, checkLibraries(p.Path, p.Imports, libraries, false)...)
		found = append(found, checkLibraries(p.Path, p.TestImports, libraries, true)...)
	}
	return found
}

func layerOf(pkg string, layers []Layer) (Layer, bool) {
	best, ok := Layer{}, false
	for _, layer := range layers {
		if matches(layer.Packages, pkg) && (!ok || len(layer.Packages) > len(best.Packages)) {
			best, ok = layer, true
		}
	}
	return best, ok
}

func (l Layer) check(pkg string, imports []string, test bool) []Violation {
	var found []Violation
	for _, imported := range imports {
		if !l.admits(pkg, imported, test) {
			found = append(found, Violation{pkg, verb(test) + imported, l.Reason})
		}
	}
	return found
}

func (l Layer) admits(pkg, imported string, test bool) bool {
	switch {
	case isStandard(imported), test && imported == pkg: // its external test package
		return true
	case isOurs(imported):
		return matchesAny(l.May, imported) || test && matchesAny(l.Tests, imported)
	default:
		return l.Third == nil || matchesAny(l.Third, imported) || test
	}
}

func checkLibraries(pkg string, imports []string, libraries []Library, test bool) []Violation {
	var found []Violation
	for _, imported := range imports {
		library, ok := libraryOf(imported, libraries)
		if ok && !matchesAny(library.May, pkg) && (!test || !matchesAny(library.Tests, pkg)) {
			found = append(found, Violation{pkg, verb(test) + imported, library.Reason})
		}
	}
	return found
}

func libraryOf(imported string, libraries []Library) (Library, bool) {
	best, ok := Library{}, false
	for _, library := range libraries {
		if matches(library.Import, imported) && (!ok || len(library.Import) > len(best.Import)) {
			best, ok = library, true
		}
	}
	return best, ok
}

func verb(test bool) string {
	if test {
		return "imports in its tests "
	}
	return "imports "
}

// checkName rejects names that mean nothing, since such packages end up holding everything.
func checkName(p Package) []Violation {
	const reason = "a name that says nothing ends up holding everything; name it for what it holds"
	var found []Violation
	if isEmptyWord(path.Base(p.Path)) {
		found = append(found, Violation{p.Path, "has such a name", reason})
	}
	for _, file := range p.Files {
		if isEmptyWord(strings.TrimSuffix(strings.TrimSuffix(file, ".go"), "_test")) {
			found = append(found, Violation{p.Path, "has a file " + file, reason})
		}
	}
	return found
}

func isEmptyWord(name string) bool {
	return slices.Contains([]string{
		"util", "utils", "common", "helper", "helpers", "base", "misc", "shared", "lib", "core", "tools",
	}, name)
}

// matches: "a/b" is only that package, "a/b/..." also all below it, and "*" one path element.
func matches(pattern, pkg string) bool {
	prefix, below := strings.CutSuffix(pattern, "/...")
	if below {
		n := strings.Count(prefix, "/") + 1
		elements := strings.Split(pkg, "/")
		if len(elements) < n {
			return false
		}
		pkg = strings.Join(elements[:n], "/")
	}
	ok, err := path.Match(prefix, pkg)
	return ok && err == nil
}

func matchesAny(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, pkg) })
}

func isOurs(pkg string) bool { return matches(Module+"/...", pkg) }

// isStandard uses the go command's rule: a path whose first element has a dot is a module's.
func isStandard(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return !strings.Contains(first, ".")
}
