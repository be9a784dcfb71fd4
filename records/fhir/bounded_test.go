package fhir

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheLimitIsExact(t *testing.T) {
	const patient = `{"resourceType":"Patient","id":"p","name":[{"family":"A"}]}`
	got, err := read(strings.NewReader(patient), len(patient))
	require.NoError(t, err)
	require.Len(t, got.Patients, 1)
	_, err = read(strings.NewReader(patient+" "), len(patient))
	require.ErrorIs(t, err, ErrFormat)
	require.ErrorContains(t, err, "64 MiB")
}
