package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestMain lets the test binary be pgrun itself.
func TestMain(m *testing.M) {
	if os.Getenv("BE_PGRUN") == "1" {
		_ = os.Unsetenv("BE_PGRUN")
		main()
	}
	os.Exit(m.Run())
}

// pgrun prepares a run of script, with a folder of its own for what is temporary.
func pgrun(t *testing.T, script string) (cmd *exec.Cmd, dir string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgrun-") // not t.TempDir, whose parent only its owner can enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	cmd = exec.CommandContext(t.Context(), os.Args[0], "sh", "-c", script)
	cmd.Env = append(os.Environ(), "BE_PGRUN=1", "TMPDIR="+dir, "TEST_DATABASE_URL=")
	cmd.Stderr = os.Stderr
	return cmd, dir
}

func empty(t *testing.T, dir string) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

func TestExitCodeAndAddress(t *testing.T) {
	cmd, dir := pgrun(t, `echo "$TEST_DATABASE_URL"; exit 7`)
	out, _ := cmd.Output()
	if code := cmd.ProcessState.ExitCode(); code != 7 {
		t.Errorf("exit code %d, want the command's 7", code)
	}
	if !strings.HasPrefix(string(out), "postgres://postgres:") {
		t.Errorf("the command got the address %q", out)
	}
	empty(t, dir)
}

func TestAddressOfTheCaller(t *testing.T) {
	cmd, dir := pgrun(t, `echo "$TEST_DATABASE_URL"; ls "$TMPDIR"`)
	cmd.Env = append(cmd.Env, "TEST_DATABASE_URL=postgres://elsewhere/")
	out, err := cmd.Output()
	if err != nil || string(out) != "postgres://elsewhere/\n" {
		t.Errorf("got %q, %v", out, err)
	}
	empty(t, dir)
}

func TestSignalIsPassedOn(t *testing.T) {
	cmd, dir := pgrun(t, `trap 'echo caught; exit 9' TERM; echo ready; while :; do sleep 0.05; done`)
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(pipe)
	if line, err := out.ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("got %q, %v", line, err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(out)
	if err != nil || string(rest) != "caught\n" {
		t.Errorf("got %q, %v", rest, err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 9 {
		t.Errorf("exit code %d, want the command's 9", code)
	}
	empty(t, dir)
}

func TestCommandThatIsNotThere(t *testing.T) {
	cmd, dir := pgrun(t, ``)
	cmd.Args = []string{os.Args[0], "/nowhere/at-all"}
	cmd.Stderr = nil
	if _, err := cmd.Output(); err == nil {
		t.Error("no error")
	}
	empty(t, dir)
}
