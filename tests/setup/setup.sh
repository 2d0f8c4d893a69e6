# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the tests of the set-up share: TAP, programs that are faked on PATH, a
# QEMU of a few files.  To be sourced by a script in this directory.

set -u
LC_ALL=C
export LC_ALL
top=$(cd "$(dirname "$0")/../.." && pwd -P) || exit 1
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
unset SET_MM_LOCKED HOOKS CC WEAVE_CACHE MAKEFLAGS MFLAGS

number=0
ok() {
    number=$((number + 1))
    echo "ok $number - $*"
}
not_ok() {
    number=$((number + 1))
    echo "not ok $number - $*"
    echo "# status $status, standard error:"
    sed 's/^/#   /' "$tmp/err"
    echo "# standard output:"
    sed 's/^/#   /' "$tmp/out"
}
# check NAME COMMAND...: one assertion.
check() {
    c_name=$1
    shift
    if "$@"; then
        ok "$c_name"
    else
        not_ok "$c_name"
    fi
}
is_one_line() { [ "$(wc -l <"$tmp/err")" -eq 1 ]; }
says() { grep -q -e "$1" "$tmp/err"; }
tells() { grep -q -e "$1" "$tmp/out"; }
failed() { [ "$status" -ne 0 ]; }
worked() { [ "$status" -eq 0 ]; }
absent() {
    for a_path in "$@"; do
        [ ! -e "$a_path" ] || return 1
    done
}

# run COMMAND...: keeps what it says.
run() {
    PATH=$fakes:$PATH "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    status=$?
}

# tools_but NAME...: the other programs of this machine, for run_there.
gone=
tools_but() {
    [ -d "$tmp/bin" ] || { mkdir "$tmp/bin" && ln -s /usr/bin/* "$tmp/bin"/; }
    for t_name in $gone; do
        ln -s "/usr/bin/$t_name" "$tmp/bin"/
    done
    gone=
    for t_name in "$@"; do
        [ ! -L "$tmp/bin/$t_name" ] || gone="$gone $t_name"
    done
    (cd "$tmp/bin" && rm -f "$@")
}
run_there() {
    PATH=$fakes:$tmp/bin "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
    status=$?
}

# refused NAME PATTERN...: what run() ran has failed as it should.
refused() {
    r_name=$1
    shift
    check "$r_name: fails" failed
    check "$r_name: says so in one line" is_one_line
    for r_pattern in "$@"; do
        check "$r_name: says '$r_pattern'" says "$r_pattern"
    done
}

# A new build directory and no fakes.
fresh() {
    BUILD=$tmp/build.$number
    fakes=$tmp/fakes.$number
    export BUILD
    mkdir "$fakes"
}

# fake PROGRAM: standard input becomes the program of that name.
fake() {
    { echo '#!/bin/sh'; cat; } >"$fakes/$1"
    chmod +x "$fakes/$1"
}

# All packages are there, whatever machine this is.
packages_there() {
    {
        echo 'cat <<END'
        sed -n 's/^\([a-z][^ ]*\).*/installed \1 /p' \
            "$top/scripts/packages.list"
        echo END
    } | fake dpkg-query
}

# tree DIR VERSION: as much of QEMU as the set-up looks at.
tree() {
    mkdir -p "$1/linux-user" "$1/configs/targets"
    echo "$2" >"$1/VERSION"
    echo '#!/bin/sh' >"$1/configure"
    echo "project('qemu')" >"$1/meson.build"
    echo 'linux_user_ss.add(rt)' >"$1/linux-user/meson.build"
    printf 'int close_all(int fd)\n{\n    return close(fd);\n}\n' \
        >"$1/linux-user/syscall.c"
    printf 'int unrelated;\n' >"$1/linux-user/elfload.c"
    : >"$1/configs/targets/x86_64-linux-user.mak"
}
