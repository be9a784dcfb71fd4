package oracle_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func BenchmarkZZ(b *testing.B) {
	d := durable(b)
	ours := newTexts(b, d, 1)
	var pid int
	require.NoError(b, d.Pool(1).QueryRow("SELECT pg_backend_pid()").Scan(&pid))
	for range 6 {
		require.NoError(b, ours.queue(1))
		p0, c0 := pgcpu(pid), selfcpu()
		t0 := time.Now()
		require.NoError(b, ours.work(1))
		fmt.Printf("wall %v client %v pg %v per text\n", time.Since(t0)/time.Duration(texts), (selfcpu()-c0)/time.Duration(texts), (pgcpu(pid)-p0)/time.Duration(texts))
	}
}

func selfcpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(0, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func stat(pid int) (ppid int, cpu time.Duration) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, 0
	}
	x := string(b)
	f := strings.Fields(x[strings.LastIndex(x, ")")+2:])
	ppid, _ = strconv.Atoi(f[1])
	u, _ := strconv.Atoi(f[11])
	k, _ := strconv.Atoi(f[12])
	return ppid, time.Duration(u+k) * 10 * time.Millisecond
}

func pgcpu(backend int) time.Duration {
	master, _ := stat(backend)
	var sum time.Duration
	ds, _ := os.ReadDir("/proc")
	for _, d := range ds {
		pid, err := strconv.Atoi(d.Name())
		if err != nil {
			continue
		}
		if pp, c := stat(pid); pp == master {
			sum += c
		}
	}
	return sum
}
