# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # set by who reads this
#
# The programs of the demonstrations; to be read by scripts/demo and
# scripts/journey, after they have set top, BIN, WORK, FETCH, offline and tmp,
# a directory below WORK, and have a die().

elf_map=$top/tests/programs/elf-map.c

# compiler ARCH: print the name of one for the guest's programs.
compiler() {
    c_cc=$1-linux-gnu-gcc
    command -v "$c_cc" >/dev/null 2>&1 || [ "$(uname -m)" != "$1" ] ||
        c_cc=gcc
    command -v "$c_cc" >/dev/null 2>&1 ||
        die "there is no compiler $c_cc for the guest's programs"
    echo "$c_cc"
}

# build ARCH NAME [FLAG...]: compile tests/programs/NAME.c for ARCH into
# $WORK/ARCH/NAME.  The result appears by rename, as another run may be using
# the old one.
build() {
    b_arch=$1 b_name=$2
    shift 2
    b_src=$top/tests/programs/$b_name.c
    b_out=$WORK/$b_arch/$b_name
    [ -z "$(find "$b_out" -newer "$b_src" -newer "$elf_map" 2>/dev/null)" ] ||
        return 0

    b_cc=$(compiler "$b_arch") || exit 1
    mkdir -p "$WORK/$b_arch" || exit 1
    "$b_cc" -std=gnu11 -Wall -Wextra -Werror -O2 -static "$@" \
        -o "$tmp/$b_name" "$b_src" || die "$b_src does not compile"
    mv "$tmp/$b_name" "$b_out" || exit 1
}

# busybox ARCH: print the path of an unpacked busybox, fetching it if needed.
# Fails when it cannot be had.
busybox() {
    case $1 in
    x86_64) bb_deb=amd64 ;;
    aarch64) bb_deb=arm64 ;;
    esac
    bb_dir=$WORK/busybox-$bb_deb
    if [ ! -d "$bb_dir" ]; then
        [ -z "$offline" ] || return 1
        bb_file=$("$FETCH" busybox-static "$bb_deb" "$WORK" \
                  2>"$WORK/fetch-$bb_deb.log") || return 1
        mkdir "$tmp/$bb_deb" || return 1
        dpkg-deb -x "$bb_file" "$tmp/$bb_deb" \
            2>>"$WORK/fetch-$bb_deb.log" || return 1
        mv -T "$tmp/$bb_deb" "$bb_dir" 2>/dev/null
    fi
    [ -z "$offline" ] || return 1
    for bb_path in "$bb_dir/bin/busybox" "$bb_dir/usr/bin/busybox"; do
        if [ -x "$bb_path" ]; then
            echo "$bb_path"
            return 0
        fi
    done
    return 1
}
