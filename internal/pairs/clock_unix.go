//go:build unix

package pairs

import (
	"syscall"
	"time"
)

// processor returns the processor's time that this process has used.
func processor() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return passed()
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
