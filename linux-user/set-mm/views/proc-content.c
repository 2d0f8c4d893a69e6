/*
 * Contents: what the guest's entries of /proc say
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/host-utils.h"
#include "qemu/rcu.h"
#include "qemu.h"
#include "user-internals.h"
#include "user-mmap.h"
#include "set-mm/state/guest-mem.h"
#include "set-mm/state/guest-leader.h"
#include "set-mm/state/guest-limits.h"
#include "set-mm/state/guest-mm.h"
#include "set-mm/host/host-proc.h"
#include "set-mm/host/vfork-child.h"
#include "set-mm/state/memory-walk.h"
#include "set-mm/views/proc-content.h"
#include "set-mm/views/proc-maps.h"
#include "set-mm/views/proc-memory.h"
#include "set-mm/views/proc-signals.h"
#include "set-mm/views/proc-caps.h"

/* The kernel limits a title to a page of its own, not of QEMU's guest. */
enum { TITLE_MAX = 4096 };

static MMLayout layout_of(const Sibling *sibling)
{
    return sibling ? sibling->state.layout : guest_mm_layout();
}

/*
 * As many bytes from @addr as are anonymous and readable, or -1 if we may not
 * look.
 */
static ssize_t read_memory(const Sibling *sibling, uint8_t *buf, uint64_t addr,
                           size_t len)
{
    size_t done = 0, got;

    if (sibling) {
        return sibling_read_memory(sibling, buf, addr, len);
    }
    do {
        got = guest_mem_read_anon(buf + done, addr + done, len - done);
        done += got;
    } while (got && done < len);
    return done;
}

/*
 * fs/proc/base.c:get_mm_proctitle(): a single string, of a page at most, which
 * may run on into an environment that follows directly.
 */
static ssize_t read_title(const Sibling *sibling, uint8_t *buf, uint64_t pos,
                          size_t size, uint64_t arg_start)
{
    g_autofree uint8_t *title = NULL;
    ssize_t got;
    size_t len;

    if (pos >= TITLE_MAX) {
        return 0;
    }
    title = g_malloc(TITLE_MAX);
    got = read_memory(sibling, title, arg_start, TITLE_MAX);
    if (got < 0) {
        return got;
    }
    len = strnlen((char *)title, got);
    if (len < got) {
        len++;
    }
    if (len <= pos) {
        return 0;
    }
    len = MIN(len - pos, size);
    memcpy(buf, title + pos, len);
    return len;
}

/*
 * fs/proc/base.c:get_mm_cmdline().  A last byte that is no NUL means that
 * the program has written a title over its arguments.
 */
static ssize_t read_cmdline(const Sibling *sibling, uint8_t *buf, uint64_t pos,
                            size_t size)
{
    MMLayout mm = layout_of(sibling);
    uint64_t limit = mm.arg_end;
    uint8_t last;
    ssize_t got;

    if (sibling && sibling->is_stranger) {
        return -1;
    }
    if (mm.env_end == 0 || mm.arg_start >= mm.arg_end) {
        return 0;
    }
    if (mm.env_start == mm.arg_end && mm.env_end >= mm.env_start) {
        limit = mm.env_end;
    }
    if (pos >= limit - mm.arg_start) {
        return 0;
    }
    size = MIN(size, limit - mm.arg_start - pos);
    got = read_memory(sibling, &last, mm.arg_end - 1, 1);
    if (got < 0) {
        return got;
    }
    if (got && last != '\0') {
        return read_title(sibling, buf, pos, size, mm.arg_start);
    }
    if (pos >= mm.arg_end - mm.arg_start) {
        return 0;
    }
    pos += mm.arg_start;
    return read_memory(sibling, buf, pos, MIN(size, mm.arg_end - pos));
}

/*
 * fs/proc/base.c:environ_read() answers 0 to a read that meets unreadable
 * memory, although it has stored and passed over what lies before.
 */
