module github.com/enamel-go/enamel/internal/oracle

go 1.25.0

replace github.com/enamel-go/enamel => ../..

require (
	filippo.io/age v1.3.2
	github.com/enamel-go/enamel v0.0.0-00010101000000-000000000000
	github.com/stretchr/testify v1.12.1
	github.com/tink-crypto/tink-go/v2 v2.9.0
)

require (
	filippo.io/hpke v0.4.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/crypto v0.55.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
	google.golang.org/protobuf v1.36.11 // indirect
)
