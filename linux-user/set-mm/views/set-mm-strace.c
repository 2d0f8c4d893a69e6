/*
 * prctl(PR_SET_MM, ...) and prctl(PR_GET_AUXV, ...) in the output of -strace
 *
 * Written as QEMU writes calls (no blanks between arguments), with what
 * strace(1) shows of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include <linux/prctl.h>
#include "qemu.h"
#include "user-internals.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/state/mm-map.h"
#include "set-mm/views/set-mm-strace.h"

#ifndef PR_GET_AUXV
#define PR_GET_AUXV 0x41555856
#endif

static void print_address(FILE *f, abi_ulong addr)
{
    fprintf(f, "0x%" PRIx64, (uint64_t)addr);
}

static void print_pointer(FILE *f, abi_ulong addr)
{
    if (addr) {
        print_address(f, addr);
    } else {
        fputs("NULL", f);
    }
}

/* With its path, as strace -y. */
static void print_fd(FILE *f, int fd)
{
    char path[PATH_MAX];

    fprintf(f, "%d", fd);
    if (fd >= 0 && host_proc_fd_path(fd, path)) {
        g_autofree char *text = g_strescape(path, NULL);

        fprintf(f, "<%s>", text);
    }
}

static const struct {
    const char *name;
    size_t offset;
} map_fields[] = {
    { "start_code", offsetof(MMLayout, start_code) },
    { "end_code", offsetof(MMLayout, end_code) },
    { "start_data", offsetof(MMLayout, start_data) },
    { "end_data", offsetof(MMLayout, end_data) },
    { "start_brk", offsetof(MMLayout, start_brk) },
    { "brk", offsetof(MMLayout, brk) },
    { "start_stack", offsetof(MMLayout, start_stack) },
    { "arg_start", offsetof(MMLayout, arg_start) },
    { "arg_end", offsetof(MMLayout, arg_end) },
    { "env_start", offsetof(MMLayout, env_start) },
    { "env_end", offsetof(MMLayout, env_end) },
};

static void print_map_fields(FILE *f, const MMMap *map)
{
    fputc('{', f);
    for (int i = 0; i < ARRAY_SIZE(map_fields); i++) {
        const char *field = (const char *)&map->layout + map_fields[i].offset;

        fprintf(f, "%s=0x%" PRIx64 ", ", map_fields[i].name,
                *(const uint64_t *)field);
    }
    fputs("auxv=", f);
    print_pointer(f, map->auxv);
    fprintf(f, ", auxv_size=%" PRIu32 ", exe_fd=", map->auxv_size);
    print_fd(f, map->exe_fd);
    fputc('}', f);
}

/* How the third argument is printed; @size is the fourth. */
typedef void PrintArg(FILE *f, abi_ulong arg, abi_ulong size);

static void print_addr_arg(FILE *f, abi_ulong arg, abi_ulong size)
{
    print_address(f, arg);
}

static void print_pointer_arg(FILE *f, abi_ulong arg, abi_ulong size)
{
    print_pointer(f, arg);
}

static void print_fd_arg(FILE *f, abi_ulong arg, abi_ulong size)
{
    print_fd(f, arg);
}

/* A struct of another size is not looked at, as by the call. */
static void print_map_arg(FILE *f, abi_ulong arg, abi_ulong size)
{
    MMMap map;

    if (size == mm_map_size() && mm_map_read(&map, arg) == 0) {
        print_map_fields(f, &map);
    } else {
        print_pointer(f, arg);
    }
}

static const struct {
    const char *name;
    PrintArg *print_arg;
} options[] = {
    [MM_OPT_START_CODE] = { "PR_SET_MM_START_CODE", print_addr_arg },
    [MM_OPT_END_CODE] = { "PR_SET_MM_END_CODE", print_addr_arg },
    [MM_OPT_START_DATA] = { "PR_SET_MM_START_DATA", print_addr_arg },
    [MM_OPT_END_DATA] = { "PR_SET_MM_END_DATA", print_addr_arg },
    [MM_OPT_START_STACK] = { "PR_SET_MM_START_STACK", print_addr_arg },
    [MM_OPT_START_BRK] = { "PR_SET_MM_START_BRK", print_addr_arg },
    [MM_OPT_BRK] = { "PR_SET_MM_BRK", print_addr_arg },
    [MM_OPT_ARG_START] = { "PR_SET_MM_ARG_START", print_addr_arg },
    [MM_OPT_ARG_END] = { "PR_SET_MM_ARG_END", print_addr_arg },
    [MM_OPT_ENV_START] = { "PR_SET_MM_ENV_START", print_addr_arg },
    [MM_OPT_ENV_END] = { "PR_SET_MM_ENV_END", print_addr_arg },
    [MM_OPT_AUXV] = { "PR_SET_MM_AUXV", print_pointer_arg },
    [MM_OPT_EXE_FILE] = { "PR_SET_MM_EXE_FILE", print_fd_arg },
    [MM_OPT_MAP] = { "PR_SET_MM_MAP", print_map_arg },
    [MM_OPT_MAP_SIZE] = { "PR_SET_MM_MAP_SIZE", print_pointer_arg },
};

static bool is_known(int opt)
{
    return opt > 0 && opt < ARRAY_SIZE(options);
}

static void print_set_mm(FILE *f, int opt, abi_ulong arg3, abi_ulong arg4)
{
    if (is_known(opt)) {
        fprintf(f, "PR_SET_MM,%s,", options[opt].name);
        options[opt].print_arg(f, arg3, arg4);
    } else {
        fprintf(f, "PR_SET_MM,%d,", opt);
        print_address(f, arg3);
    }
    fprintf(f, "," TARGET_ABI_FMT_lu, arg4);
}

static void print_get_auxv(FILE *f, abi_ulong addr, abi_ulong len,
                           abi_ulong arg4)
{
    fputs("PR_GET_AUXV,", f);
    print_pointer(f, addr);
    fprintf(f, "," TARGET_ABI_FMT_lu "," TARGET_ABI_FMT_lu, len, arg4);
}

static bool is_prctl(int num, abi_long arg1, int option)
{
    return num == TARGET_NR_prctl && (int)arg1 == option;
}

void guest_strace(FILE *f, int num, const char *format, const char *name,
                  abi_long arg1, abi_long arg2, abi_long arg3, abi_long arg4,
                  abi_long arg5, abi_long arg6)
{
    bool set_mm = is_prctl(num, arg1, PR_SET_MM);

    if (!set_mm && !is_prctl(num, arg1, PR_GET_AUXV)) {
        fprintf(f, format, name, arg1, arg2, arg3, arg4, arg5, arg6);
        return;
    }
    fprintf(f, "%s(", name);
    if (set_mm) {
        print_set_mm(f, arg2, arg3, arg4);
    } else {
        print_get_auxv(f, arg2, arg3, arg4);
    }
    fprintf(f, "," TARGET_ABI_FMT_lu ")", arg5);
}

void guest_strace_ret(FILE *f, int num, const char *format, abi_long ret,
                      abi_long arg1, abi_long arg2, abi_long arg3)
{
    uint32_t size;

    fprintf(f, format, ret);
    if (is_prctl(num, arg1, PR_SET_MM) && (int)arg2 == MM_OPT_MAP_SIZE &&
        !get_user_u32(size, arg3)) {
        fprintf(f, " ([%" PRIu32 "])", size);
    }
}
