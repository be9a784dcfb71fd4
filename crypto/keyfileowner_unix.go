//go:build unix

package crypto

import (
	"os"
	"syscall"
)

// keepOwner gives file to whom the file at path belongs, whose place it will take: an administrator who rotates must not
// lock out the service. Who rotates his own may not be in its group, which has no rights on it.
func keepOwner(file *os.File, path string) error {
	mine, err := file.Stat()
	if err != nil {
		return err
	}
	theirs, err := os.Stat(path)
	if err != nil {
		return err
	}
	is, owner := mine.Sys().(*syscall.Stat_t), theirs.Sys().(*syscall.Stat_t)
	if is.Uid == owner.Uid {
		return nil
	}
	return file.Chown(int(owner.Uid), int(owner.Gid))
}
