# shellcheck shell=sh disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
#
# An apt of our own: the machine's archive and keys, another release or
# another architecture, nothing of the system's touched, no root needed.
#
# usage: . "$(dirname "$0")/lib.sh"; . "$(dirname "$0")/apt.sh"

# private_apt TYPE RELEASE [ARCH]: set it up below build/apt, and set APT_CONF
# for own_apt().  All that it needs is in a file that apt reads last: on the
# command line a list such as a hook could not be emptied.
private_apt() {
    pa_dir=$BUILD/apt/$2-${3:-source}
    mkdir -p "$pa_dir/parts" "$pa_dir/lists/partial" \
        "$pa_dir/cache/archives/partial" || return 1
    "$top/scripts/archive-sources" "$@" >"$pa_dir/sources.$$" || {
        rm -f "$pa_dir/sources.$$"
        return 1
    }
    mv "$pa_dir/sources.$$" "$pa_dir/parts/archive.sources" || return 1
    : >"$pa_dir/status" || return 1
    APT_CONF=$pa_dir/apt.conf
    put "$APT_CONF" <<CONF || return 1
// Hooks of the system would work on the system's files.
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear Acquire::IndexTargets::deb-src::DEP-11;
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$pa_dir/parts";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State::Lists "$pa_dir/lists";
Dir::State::Status "$pa_dir/status";
Dir::Cache "$pa_dir/cache";
Acquire::Languages "none";
Acquire::Retries "2";
APT::Get::Only-Source "true";
APT::Install-Recommends "false";
// apt would switch to a user who may not be able to reach this directory.
APT::Sandbox::User "root";
CONF
    if [ -n "${3:-}" ] && [ "$3" != all ]; then
        cat >>"$APT_CONF" <<CONF || return 1
#clear APT::Architectures;
APT::Architecture "$3";
APT::Architectures { "$3"; };
CONF
    fi
}

# own_apt COMMAND...: apt-get or apt-cache as set up last.
own_apt() {
    oa_command=$1
    shift
    "$oa_command" -q -c "$APT_CONF" "$@" </dev/null
}

# fetch_lists: what the archive has.  One suite of several may fail (not every
# release has -updates), so look for the package and not at the exit status.  A
# mirror that lags has a Release file that has expired: that is taken, and
# standard error gets one line.  All else goes to standard output.
fetch_lists() {
    fl_said=$(own_apt apt-get update 2>&1)
    fl_status=$?
    echo "$fl_said"
    case $fl_said in
    *'Release file'*'is expired'*) ;;
    *) return $fl_status ;;
    esac
    echo "$me: the archive's Release file has expired, and is taken" >&2
    echo 'Acquire::Check-Valid-Until "false";' >>"$APT_CONF"
    own_apt apt-get update 2>&1
}
