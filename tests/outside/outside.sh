# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# What the tests of this directory share: TAP, a scratch directory, and guests
# that run beside the test.  To be sourced by a script in it.

set -u
LC_ALL=C
export LC_ALL
unset QEMU_SET_MM QEMU_STRACE QEMU_GDB DEBUGINFOD_URLS

# shellcheck disable=SC2034 # by those that source it
here=$(cd "$(dirname "$0")" && pwd -P) || exit 1
# Below /tmp: the path is part of what is expected and must be short enough
# for a socket.
tmp=$(mktemp -d /tmp/outside.XXXXXX) || exit 1
guests=
clean_up() {
    # shellcheck disable=SC2086 # one word a process
    [ -z "$guests" ] || kill $guests 2>/dev/null
    rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

# --- TAP --------------------------------------------------------------------

number=0
got=
# check NAME COMMAND...: one assertion; $got is shown if it does not hold.
check() {
    c_name=$1
    shift
    number=$((number + 1))
    if "$@"; then
        echo "ok $number - $c_name"
    else
        echo "not ok $number - $c_name"
        echo "# expected: $*" | sed '2,$s/^/# /'
        echo "# got: $got" | sed '2,$s/^/# /'
    fi
}
skip() {
    number=$((number + 1))
    echo "ok $number - $1 # SKIP $2"
}
finish() {
    echo "1..$number"
    exit 0
}

is() { [ "$got" = "$1" ]; }
is_not() { [ "$got" != "$1" ]; }
contains() { case $got in *"$1"*) ;; *) return 1 ;; esac; }
lacks() { case $got in *"$1"*) return 1 ;; esac; }

# --- Guests -----------------------------------------------------------------

# await SECONDS COMMAND...: until it holds.
await() {
    a_tries=$(($1 * 20))
    shift
    until "$@"; do
        a_tries=$((a_tries - 1))
        [ $a_tries -gt 0 ] || return 1
        sleep 0.05
    done
}

# start COMMAND...: beside us, until the end of the test; sets pid.  What it
# says is in $tmp/guest.out and $tmp/guest.err.
start() {
    "$@" >"$tmp/guest.out" 2>"$tmp/guest.err" </dev/null &
    pid=$!
    guests="$guests $pid"
}
stop() {
    kill "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
}
is_ready() { grep -q '^ready' "$tmp/guest.out" 2>/dev/null; }
