//go:build unix

package cluster

import (
	"os/user"
	"syscall"
)

// attributes makes a process run as u (nil: as we do) and in a session of its own, so that an interrupt typed at the
// terminal reaches our process alone, which then decides about the cluster.
func attributes(u *user.User) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Setsid: true}
	if u == nil {
		return attr, nil
	}
	uid, gid, err := ids(u)
	if err != nil {
		return nil, err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, nil
}
