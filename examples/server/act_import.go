package main

import "context"

const importName = "import"

func importAct() act {
	return act{Name: importName, Method: "POST", Path: "/api/import", Does: "Imports the patients of a FHIR R4 bundle.", section: "patients", run: importBundle}
}

func importBundle(ctx context.Context, s *app, raw []byte) (done, error) {
	return done{Said: "soon"}, nil
}