static ssize_t read_environ(const Sibling *sibling, uint8_t *buf, off_t *pos,
                            size_t size)
{
    MMLayout mm = layout_of(sibling);
    uint64_t len = mm.env_end > mm.env_start ? mm.env_end - mm.env_start : 0;
    ssize_t got;

    if (mm.env_end == 0 || *pos >= len) {
        return 0;
    }
    len = MIN(size, len - *pos);
    got = read_memory(sibling, buf, mm.env_start + *pos, len);
    if (got < 0) {
        return got;
    }
    *pos += got;
    return got < len ? 0 : got;
}

static size_t copy_from(const void *all, size_t len, uint8_t *buf,
                        uint64_t pos, size_t size)
{
    if (pos >= len) {
        return 0;
    }
    len = MIN(size, len - pos);
    memcpy(buf, (const uint8_t *)all + pos, len);
    return len;
}

/* Up to and with the first AT_NULL; a terminator always exists. */
static size_t read_own_auxv(uint8_t *buf, uint64_t pos, size_t size)
{
    GuestAuxv auxv;
    size_t len = guest_mm_get_auxv(&auxv);

    return copy_from(auxv.word, len, buf, pos, size);
}

/* In the words of the sibling's own architecture. */
static size_t read_auxv_of(const Sibling *sibling, uint8_t *buf, uint64_t pos,
                           size_t size)
{
    static const uint8_t at_null[sizeof(uint64_t)];
    const PublicState *state = &sibling->state;
    size_t word = state->program.word_size, len = 0;

    do {
        len += 2 * word;
    } while (len + 2 * word <= state->auxv_len &&
             memcmp(state->auxv + len - 2 * word, at_null, word));
    return copy_from(state->auxv, MIN(len, state->auxv_len), buf, pos, size);
}

static unsigned guest_threads(void)
{
    unsigned threads = guest_leader_is_gone();
    CPUState *cpu;

    if (vfork_is_child()) {
        return 1;
    }
    WITH_RCU_READ_LOCK_GUARD() {
        CPU_FOREACH(cpu) {
            threads++;
        }
    }
    return threads - vfork_lenders();
}

/* Fields of proc(5)'s stat, counted from 1. */
enum {
    STAT_NUM_THREADS = 20,
    STAT_START_CODE = 26,
    STAT_END_CODE = 27,
    STAT_START_STACK = 28,
    STAT_PENDING = 31,
    STAT_BLOCKED = 32,
    STAT_SIGIGN = 33,
    STAT_SIGCATCH = 34,
    STAT_START_DATA = 45,
    STAT_END_DATA = 46,
    STAT_START_BRK = 47,
    STAT_ARG_START = 48,
    STAT_ARG_END = 49,
    STAT_ENV_START = 50,
    STAT_ENV_END = 51,
};

/* What stands for a field of the layout; false if @n is none. */
static bool layout_field(unsigned n, const MMLayout *mm, uint64_t *value)
{
    switch (n) {
    case STAT_START_CODE:
        *value = mm->start_code;
        return true;
    case STAT_END_CODE:
        *value = mm->end_code;
        return true;
    case STAT_START_STACK:
        *value = mm->start_stack;
        return true;
    case STAT_START_DATA:
        *value = mm->start_data;
        return true;
    case STAT_END_DATA:
        *value = mm->end_data;
        return true;
    case STAT_START_BRK:
        *value = mm->start_brk;
        return true;
    case STAT_ARG_START:
        *value = mm->arg_start;
        return true;
    case STAT_ARG_END:
        *value = mm->arg_end;
        return true;
    case STAT_ENV_START:
        *value = mm->env_start;
        return true;
    case STAT_ENV_END:
        *value = mm->env_end;
        return true;
    default:
        return false;
    }
}

/* stat's fields for signals are obsolete, and have 31 of them. */
static uint64_t old_field(const SignalSets *signals, SignalLine line)
{
    return signals->set[line][0] & INT32_MAX;
}

/*
 * The host's line is true of the process; what differs is what QEMU has
 * instead of the guest: the layout, the signals and QEMU's helper threads.
 */
