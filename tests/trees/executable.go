// What a Go program believes to be its executable, and again when it has
// executed that.
//
// SPDX-License-Identifier: GPL-2.0-or-later
package main

import (
	"fmt"
	"os"
	"syscall"
)

func main() {
	path, err := os.Executable()
	fmt.Println(len(os.Args), path, err)
	if len(os.Args) == 1 {
		os.Rename(path, path+".moved")
		err = syscall.Exec("/proc/self/exe", []string{"go", "again"},
			os.Environ())
		fmt.Println(err)
	}
}
