//go:build !unix

package cluster

import (
	"os/user"
	"syscall"
)

func attributes(*user.User) (*syscall.SysProcAttr, error) { return &syscall.SysProcAttr{}, nil }