static bool own_field(unsigned n, const MMLayout *mm,
                      const SignalSets *signals, uint64_t *value)
{
    switch (n) {
    case STAT_NUM_THREADS:
        *value = guest_threads();
        return true;
    case STAT_PENDING:
        *value = old_field(signals, SIGNALS_PENDING);
        return true;
    case STAT_BLOCKED:
        *value = old_field(signals, SIGNALS_BLOCKED);
        return true;
    case STAT_SIGIGN:
        *value = old_field(signals, SIGNALS_IGNORED);
        return true;
    case STAT_SIGCATCH:
        *value = old_field(signals, SIGNALS_CAUGHT);
        return true;
    default:
        return layout_field(n, mm, value);
    }
}

/* Whom the kernel does not let look gets no addresses from it. */
static bool sibling_field(const Sibling *sibling, const HostStat *host,
                          unsigned n, uint64_t *value)
{
    uint64_t threads;

    if (n == STAT_NUM_THREADS) {
        threads = host_stat_number(host, n);
        *value = threads - sibling->state.helper_threads;
        return threads > sibling->state.helper_threads;
    }
    return layout_field(n, &sibling->state.layout, value) &&
           host_stat_number(host, STAT_END_CODE) > 1;
}

/* printf is slow, and stat has many numbers. */
static void append_number(GString *out, uint64_t value)
{
    char digits[20];
    int at = sizeof(digits);

    do {
        digits[--at] = '0' + value % 10;
        value /= 10;
    } while (value);
    g_string_append_len(out, digits + at, sizeof(digits) - at);
}

static bool write_stat(GString *out, const Sibling *sibling, const char *host)
{
    MMLayout mm = layout_of(sibling);
    SignalSets signals;
    HostStat stat;
    uint64_t value;

    if (!host_stat_parse(&stat, host)) {
        errno = EIO;
        return false;
    }
    if (!sibling) {
        proc_signals_read(atoi(host), &signals);
    }
    g_string_append_len(out, host, stat.name + stat.name_len + 1 - host);
    for (int n = 3; n <= HOST_STAT_FIELDS; n++) {
        g_string_append_c(out, ' ');
        if (sibling ? sibling_field(sibling, &stat, n, &value)
                    : own_field(n, &mm, &signals, &value)) {
            append_number(out, value);
        } else {
            g_string_append_len(out, stat.field[n], stat.field_len[n]);
        }
    }
    g_string_append_c(out, '\n');
    return true;
}

static uint64_t page_size_of(const Sibling *sibling)
{
    return sibling ? sibling->state.program.page_size : TARGET_PAGE_SIZE;
}

/* The text of the program in bytes, in whole pages, however absurd. */
static uint64_t text_span(const Sibling *sibling)
{
    MMLayout mm = layout_of(sibling);
    uint64_t size = page_size_of(sibling);

    return ROUND_UP(mm.end_code, size) - ROUND_DOWN(mm.start_code, size);
}

/* "size resident shared text lib data dt" */
static void write_statm(GString *out, const Sibling *sibling, const char *host)
{
    g_auto(GStrv) field = g_strsplit(host, " ", 5);

    if (g_strv_length(field) < 5 || (sibling && sibling->is_stranger) ||
        !strcmp(field[0], "0")) {
        g_string_append(out, host);
        return;
    }
    g_string_append_printf(out, "%s %s %s %" PRIu64 " %s", field[0], field[1],
                           field[2], text_span(sibling) / page_size_of(sibling),
                           field[4]);
}

static void write_exec_sizes(GString *out, bool is_exe)
{
    uint64_t exec = proc_maps_exec_size();
    uint64_t text = MIN(text_span(NULL), exec);

    if (is_exe) {
        g_string_append_printf(out, "VmExe:\t%8" PRIu64 " kB\n", text >> 10);
    } else {
        g_string_append_printf(out, "VmLib:\t%8" PRIu64 " kB\n",
                               (exec - text) >> 10);
    }
}

