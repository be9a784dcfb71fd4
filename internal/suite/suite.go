// Package suite is what conformance suites have in common.
package suite

import (
	"fmt"
	"reflect"
	"time"
)

// Filled returns an error that names a field of the struct v which is zero, so that a field added later cannot be
// forgotten in a case that writes every one and reads it again. It looks into structs; of a slice of structs it is
// enough that one of them sets a field.
func Filled(v any) error { return filled([]reflect.Value{reflect.ValueOf(v)}) }

func filled(structs []reflect.Value) error {
	t := structs[0].Type()
	for i := range t.NumField() {
		var set []reflect.Value
		for _, s := range structs {
			if f := s.Field(i); !f.IsZero() {
				set = append(set, f)
			}
		}
		if len(set) == 0 {
			return fmt.Errorf("the suite does not set %s.%s", t, t.Field(i).Name)
		}
		if set[0].Kind() == reflect.Slice {
			set = elements(set)
		}
		if len(set) > 0 && set[0].Kind() == reflect.Struct && set[0].Type() != reflect.TypeFor[time.Time]() {
			if err := filled(set); err != nil {
				return err
			}
		}
	}
	return nil
}

func elements(slices []reflect.Value) []reflect.Value {
	var all []reflect.Value
	for _, s := range slices {
		for i := range s.Len() {
			all = append(all, s.Index(i))
		}
	}
	return all
}
