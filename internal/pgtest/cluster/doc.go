// Package cluster runs a private PostgreSQL server from the binaries that are installed on the machine.
//
// A cluster lives in a folder of its own, listens on the loopback address alone and asks for a password that only its
// owner knows. It is made for tests: nothing waits for the disk, and nothing is left behind. A small janitor process
// waits for the end of the process that started the cluster, and then stops the server and removes the folder; so it
// makes no difference whether that process ended by itself, by a panic, or by a signal that cannot be caught.
package cluster
