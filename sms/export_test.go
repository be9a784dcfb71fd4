package sms

// Found is what the screen finds.
var Found = found
