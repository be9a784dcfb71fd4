package consenttest_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit/auditmem"
)

// mutant is one way to break a store, and the case that is there to catch it.
type mutant[Store any] struct {
	name, caughtBy string
	breaks         breaking[Store]
}

type breaking[Store any] = func(good Store, entries *auditmem.Store) Store

// checking runs the case of that name on what breaks makes of a good store.
type checking[Store any] = func(t *testing.T, name string, breaks breaking[Store]) error

// catches has each mutant caught by its case.
func catches[Store any](t *testing.T, mutants []mutant[Store], check checking[Store]) {
	t.Helper()
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			require.Error(t, check(t, m.caughtBy, m.breaks))
		})
	}
}

// passes runs all cases on a good store.
func passes[Store any](t *testing.T, cases []string, check checking[Store]) {
	t.Helper()
	for _, name := range cases {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, check(t, name, func(good Store, _ *auditmem.Store) Store { return good }))
		})
	}
}

// allCatch finds the cases that no mutant is made for.
func allCatch[Store any](t *testing.T, cases []string, mutants []mutant[Store]) {
	t.Helper()
	require.Empty(t, slices.DeleteFunc(cases, func(name string) bool {
		return slices.ContainsFunc(mutants, func(m mutant[Store]) bool { return m.caughtBy == name })
	}), "cases that no broken store is made for")
}

// eachField runs a test for each field of a struct, and of the structs within it, by its index.
func eachField[Struct any](t *testing.T, test func(t *testing.T, field []int)) {
	t.Helper()
	var each func(name string, index []int, of reflect.Type)
	each = func(name string, index []int, of reflect.Type) {
		for i := range of.NumField() {
			field, at := of.Field(i), append(slices.Clone(index), i)
			if field.Type.Kind() == reflect.Struct && field.Type != reflect.TypeFor[time.Time]() {
				each(name+field.Name+".", at, field.Type)
				continue
			}
			t.Run(name+field.Name, func(t *testing.T) { test(t, at) })
		}
	}
	each("", nil, reflect.TypeFor[Struct]())
}