static bool write_sibling_threads(GString *out, const Sibling *sibling,
                                  const char *line)
{
    unsigned threads = atoi(line + strlen("Threads:\t"));

    if (threads <= sibling->state.helper_threads) {
        return false;
    }
    g_string_append_printf(out, "Threads:\t%u\n",
                           threads - sibling->state.helper_threads);
    return true;
}

/* What is asked about a thread once for all its lines. */
typedef struct OwnThread {
    SignalSets signals;
    GrantedCaps caps;
} OwnThread;

static bool write_status_line(GString *out, const Sibling *sibling,
                              const OwnThread *own, const char *line)
{
    if (sibling) {
        return g_str_has_prefix(line, "Threads:\t") &&
               write_sibling_threads(out, sibling, line);
    }
    if (g_str_has_prefix(line, "Threads:")) {
        g_string_append_printf(out, "Threads:\t%u\n", guest_threads());
        return true;
    }
    if (g_str_has_prefix(line, "VmExe:") || g_str_has_prefix(line, "VmLib:")) {
        write_exec_sizes(out, line[2] == 'E');
        return true;
    }
    return proc_signals_write_line(out, &own->signals, line) ||
           proc_caps_write_line(out, &own->caps, line);
}

/* A limit as fs/proc/base.c:proc_pid_limits() writes it. */
static void append_limit(GString *out, rlim_t limit)
{
    g_autofree char *number = g_strdup_printf("%llu",
                                              (unsigned long long)limit);

    g_string_append_printf(out, " %-20s",
                           limit == RLIM_INFINITY ? "unlimited" : number);
}

static void get_limit(const Sibling *sibling, PublicLimit which,
                      struct rlimit *rlim)
{
    if (sibling) {
        sibling_rlimit(sibling, which, rlim);
    } else {
        guest_limits_get(which, rlim);
    }
}

static bool write_limits_line(GString *out, const Sibling *sibling,
                              const OwnThread *unused, const char *line)
{
    static const char *const names[NR_PUBLIC_LIMITS] = {
        [PUBLIC_LIMIT_DATA] = "Max data size ",
        [PUBLIC_LIMIT_AS] = "Max address space ",
    };
    static const struct rlimit not_set = { -2, -2 };

    for (int i = 0; i < NR_PUBLIC_LIMITS; i++) {
        struct rlimit rlim = not_set;

        if (!g_str_has_prefix(line, names[i])) {
            continue;
        }
        get_limit(sibling, i, &rlim);
        if (rlim.rlim_cur == not_set.rlim_cur) {
            return false;
        }
        g_string_append_printf(out, "%-25s", names[i]);
        append_limit(out, rlim.rlim_cur);
        append_limit(out, rlim.rlim_max);
        g_string_append_printf(out, " %-10s\n", "bytes");
        return true;
    }
    return false;
}

/* The sibling's numbers are its target's, which we need not know. */
static bool write_fdinfo_line(GString *out, const Sibling *sibling,
                              const OwnThread *unused, const char *line)
{
    return !sibling && proc_signals_write_mask(out, "sigmask:\t", line);
}

/* Again, a sibling's numbers are its target's. */
static bool write_timers_line(GString *out, const Sibling *sibling,
                              const OwnThread *unused, const char *line)
{
    return !sibling && proc_signals_write_timer(out, line);
}

typedef bool WriteLine(GString *out, const Sibling *sibling,
                       const OwnThread *own, const char *line);

/* The host's lines, but for those that @replace writes. */
static void write_lines(GString *out, const Sibling *sibling,
                        const OwnThread *own, char *host,
                        WriteLine *replace)
{
    char *line, *end;

    for (line = host; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        if (!replace(out, sibling, own, line)) {
            g_string_append(out, line);
            g_string_append_c(out, '\n');
        }
    }
}

static void write_status(GString *out, const Sibling *sibling, char *host)
{
    const char *number = strstr(host, "\nPid:\t");
    OwnThread own;

    if (!sibling) {
        pid_t thread = number ? atoi(number + strlen("\nPid:\t")) : 0;

        proc_signals_read(thread, &own.signals);
        own.caps = granted_caps_of(thread);
    }
    write_lines(out, sibling, &own, host, write_status_line);
}

