// What go/types says of edits: the errors in some files of a module, before and after the edit.
//
//	go_truth ROOT
//
// Each line of standard input is {"ask": "errors", "files": {path: text or null}, "paths": [path]} or
// {"ask": "reload"}; each line of standard output answers one: {"before": [...], "after": [...]}, errors as
// {"path", "line", "message"}. Paths are relative to ROOT. Packages of other modules are unknown: their import is an
// error before and after, and go/types says nothing of what comes from them.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
)

type complaint struct {
	Path    string `json:"path"`
	Line    int    `json:"line"`
	Message string `json:"message"`
}

type question struct {
	Ask   string             `json:"ask"`
	Files map[string]*string `json:"files"`
	Paths []string           `json:"paths"`
}

type answer struct {
	Before []complaint `json:"before"`
	After  []complaint `json:"after"`
}

// folder holds the files of one directory, by what the go command makes of them.
type folder struct {
	plain, inside, outside []string
}

// state is the module with some files replaced. Packages of a folder that nothing of the edit reaches are the base's.
type state struct {
	module  *module
	overlay map[string]*string
	base    *state
	folders map[string]*folder
	dirty   map[string]bool
	parsed  map[string]*ast.File
	syntax  map[string][]complaint
	plain   map[string]*types.Package
	tested  map[string]*types.Package
	busy    map[string]bool
}

type module struct {
	root, name string
	fset       *token.FileSet
	library    types.Importer
	texts      map[string]bool
}

func main() {
	build.Default.CgoEnabled = false
	root, err := filepath.Abs(os.Args[1])
	if err != nil {
		panic(err)
	}
	fset := token.NewFileSet()
	library := importer.ForCompiler(fset, "source", nil)
	base := open(root, fset, library)
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	output := json.NewEncoder(os.Stdout)
	for {
		line, err := input.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked question
		if err := json.Unmarshal(line, &asked); err != nil {
			panic(err)
		}
		if asked.Ask == "reload" {
			base = open(root, fset, library)
			output.Encode(answer{})
			continue
		}
		before := base.errors(asked.Paths)
		after := base.with(asked.Files).errors(asked.Paths)
		output.Encode(answer{Before: before, After: after})
	}
}

func open(root string, fset *token.FileSet, library types.Importer) *state {
	m := &module{root: root, fset: fset, library: library}
	text, _ := os.ReadFile(filepath.Join(root, "go.mod"))
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "module ") {
			m.name = strings.Trim(strings.TrimSpace(strings.TrimPrefix(line, "module ")), "\"")
		}
	}
	m.texts = map[string]bool{}
	filepath.Walk(root, func(name string, info os.FileInfo, err error) error {
		if err != nil {
			return nil
		}
		base := info.Name()
		if info.IsDir() && name != root && (strings.HasPrefix(base, ".") || base == "vendor" || base == "testdata" || base == "node_modules") {
			return filepath.SkipDir
		}
		if !info.IsDir() && strings.HasSuffix(base, ".go") {
			relative, _ := filepath.Rel(root, name)
			m.texts[filepath.ToSlash(relative)] = true
		}
		return nil
	})
	s := &state{module: m}
	s.start()
	return s
}

func (s *state) start() {
	s.folders = map[string]*folder{}
	s.parsed, s.syntax = map[string]*ast.File{}, map[string][]complaint{}
	s.plain, s.tested = map[string]*types.Package{}, map[string]*types.Package{}
	s.busy = map[string]bool{}
	s.dirty = map[string]bool{}
	names := map[string]bool{}
	for name := range s.module.texts {
		names[name] = true
	}
	for name, text := range s.overlay {
		names[name] = text != nil
	}
	sorted := []string{}
	for name, there := range names {
		if there {
			sorted = append(sorted, name)
		}
	}
	sort.Strings(sorted)
	for _, name := range sorted {
		s.place(name)
	}
}

// with is the module after an edit.
func (s *state) with(files map[string]*string) *state {
	after := &state{module: s.module, overlay: files, base: s}
	after.start()
	for name := range files {
		after.dirty[path.Dir(name)] = true
	}
	for grown := true; grown; {
		grown = false
		for dir, each := range after.folders {
			if after.dirty[dir] {
				continue
			}
			for _, name := range append(append(append([]string{}, each.plain...), each.inside...), each.outside...) {
				for _, spec := range after.file(name).Imports {
					if target, ok := after.folderOf(strings.Trim(spec.Path.Value, "\"`")); ok && after.dirty[target] && !after.dirty[dir] {
						after.dirty[dir], grown = true, true
					}
				}
			}
		}
	}
	return after
}

func (s *state) place(name string) {
	dir := path.Dir(name)
	context := build.Default
	if match, err := context.MatchFile(filepath.Join(s.module.root, dir), path.Base(name)); err == nil && !match {
		return
	}
	each := s.folders[dir]
	if each == nil {
		each = &folder{}
		s.folders[dir] = each
	}
	file := s.file(name)
	switch {
	case !strings.HasSuffix(name, "_test.go"):
		each.plain = append(each.plain, name)
	case strings.HasSuffix(file.Name.Name, "_test"):
		each.outside = append(each.outside, name)
	default:
		each.inside = append(each.inside, name)
	}
}

