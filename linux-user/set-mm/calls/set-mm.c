/*
 * prctl(PR_SET_MM, ...) and prctl(PR_GET_AUXV, ...): decode the guest's
 * arguments, ask for privileges, apply the rules, change the state
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <linux/prctl.h>
#include <sys/prctl.h>
#include "qemu.h"
#include "user-internals.h"
#include "set-mm/host/binfmt.h"
#include "set-mm/views/debug-view.h"
#include "set-mm/state/exe-file.h"
#include "set-mm/state/granted-caps.h"
#include "set-mm/rules/exec-name.h"
#include "set-mm/calls/guest-child.h"
#include "set-mm/calls/guest-mmap.h"
#include "set-mm/state/guest-end.h"
#include "set-mm/state/guest-limits.h"
#include "set-mm/state/guest-mem.h"
#include "set-mm/state/guest-mm.h"
#include "set-mm/state/guest-pages.h"
#include "set-mm/state/guest-stack.h"
#include "set-mm/calls/guest-path.h"
#include "set-mm/host/host-caps.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/views/host-title.h"
#include "set-mm/state/mm-map.h"
#include "set-mm/host/handed-program.h"
#include "set-mm/host/self-exec.h"
#include "set-mm/views/proc-file.h"
#include "set-mm/views/sibling.h"
#include "set-mm/state/public-state.h"
#include "set-mm/calls/set-mm.h"

static SetMMOpts opts;

/* Once; most machines have no such file. */
static void read_conf(void)
{
    static bool done;
    g_autofree char *text = NULL;
    g_autoptr(GError) failure = NULL;
    char error[512];

    if (done) {
        return;
    }
    done = true;
    /* glib reads the locale's tables to put an error into words. */
    if (access(SET_MM_CONF, F_OK) < 0 &&
        (errno == ENOENT || errno == ENOTDIR)) {
        return;
    }
    if (!g_file_get_contents(SET_MM_CONF, &text, NULL, &failure)) {
        fprintf(stderr, "qemu: %s\n", failure->message);
        exit(1);
    }
    if (!set_mm_opts_parse_file(&opts, text, error, sizeof(error))) {
        fprintf(stderr, "qemu: " SET_MM_CONF ":%s\n", error);
        exit(1);
    }
}

void set_mm_option(const char *list)
{
    char error[512];

    read_conf();
    if (!set_mm_opts_parse(&opts, list, error, sizeof(error))) {
        fprintf(stderr, "qemu: -set-mm: %s\n", error);
        exit(1);
    }
}

const SetMMOpts *set_mm_opts(void)
{
    return &opts;
}

/* argv[0] is the path if binfmt_misc was not told to keep the guest's. */
static void restore_argv0(char *path, char **argv)
{
    bool is_same = argv[0] && !strcmp(argv[0], path);

    if (exec_name_restore(path) && is_same) {
        argv[0] = path;
    }
}

/* As execve(2) would have named the task. */
static void set_comm(const char *execfn)
{
    g_autofree char *base = g_path_get_basename(execfn);

    prctl(PR_SET_NAME, base);
}

char *set_mm_prepare(int execfd, char *path, char **argv)
{
    char *name = binfmt_execfn(path);

    read_conf();
    granted_caps_init();
    if (opts.caps == SET_MM_CAPS_ALL && opts.rule != SET_MM_RULE_OFF) {
        granted_caps_start();
    }
    public_state_init();
    guest_limits_init();
    host_proc_init();
    self_exec_init();
    exe_file_init(execfd, path);
    guest_mm_prepare(execfd);
    sibling_init();
    proc_file_init();
    guest_path_init();
    restore_argv0(path, argv);
    exec_name_restore(name);
    set_comm(handed_comm() ?: name);
    debug_init();
    guest_end_keep();
    guest_stack_prepare();
    return name;
}

static void show_title(void)
{
    if (opts.title == SET_MM_TITLE_GUEST) {
        host_title_update();
    }
}

void set_mm_start(const struct image_info *info)
{
    guest_stack_start(info);
    guest_pages_start();
    guest_mm_init(info);
    guest_mmap_init();
    guest_child_init();
    show_title();
}

static bool may_set_fields(void)
{
    return granted_caps_have(CAP_SYS_RESOURCE) || host_caps_sys_resource();
}

static bool may_set_exe_by_map(void)
{
    return granted_caps_have(CAP_CHECKPOINT_RESTORE) ||
           host_caps_checkpoint_restore();
}

