# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# QEMU's makefile of its user-mode tests, tests/tcg, outside of QEMU's build.
#
# usage: . "$(dirname "$0")/lib.sh"; . "$top/scripts/tcg.sh"

# tcg_directory DIR SRC TARGET COMPILER: make DIR, below which nothing else is
# kept, a build directory for the tests of SRC.  What QEMU's configure would
# write: it does so only for compilers that it finds on that day, and for a
# QEMU that can have plugins.
tcg_directory() {
    td_prefix=${4%gcc}
    td_extra=
    [ "$3" != x86_64 ] || td_extra='-m64 -mcx16'
    rm -rf "$1" && mkdir -p "$1" || return 1
    ln -s "$2/tests/tcg/Makefile.target" "$1/Makefile" &&
        echo "SRC_PATH=$2" | put "$(dirname "$1")/config-host.mak" &&
        put "$1/config-target.mak" <<MAK
TARGET_NAME=$3
TARGET=$3-linux-user
EXTRA_CFLAGS=$td_extra
CC=$4
CCAS=$4
AR=${td_prefix}ar
AS=${td_prefix}as
LD=${td_prefix}ld
NM=${td_prefix}nm
OBJCOPY=${td_prefix}objcopy
RANLIB=${td_prefix}ranlib
STRIP=${td_prefix}strip
BUILD_STATIC=y
MAK
}