// file parses a file once; what the base has parsed already is not parsed again.
func (s *state) file(name string) *ast.File {
	if file := s.parsed[name]; file != nil {
		return file
	}
	text, replaced := s.overlay[name]
	if !replaced && s.base != nil {
		return s.base.file(name)
	}
	var source any
	if replaced {
		source = *text
	}
	file, err := parser.ParseFile(s.module.fset, filepath.Join(s.module.root, name), source, parser.AllErrors|parser.SkipObjectResolution)
	if file == nil || file.Name == nil {
		file = &ast.File{Name: ast.NewIdent("broken")}
	}
	s.parsed[name] = file
	if err != nil {
		for _, each := range strings.Split(fmt.Sprint(err), "\n")[:1] {
			s.syntax[name] = append(s.syntax[name], complaint{Path: name, Line: lineOf(each), Message: "syntax: " + each})
		}
	}
	return file
}

func lineOf(message string) int {
	line := 1
	if parts := strings.Split(message, ".go:"); len(parts) > 1 {
		fmt.Sscanf(parts[1], "%d", &line)
	}
	return line
}

func (s *state) folderOf(imported string) (string, bool) {
	if imported == s.module.name {
		return ".", true
	}
	if s.module.name != "" && strings.HasPrefix(imported, s.module.name+"/") {
		return strings.TrimPrefix(imported, s.module.name+"/"), true
	}
	return "", false
}

// Import makes a state the importer of its own packages.
func (s *state) Import(imported string) (*types.Package, error) {
	if imported == "unsafe" {
		return types.Unsafe, nil
	}
	dir, own := s.folderOf(imported)
	if !own {
		if first := strings.Split(imported, "/")[0]; strings.Contains(first, ".") {
			return nil, fmt.Errorf("not known here")
		}
		return s.module.library.Import(imported)
	}
	return s.library(dir)
}

func (s *state) library(dir string) (*types.Package, error) {
	if s.base != nil && !s.dirty[dir] {
		return s.base.library(dir)
	}
	if known := s.plain[dir]; known != nil {
		return known, nil
	}
	each := s.folders[dir]
	if each == nil || len(each.plain) == 0 {
		return nil, fmt.Errorf("no such package")
	}
	if s.busy[dir] {
		return nil, fmt.Errorf("import cycle")
	}
	s.busy[dir] = true
	defer delete(s.busy, dir)
	checked := s.check(dir, each.plain, s, true, func(error) {})
	s.plain[dir] = checked
	return checked, nil
}

func (s *state) check(dir string, names []string, from types.Importer, heads bool, report func(error)) *types.Package {
	files := []*ast.File{}
	for _, name := range names {
		files = append(files, s.file(name))
	}
	configuration := types.Config{Importer: from, Error: report, IgnoreFuncBodies: heads, FakeImportC: true}
	imported := s.module.name
	if dir != "." {
		imported += "/" + dir
	}
	checked, _ := configuration.Check(imported, s.module.fset, files, nil)
	return checked
}

// beside answers the import of one folder with the package that its own tests are part of.
type beside struct {
	*state
	dir     string
	package_ *types.Package
}

func (b beside) Import(imported string) (*types.Package, error) {
	if dir, own := b.folderOf(imported); own && dir == b.dir && b.package_ != nil {
		return b.package_, nil
	}
	return b.state.Import(imported)
}

// errors lists what is wrong in some files, their packages' tests included.
func (s *state) errors(paths []string) []complaint {
	asked, dirs := map[string]bool{}, map[string]bool{}
	for _, name := range paths {
		asked[name] = true
		dirs[path.Dir(name)] = true
	}
	found := []complaint{}
	seen := map[string]bool{}
	note := func(each complaint) {
		key := fmt.Sprint(each)
		if asked[each.Path] && !seen[key] {
			seen[key] = true
			found = append(found, each)
		}
	}
	report := func(err error) {
		if each, ok := err.(types.Error); ok {
			position := each.Fset.Position(each.Pos)
			relative, _ := filepath.Rel(s.module.root, position.Filename)
			note(complaint{Path: filepath.ToSlash(relative), Line: position.Line, Message: each.Msg})
		}
	}
	sorted := []string{}
	for dir := range dirs {
		sorted = append(sorted, dir)
	}
	sort.Strings(sorted)
	for _, dir := range sorted {
		each := s.folders[dir]
		if each == nil {
			continue
		}
		names := append(append([]string{}, each.plain...), each.inside...)
		broken := false
		for _, name := range append(append([]string{}, names...), each.outside...) {
			s.file(name)
			for at := s; at != nil; at = at.base {
				if _, own := at.parsed[name]; own {
					for _, row := range at.syntax[name] {
						broken = true
						note(row)
					}
					break
				}
			}
		}
		if broken {
			continue // the compiler stops there too
		}
		tested := s.check(dir, names, s, false, report)
		if len(each.outside) > 0 {
			s.check(dir, each.outside, beside{s, dir, tested}, false, report)
		}
	}
	return found
}