/* From 0 or a negative host errno. */
static abi_long target_ret(int error)
{
    errno = -error;
    return error ? get_errno(-1) : 0;
}

static int set_exe(int fd)
{
    return exe_file_replace(fd, opts.rule == SET_MM_RULE_LINUX);
}

/* Bytes past @len are zero: the whole vector is replaced. */
static int read_auxv(GuestAuxv *auxv, abi_ulong addr, abi_ulong len)
{
    memset(auxv, 0, sizeof(*auxv));
    return guest_mem_load(auxv, addr, len) ? 0 : -EFAULT;
}

static int set_auxv(abi_ulong addr, abi_ulong len)
{
    GuestAuxv auxv;
    int error = mm_rules_auxv(len, sizeof(auxv));

    if (!error) {
        error = read_auxv(&auxv, addr, len);
    }
    if (!error) {
        guest_mm_set_auxv(&auxv);
    }
    return error;
}

static int set_one_field(int opt, abi_ulong addr)
{
    MMLimits limits = guest_mm_limits();
    uint64_t last = mm_rules_needs_vma(opt) ? guest_mm_last_vma_end() : 0;
    MMLayout *layout = guest_mm_begin();
    int error = mm_rules_set_field(layout, opt, addr, &limits, last);

    guest_mm_end();
    return error;
}

/*
 * Nothing can fail behind the change of the executable, so a map is applied
 * whole or not at all.
 */
static int set_map(abi_ulong addr, abi_ulong size)
{
    MMLimits limits = guest_mm_limits();
    GuestAuxv auxv;
    MMMap map;
    int error;

    if (size != mm_map_size()) {
        return -EINVAL;
    }
    error = mm_map_read(&map, addr);
    if (!error) {
        error = mm_rules_validate(&map.layout, &limits);
    }
    if (!error) {
        error = mm_rules_map_auxv(map.auxv, map.auxv_size, sizeof(auxv));
    }
    if (!error) {
        error = read_auxv(&auxv, map.auxv, map.auxv_size);
    }
    if (!error && map.exe_fd != MM_MAP_KEEP_EXE) {
        error = may_set_exe_by_map() ? set_exe(map.exe_fd) : -EPERM;
    }
    if (error) {
        return error;
    }

    *guest_mm_begin() = map.layout;
    guest_mm_end();
    if (map.auxv_size) {
        guest_mm_set_auxv(&auxv);
    }
    return 0;
}

static int get_map_size(abi_ulong addr)
{
    uint32_t size;

    __put_user(mm_map_size(), &size);
    return guest_mem_store(addr, &size, sizeof(size)) ? 0 : -EFAULT;
}

static int set_single(int opt, abi_ulong arg3, abi_ulong arg4)
{
    if (!may_set_fields()) {
        return -EPERM;
    }
    switch (opt) {
    case MM_OPT_EXE_FILE:
        return set_exe((uint32_t)arg3);
    case MM_OPT_AUXV:
        return set_auxv(arg3, arg4);
    default:
        return set_one_field(opt, arg3);
    }
}

static abi_long do_set_mm(int opt, abi_ulong arg3, abi_ulong arg4,
                          abi_ulong arg5)
{
    int error = mm_rules_gate(opt, arg4, arg5);

    if (!error) {
        switch (opt) {
        case MM_OPT_MAP_SIZE:
            return target_ret(get_map_size(arg3));
        case MM_OPT_MAP:
            error = set_map(arg3, arg4);
            break;
        default:
            error = set_single(opt, arg3, arg4);
            break;
        }
    }
    if (!error) {
        show_title();
        debug_exe_changed();
    }
    return target_ret(error);
}

static abi_long do_get_auxv(abi_ulong addr, abi_ulong len, abi_ulong arg4,
                            abi_ulong arg5)
{
    GuestAuxv auxv;

    if (arg4 || arg5) {
        return -TARGET_EINVAL;
    }
    guest_mm_get_auxv(&auxv);
    len = MIN(len, sizeof(auxv));
    if (!guest_mem_store(addr, &auxv, len)) {
        return -TARGET_EFAULT;
    }
    return sizeof(auxv);
}

abi_long set_mm_prctl(int option, abi_ulong arg2, abi_ulong arg3,
                      abi_ulong arg4, abi_ulong arg5)
{
    if (opts.rule == SET_MM_RULE_OFF) {
        return -TARGET_EINVAL;
    }
    return option == PR_SET_MM ? do_set_mm((int)arg2, arg3, arg4, arg5)
                               : do_get_auxv(arg2, arg3, arg4, arg5);
}
