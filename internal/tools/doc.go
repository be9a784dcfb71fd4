// Package tools is a module of its own for what builds and checks Enamel, so that no linter raises the version of
// anything that a user links. The linters are in its go.mod as tools; pgrun is a command.
package tools
