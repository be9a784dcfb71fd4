module github.com/enamel-go/enamel/sms/phonenumbers

go 1.25.0

replace github.com/enamel-go/enamel => ../..

require (
	github.com/enamel-go/enamel v0.0.0-00010101000000-000000000000
	github.com/nyaruka/phonenumbers v1.8.1
	github.com/stretchr/testify v1.12.1
)

require (
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/text v0.41.0 // indirect
	golang.org/x/time v0.15.0 // indirect
	google.golang.org/protobuf v1.36.11 // indirect
)
