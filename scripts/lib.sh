# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the set-up scripts share: where things are, how progress and failures
# are shown, the lock.
#
# usage: . "$(dirname "$0")/lib.sh"
#
# Environment: BUILD  where everything that is made goes (default: build/)

set -u
LC_ALL=C
export LC_ALL

top=$(cd "$(dirname "$0")/.." && pwd -P) || exit 1
BUILD=${BUILD:-$top/build}
case $BUILD in
/*) ;;
*) BUILD=$PWD/$BUILD ;;
esac
export BUILD
me=$(basename "$0")

# show_usage: what stands above the script's first command, and exit.
show_usage() {
    sed -n '4,/^$/s/^# \{0,1\}//p' "$0"
    exit 0
}

# Only the first word, as a script may hand others on to a program.
case ${1:-} in
-h | --help) show_usage ;;
esac

# QEMU 10's, as they have been for years.
# shellcheck disable=SC2034 # for those who read this file
ALL_TARGETS="aarch64 aarch64_be alpha arm armeb hexagon hppa i386 loongarch64
    m68k microblaze microblazeel mips mips64 mips64el mipsel mipsn32 mipsn32el
    or1k ppc ppc64 ppc64le riscv32 riscv64 s390x sh4 sh4eb sparc sparc32plus
    sparc64 x86_64 xtensa xtensaeb"

# What only older series have.
# shellcheck disable=SC2034 # for those who read this file
OLD_TARGETS="cris nios2"

# Newest first; scripts/fetch-qemu knows which Debian release has which.
SUPPORTED_SERIES="10.2 10.0 7.2"
# shellcheck disable=SC2034 # for those who read this file
DEFAULT_TARGETS="x86_64 i386 aarch64 arm riscv64 ppc64le ppc s390x mips mips64el"

# more_targets: QEMU 10's beside the ten, one a line.
more_targets() {
    # shellcheck disable=SC2086 # one word a target
    printf '%s\n' $ALL_TARGETS |
        grep -vxF "$(printf '%s\n' $DEFAULT_TARGETS)"
}

# die LINE: one line for the user, and the end.
die() {
    echo "$me: $*" >&2
    exit 1
}

# step TEXT COMMAND...: run a step of a few seconds to a minute with one line
# of progress.  Everything it prints goes to a log.  When it fails, the end of
# the log and its place are shown; returns the command's exit status.
step() {
    s_text=$1
    shift
    s_log=$BUILD/log/$(echo "$s_text" | tr -c 'A-Za-z0-9.\n' -).log
    mkdir -p "$BUILD/log" || exit 1
    s_start=$(date +%s)
    printf '%s ...' "$s_text"
    "$@" >"$s_log" 2>&1
    s_status=$?
    if [ $s_status -eq 0 ]; then
        echo " $(($(date +%s) - s_start)) s"
    else
        echo " failed"
        show_log "$s_log"
    fi
    return $s_status
}

# watched TEXT LOG EXPRESSION COMMAND...: run a step of minutes.  Its output
# goes to LOG; EXPRESSION is for sed and makes "done all" of a line that tells
# how far it is.  A terminal shows that all the time, a log now and then.
# Returns the command's exit status; sets seconds.
watched() {
    w_text=$1 w_log=$2 w_expression=$3
    shift 3
    mkdir -p "$BUILD/log" || exit 1
    w_start=$(date +%s)
    : >"$w_log" || exit 1
    # Without the lock, or a killed make would keep it until the sleep is over.
    watch_log 9>&- &
    w_watcher=$!
    trap 'kill $w_watcher 2>/dev/null' EXIT
    trap 'exit 1' HUP INT TERM
    "$@" >"$w_log" 2>&1 </dev/null
    w_status=$?
    trap - EXIT HUP INT TERM
    kill $w_watcher 2>/dev/null
    wait $w_watcher 2>/dev/null
    [ ! -t 1 ] || printf '\r\033[K'
    # shellcheck disable=SC2034 # for the caller
    seconds=$(($(date +%s) - w_start))
    return $w_status
}

watch_log() {
    w_every=20
    [ ! -t 1 ] || w_every=1
    while sleep $w_every; do
        w_now=$(tail -c 4000 "$w_log" | sed -n "$w_expression" | tail -n 1)
        [ -n "$w_now" ] || continue
        w_line=$(printf '%s: %3d %% (%s of %s), %d s' "$w_text" \
                 $((${w_now% *} * 100 / ${w_now#* })) "${w_now% *}" \
                 "${w_now#* }" $(($(date +%s) - w_start)))
        if [ -t 1 ]; then
            printf '\r%s' "$w_line"
        else
            echo "$w_line"
        fi
    done
}

# show_log FILE: why a step failed: the end of its log, and where the rest is.
# A full disk has a message of its own, as the log says it in many ways, or
# not at all where it is on the same disk.
show_log() {
    if grep -q -e 'No space left on device' -e 'File too large' \
            -e 'Disk quota exceeded' "$1" ||
        ! { head -c 100000 /dev/zero >"$BUILD/.room"; } 2>/dev/null; then
        rm -f "$BUILD/.room"
        echo "$me: no room left on the disk of $BUILD; QEMU's source and two" \
            "emulators take about 2 GB (log: $1)" >&2
        return
    fi
    rm -f "$BUILD/.room"
    tail -n 20 "$1" | sed 's/^/    /' >&2
    echo "    (the whole log: $1)" >&2
}

# series_of VERSION: 10.0.13 -> 10.0
series_of() {
    echo "$1" | cut -d. -f1,2
}

# supported SERIES: is it?
supported() {
    case " $SUPPORTED_SERIES " in
    *" $1 "*) return 0 ;;
    esac
    return 1
}

# need_supported SERIES...: they are, or it is said which is not.
need_supported() {
    for ns_series in "$@"; do
        supported "$ns_series" ||
            die "QEMU $ns_series is not supported; supported are:" \
                "$SUPPORTED_SERIES"
    done
}

# host_machine ARCH: uname(1)'s name of a host of Debian's architecture ARCH, for
# which there is a cross compiler.
host_machine() {
    case $1 in
    arm64) echo aarch64 ;;
    armhf) echo armv7l ;;
    ppc64el) echo ppc64le ;;
    riscv64 | s390x) echo "$1" ;;
    *) die "no host that is known: '$1'; known are arm64, armhf, ppc64el," \
           "riscv64, s390x" ;;
    esac
}

# is_count WORD: a number from 1 to 999999999?
is_count() {
    case $1 in
    '' | 0* | *[!0-9]* | ??????????*) return 1 ;;
    esac
}

# accelerators QEMU: words for qemu-system; it takes the second where it cannot
# have the first.  A /dev/kvm without the processor's part in it boots nothing.
accelerators() {
    a_kvm=
    case $(uname -m)-$1 in
    x86_64-*-x86_64) grep -qw -e vmx -e svm /proc/cpuinfo && a_kvm=/dev/kvm ;;
    aarch64-*-aarch64) a_kvm=/dev/kvm ;;
    esac
    if [ -w "${a_kvm:-/none}" ]; then
        echo "-accel kvm -accel tcg"
    else
        echo "-accel tcg"
    fi
}

# have_tests: the tests' build directory, whose programs can be made with
# ninja.  Sets programs.
have_tests() {
    programs=$BUILD/tests
    [ ! -e "$programs/build.ninja" ] || return 0
    # One where that was interrupted for the first time is of no use.
    rm -rf "$programs"
    step "Configure the tests" "$(find_meson)" setup "$programs" "$top" \
        -Dproducts="$BUILD" -Dseries="$(default_series)"
}

# take_lock: one set-up at a time in one tree.  The lock is a descriptor that
# children inherit, so when a script is killed, what it started (ninja, say)
# keeps the lock until it has ended, and nobody works in a directory where it
# still writes.
take_lock() {
    [ -z "${SET_MM_LOCKED:-}" ] || return 0
    mkdir -p "$BUILD" || exit 1
    exec 9>"$BUILD/.lock" || exit 1
    if ! flock -n 9; then
        echo "waiting for another make in this tree to finish" >&2
        flock 9 || exit 1
    fi
    SET_MM_LOCKED=1
    export SET_MM_LOCKED
}

# put FILE: standard input to FILE, whole or not at all.
put() {
    cat >"$1.$$" && mv "$1.$$" "$1"
}

# configured NAME: what ./configure was told, if anything.
configured() {
    sed -n "s/^$1=//p" "$BUILD/config.mk" 2>/dev/null
}

# default_series: the series that "make" builds, if that is known yet.
default_series() {
    ds_series=$(configured QEMU_SERIES)
    [ "$ds_series" != auto ] || ds_series=
    [ -n "$ds_series" ] || ds_series=$(cat "$BUILD/series" 2>/dev/null)
    echo "$ds_series"
}

# find_meson: Debian's, which its Python has the modules for; where there is no
# Debian, the user's.
find_meson() {
    if command -v apt-get >/dev/null 2>&1 && [ -x /usr/bin/meson ]; then
        echo /usr/bin/meson
    else
        command -v meson
    fi
}

# meson_is_new: new enough for QEMU 10?  Sets meson_version.
meson_is_new() {
    meson_version=$("$(find_meson)" --version 2>/dev/null)
    [ "$(printf '%s\n' 1.5.0 "$meson_version" | sort -V | head -n 1)" = 1.5.0 ]
}

# hash: of standard input.
hash() {
    sha256sum | cut -d' ' -f1
}
