package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// node is what `go list` says of a package.
type node struct {
	path    string
	module  string // "" for the standard library
	imports []string
}

// check returns what in a program's packages is against the table, in order. Packages of ours that another imports
// have to be among them, and so do the packages of other modules.
func check(packages []node) []string {
	graph := map[string]node{}
	for _, p := range packages {
		graph[p.path] = p
	}
	var wrong []string
	for _, p := range packages {
		path, ours := own(p.path)
		if !ours {
			continue
		}
		r, ok := lookup(path)
		if !ok {
			wrong = append(wrong, fmt.Sprintf("%s is not in the table", p.path))
			continue
		}
		for _, imported := range p.imports {
			if to, ours := own(imported); ours && !r.mayImport(to) {
				wrong = append(wrong, fmt.Sprintf("%s may not know %s", p.path, imported))
			}
		}
		for _, other := range linked(graph, p.path) {
			if !r.mayLink(other) {
				wrong = append(wrong, fmt.Sprintf("%s may not link %s", p.path, other))
			}
		}
	}
	slices.Sort(wrong)
	return slices.Compact(wrong)
}

// own returns a package's path below [module].
func own(path string) (string, bool) {
	if path == module {
		return "", true
	}
	return strings.CutPrefix(path, module+"/")
}

func (r rule) mayImport(path string) bool {
	to, ok := lookup(path)
	switch {
	case !ok:
		return false
	case to.helper:
		return true
	case slices.Contains(r.knows, path):
		return true
	case to.kind != core:
		return false
	}
	return to.domain == r.domain || slices.Contains(r.knows, to.domain)
}

func (r rule) mayLink(path string) bool {
	return slices.ContainsFunc(r.links, func(allowed string) bool {
		return path == allowed || strings.HasSuffix(allowed, "/") && strings.HasPrefix(path, allowed)
	})
}

// linked returns the modules of others that importing a package brings along. Bun's own are left out.
func linked(graph map[string]node, path string) []string {
	var modules []string
	seen := map[string]bool{}
	var walk func(string)
	walk = func(path string) {
		if seen[path] {
			return
		}
		seen[path] = true
		p := graph[path]
		if _, ours := own(path); !ours {
			if p.module == "" {
				return
			}
			modules = append(modules, p.module)
			if p.module == bun {
				return
			}
		}
		for _, imported := range p.imports {
			walk(imported)
		}
	}
	walk(path)
	slices.Sort(modules)
	return slices.Compact(modules)
}
