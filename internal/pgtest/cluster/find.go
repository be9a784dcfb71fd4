package cluster

import (
	"cmp"
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// ErrNotInstalled means that the machine has no PostgreSQL server's binaries where they usually are.
var ErrNotInstalled = errors.New("cluster: no PostgreSQL server is installed (initdb and pg_ctl were not found)")

// usual are the folders that the packages of Debian, Red Hat and Homebrew put the server's binaries in, of which
// Debian's are on nobody's PATH.
var usual = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// Find returns the folder of the server's binaries: the one on PATH, or else the newest where packages put them. It
// returns [ErrNotInstalled] when there is none.
func Find() (string, error) {
	if path, err := exec.LookPath("pg_ctl"); err == nil && complete(filepath.Dir(path)) {
		return filepath.Dir(path), nil
	}
	for _, pattern := range usual {
		dirs, err := filepath.Glob(pattern)
		if err != nil {
			return "", err
		}
		slices.SortFunc(dirs, func(a, b string) int { return cmp.Compare(major(b), major(a)) })
		if i := slices.IndexFunc(dirs, complete); i >= 0 {
			return dirs[i], nil
		}
	}
	return "", ErrNotInstalled
}

// complete reports whether dir can make and run a cluster. A client's package has neither binary.
func complete(dir string) bool {
	for _, name := range []string{"initdb", "pg_ctl", "postgres"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

var digits = regexp.MustCompile(`[0-9]+`)

// major reads the first number of a folder's name, which is PostgreSQL's version. Text would sort 9 after 15.
func major(dir string) int {
	n, _ := strconv.Atoi(digits.FindString(dir))
	return n
}

// owner returns the user that the server has to run as: nil for the present one. PostgreSQL refuses to run as root.
func owner() (*user.User, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	if u, err := user.Lookup("postgres"); err == nil {
		return u, nil
	}
	return user.Lookup("nobody")
}

// ids returns u's numbers. They are numbers wherever there is a root to ask for them.
func ids(u *user.User) (uid, gid int, err error) {
	if uid, err = strconv.Atoi(u.Uid); err != nil {
		return 0, 0, err
	}
	gid, err = strconv.Atoi(u.Gid)
	return uid, gid, err
}
