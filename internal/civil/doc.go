// Package civil is the calendar date of a birth, a service or a deadline. A date is no instant: it has no hour and no
// zone, and is never stored or compared as one. Only [Date.In] makes an instant of it, in a zone that the caller names.
package civil
