package bandwidth_test

import "github.com/enamel-go/enamel/sms/bandwidth"

// The planted secrets.
var account = bandwidth.Account{ID: "9900000", Application: "93de2206-9669-4e07-948d-329f4b722ee2", User: "planteduser", Password: "plantedpassword"}