static bool write_text(GString *out, ProcEntry entry, const Sibling *sibling,
                       char *host)
{
    switch (entry) {
    case PROC_ENTRY_STAT:
        return write_stat(out, sibling, host);
    case PROC_ENTRY_STATM:
        write_statm(out, sibling, host);
        return true;
    case PROC_ENTRY_STATUS:
        write_status(out, sibling, host);
        return true;
    case PROC_ENTRY_LIMITS:
        write_lines(out, sibling, NULL, host, write_limits_line);
        return true;
    case PROC_ENTRY_TIMERS:
        write_lines(out, sibling, NULL, host, write_timers_line);
        return true;
    case PROC_ENTRY_FDINFO:
        write_lines(out, sibling, NULL, host, write_fdinfo_line);
        return true;
    default:
        g_assert_not_reached();
    }
}

GByteArray *proc_content_host_text(int fd)
{
    size_t len;
    char *text = host_proc_read_fd(fd, &len);

    return text ? g_byte_array_new_take((uint8_t *)text, len) : NULL;
}

bool proc_content_is_text(ProcEntry entry)
{
    switch (entry) {
    case PROC_ENTRY_CMDLINE:
    case PROC_ENTRY_ENVIRON:
    case PROC_ENTRY_AUXV:
    case PROC_ENTRY_MEM:
    case PROC_ENTRY_PAGEMAP:
        return false;
    default:
        return true;
    }
}

GByteArray *proc_content_text(ProcEntry entry, const Sibling *sibling, int fd)
{
    g_autofree char *host = NULL;
    GString *out;
    size_t len;

    switch (entry) {
    case PROC_ENTRY_MAPS:
    case PROC_ENTRY_SMAPS:
    case PROC_ENTRY_SMAPS_ROLLUP:
    case PROC_ENTRY_NUMA_MAPS:
        return proc_memory_text(entry, sibling, fd);
    default:
        break;
    }
    host = host_proc_read_record(fd, &len);
    if (!host) {
        return NULL;
    }
    out = g_string_sized_new(len + 128);
    if (!write_text(out, entry, sibling, host)) {
        g_string_free(out, true);
        return NULL;
    }
    len = out->len;
    return g_byte_array_new_take((uint8_t *)g_string_free(out, false), len);
}

/* What the emulator was started with, which the kernel shows to us. */
static ssize_t read_from_start(const Sibling *sibling, ProcEntry entry, int fd,
                               void *buf, size_t size, off_t *pos)
{
    uint64_t skip = entry == PROC_ENTRY_CMDLINE ? sibling_program(sibling) : 0;
    ssize_t len = pread(fd, buf, size, skip + *pos);

    *pos += MAX(len, 0);
    return len;
}

/* Is that an entry of our own first thread, which has ended? */
static bool has_no_memory(const Sibling *sibling, int fd)
{
    char byte;

    return !sibling && guest_leader_is_gone() && pread(fd, &byte, 1, 0) == 0;
}

ssize_t proc_content_read(ProcEntry entry, const Sibling *sibling, int fd,
                          void *buf, size_t size, off_t *pos)
{
    ssize_t len;

    if (has_no_memory(sibling, fd)) {
        return 0;
    }

    switch (entry) {
    case PROC_ENTRY_CMDLINE:
        len = read_cmdline(sibling, buf, *pos, size);
        break;
    case PROC_ENTRY_ENVIRON:
        len = read_environ(sibling, buf, pos, size);
        if (len >= 0) {
            return len;
        }
        break;
    case PROC_ENTRY_AUXV:
        len = sibling ? read_auxv_of(sibling, buf, *pos, size)
                      : read_own_auxv(buf, *pos, size);
        break;
    case PROC_ENTRY_MEM:
    case PROC_ENTRY_PAGEMAP:
        return proc_memory_read(entry, sibling, fd, buf, size, pos);
    default:
        g_assert_not_reached();
    }
    if (len < 0) {
        return read_from_start(sibling, entry, fd, buf, size, pos);
    }
    *pos += len;
    return len;
}
