package sms

// Corrects is what recognises a request to put something right.
var Corrects = corrects
