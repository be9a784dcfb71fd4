package cluster

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Cluster is a running server. Its methods are not safe for concurrent use.
type Cluster struct {
	bin, dir string
	password string
	port     int
	owner    *user.User // nil: whoever runs us
	attr     *syscall.SysProcAttr
	alive    io.Closer // the janitor waits for its end
	janitor  *exec.Cmd
}

// Start makes a new cluster and waits until it takes connections, which is a second or so. It returns
// [ErrNotInstalled] when the machine has no server.
func Start() (*Cluster, error) {
	bin, err := Find()
	if err != nil {
		return nil, err
	}
	u, err := owner()
	if err != nil {
		return nil, fmt.Errorf("cluster: no user to run the server as: %w", err)
	}
	attr, err := attributes(u)
	if err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	dir, err := os.MkdirTemp("", "enamel-pg-")
	if err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	c := &Cluster{bin: bin, dir: dir, password: rand.Text(), owner: u, attr: attr}
	if err := c.begin(); err != nil {
		return nil, errors.Join(fmt.Errorf("cluster: %w", err), c.Stop())
	}
	return c, nil
}

// DSN returns the address of the database postgres, as its superuser.
func (c *Cluster) DSN() string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword("postgres", c.password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)), Path: "/postgres", RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Restart stops the server in an orderly way, which ends every connection, and starts it again at the same address.
func (c *Cluster) Restart() error { return c.restart("fast") }

// Crash stops the server at once, as a failed machine would, and starts it again at the same address. What was
// committed is recovered.
func (c *Cluster) Crash() error { return c.restart("immediate") }

// Stop ends the server and removes everything that the cluster wrote.
func (c *Cluster) Stop() error {
	var errs []error
	if c.janitor != nil {
		errs = append(errs, c.alive.Close())
		_ = c.janitor.Wait() // it may lack the right to remove the folder itself, which we have
	}
	errs = append(errs, os.RemoveAll(c.dir))
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("cluster: stop: %w", err)
	}
	return nil
}

func (c *Cluster) begin() error {
	if err := c.give(c.dir); err != nil {
		return err
	}
	if err := c.watch(); err != nil {
		return err
	}
	if err := c.initialise(); err != nil {
		return err
	}
	// A port that is free now may be taken when the server asks for it.
	var err error
	for range 5 {
		if c.port, err = freePort(); err != nil {
			return err
		}
		if err = c.launch(); err == nil {
			return nil
		}
	}
	return err
}

// sweep is the janitor's work. read returns when our process is gone, however it went; the server's processes then
// get no time to finish, for their data is thrown away. An initdb that was cut short may still write for a moment.
const sweep = `read -r _; "$1/pg_ctl" -D "$2/data" -m immediate -w stop; rm -rf "$2" || { sleep 1; rm -rf "$2"; }`

// watch starts the janitor. It runs as the server's user, which owns the folder.
func (c *Cluster) watch() error {
	janitor := exec.Command("/bin/sh", "-c", sweep, "janitor", c.bin, c.dir)
	janitor.SysProcAttr, janitor.Dir = c.attr, "/"
	alive, err := janitor.StdinPipe()
	if err != nil {
		return err
	}
	if err := janitor.Start(); err != nil {
		return err
	}
	c.alive, c.janitor = alive, janitor
	return nil
}

// settings make the server quick and its mistakes loud. Nothing waits for the disk, since no test survives the machine's
// own failure; but a commit is with the operating system before it is confirmed, so that it survives [Cluster.Crash]. The
// time zone is far from UTC, which finds code that leans on the session's.
const settings = `
listen_addresses = '127.0.0.1'
unix_socket_directories = '%s'
max_connections = 200
fsync = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_prepared_transactions = 10
TimeZone = 'America/Denver'
`

// initialise lays the data folder out and configures it. The password passes through a file that its owner alone can
// read, for an argument can be read by everyone on the machine.
func (c *Cluster) initialise() error {
	secret := filepath.Join(c.dir, "password")
	if err := os.WriteFile(secret, []byte(c.password+"\n"), 0o600); err != nil {
		return err
	}
	if err := c.give(secret); err != nil {
		return err
	}
	err := run(c.command("initdb", "-D", c.data(), "-U", "postgres", "-A", "password", "--pwfile="+secret,
		"-E", "UTF8", "--locale=C", "--no-sync"))
	if err != nil {
		return err
	}
	conf, err := os.OpenFile(filepath.Join(c.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(conf, settings, strings.ReplaceAll(c.dir, "'", "''"))
	return errors.Join(err, conf.Close())
}

// give hands a file to the user that the server runs as.
func (c *Cluster) give(path string) error {
	if c.owner == nil {
		return nil
	}
	uid, gid, err := ids(c.owner)
	if err != nil {
		return err
	}
	return os.Chown(path, uid, gid)
}

func (c *Cluster) launch() error {
	log := filepath.Join(c.dir, "log")
	err := run(c.command("pg_ctl", "-D", c.data(), "-l", log, "-w", "-o", "-p "+strconv.Itoa(c.port), "start"))
	if err != nil {
		why, _ := os.ReadFile(log) // the reason stands there alone
		return fmt.Errorf("%w: %s", err, why)
	}
	return nil
}

func (c *Cluster) restart(mode string) error {
	if err := run(c.command("pg_ctl", "-D", c.data(), "-m", mode, "-w", "stop")); err != nil {
		return fmt.Errorf("cluster: restart: %w", err)
	}
	if err := c.launch(); err != nil {
		return fmt.Errorf("cluster: restart: %w", err)
	}
	return nil
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

func (c *Cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(c.bin, name), args...)
	cmd.SysProcAttr, cmd.Dir = c.attr, c.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C"} // without the PG* variables of whoever runs the tests
	return cmd
}

// run runs cmd and puts what it said into the error.
func run(cmd *exec.Cmd) error {
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, bytes.TrimSpace(said.Bytes()))
	}
	return nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}
