/*
 * Contents: what the guest's entries of /proc say
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qemu/memfd.h"
#include "qemu/rcu.h"
#include "qemu.h"
#include "user-internals.h"
#include "signal-common.h"
#include "guest-comm.h"
#include "guest-mem.h"
#include "guest-mm.h"
#include "proc-content.h"

/* The kernel limits a title to a page of its own, not of QEMU's guest. */
enum { TITLE_MAX = 4096 };

/* The readable anonymous prefix of [start, end). */
static GByteArray *read_range(uint64_t start, uint64_t end)
{
    GByteArray *bytes = g_byte_array_new();
    uint8_t chunk[4096];
    size_t len;

    for (; start < end; start += len) {
        len = guest_mem_read_anon(chunk, start,
                                  MIN(sizeof(chunk), end - start));
        if (!len) {
            break;
        }
        g_byte_array_append(bytes, chunk, len);
    }
    return bytes;
}

/*
 * fs/proc/base.c:get_mm_cmdline().  A last byte that is no NUL means that
 * the program has written a title over its arguments: a single string, which
 * may run on into an environment that follows directly.
 */
static GByteArray *cmdline_content(void)
{
    MMLayout mm = guest_mm_layout();
    uint64_t limit = mm.arg_end;
    g_autoptr(GByteArray) title = NULL;
    const uint8_t *nul;
    uint8_t last;

    if (mm.env_end == 0 || mm.arg_start >= mm.arg_end) {
        return g_byte_array_new();
    }
    if (mm.env_start == mm.arg_end && mm.env_end >= mm.env_start) {
        limit = mm.env_end;
    }
    if (!guest_mem_read_anon(&last, mm.arg_end - 1, 1) || last == '\0') {
        return read_range(mm.arg_start, mm.arg_end);
    }
    limit = MIN(limit, mm.arg_start + TITLE_MAX);
    title = read_range(mm.arg_start, limit);
    nul = memchr(title->data, '\0', title->len);
    if (nul) {
        g_byte_array_set_size(title, nul - title->data + 1);
    }
    return g_steal_pointer(&title);
}

/*
 * fs/proc/base.c:environ_read() answers 0 to a read that meets unreadable
 * memory, even behind readable bytes; a read of the whole is such a read.
 */
static GByteArray *environ_content(void)
{
    MMLayout mm = guest_mm_layout();
    GByteArray *bytes = read_range(mm.env_start, mm.env_end);

    if (bytes->len < mm.env_end - mm.env_start) {
        g_byte_array_set_size(bytes, 0);
    }
    return bytes;
}

/* Up to and with the first AT_NULL; a terminator always exists. */
static GByteArray *auxv_content(void)
{
    GByteArray *bytes = g_byte_array_new();
    GuestAuxv auxv;
    int words = 0;

    guest_mm_get_auxv(&auxv);
    do {
        words += 2;
    } while (words < GUEST_AUXV_WORDS && auxv.word[words - 2]);
    return g_byte_array_append(bytes, (const uint8_t *)auxv.word,
                               words * sizeof(abi_ulong));
}

static unsigned guest_threads(void)
{
    unsigned threads = 0;
    CPUState *cpu;

    WITH_RCU_READ_LOCK_GUARD() {
        CPU_FOREACH(cpu) {
            threads++;
        }
    }
    return threads;
}

/* Fields of proc(5)'s stat, counted from 1. */
enum {
    STAT_NUM_THREADS = 20,
    STAT_START_CODE = 26,
    STAT_END_CODE = 27,
    STAT_START_STACK = 28,
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

/* The guest's signals 1 to 31 as the bits of stat's obsolete fields. */
typedef struct SignalFields {
    uint64_t blocked;
    uint64_t ignored;
    uint64_t caught;
} SignalFields;

static bool read_signals(SignalFields *fields)
{
    TaskState *ts = thread_cpu->opaque;
    struct target_sigaction act;
    abi_ulong handler;

    memset(fields, 0, sizeof(*fields));
    for (int host_sig = 1; host_sig < 32; host_sig++) {
        int sig = host_to_target_signal(host_sig);
        uint64_t bit = sig < 32 ? 1ull << (sig - 1) : 0;

        if (sigismember(&ts->signal_mask, host_sig) == 1) {
            fields->blocked |= bit;
        }
        if (do_sigaction(sig, NULL, &act, 0)) {
            return false;
        }
        /*
         * All signals are blocked from the first round on, and what says so
         * would be taken for a signal by the next.
         */
        if (host_sig < 31) {
            qatomic_set(&ts->signal_pending, 0);
        }
        __get_user(handler, &act._sa_handler);
        if (handler == TARGET_SIG_IGN) {
            fields->ignored |= bit;
        } else if (handler != TARGET_SIG_DFL) {
            fields->caught |= bit;
        }
    }
    return true;
}

static void store_stat(char **fields, unsigned n, guint count, uint64_t value)
{
    /* The fields behind the name begin with number 3. */
    if (n - 3 < count) {
        g_free(fields[n - 3]);
        fields[n - 3] = g_strdup_printf("%" PRIu64, value);
    }
}

static void set_layout_fields(char **fields, guint count)
{
    MMLayout mm = guest_mm_layout();

    store_stat(fields, STAT_START_CODE, count, mm.start_code);
    store_stat(fields, STAT_END_CODE, count, mm.end_code);
    store_stat(fields, STAT_START_STACK, count, mm.start_stack);
    store_stat(fields, STAT_START_DATA, count, mm.start_data);
    store_stat(fields, STAT_END_DATA, count, mm.end_data);
    store_stat(fields, STAT_START_BRK, count, mm.start_brk);
    store_stat(fields, STAT_ARG_START, count, mm.arg_start);
    store_stat(fields, STAT_ARG_END, count, mm.arg_end);
    store_stat(fields, STAT_ENV_START, count, mm.env_start);
    store_stat(fields, STAT_ENV_END, count, mm.env_end);
}

/*
 * The host's line is true of the process; what differs is what QEMU has
 * instead of the guest: the layout, the signals and QEMU's helper threads.
 */
static GByteArray *stat_content(void)
{
    GByteArray *bytes;
    g_autofree char *line = NULL;
    g_autofree char *rest = NULL;
    g_autofree char *name = NULL;
    g_autofree char *text = NULL;
    g_auto(GStrv) fields = NULL;
    SignalFields signals;
    char *open, *close;
    guint count;

    if (!g_file_get_contents("/proc/self/stat", &line, NULL, NULL)) {
        errno = ENOENT;
        return NULL;
    }
    open = strchr(line, '(');
    close = strrchr(line, ')');
    if (!open || !close || close[1] != ' ') {
        errno = EIO;
        return NULL;
    }
    if (!read_signals(&signals)) {
        errno = QEMU_ERESTARTSYS;
        return NULL;
    }
    name = g_strndup(open + 1, close - open - 1);
    fields = g_strsplit(g_strchomp(close + 2), " ", -1);
    count = g_strv_length(fields);
    store_stat(fields, STAT_NUM_THREADS, count, guest_threads());
    store_stat(fields, STAT_BLOCKED, count, signals.blocked);
    store_stat(fields, STAT_SIGIGN, count, signals.ignored);
    store_stat(fields, STAT_SIGCATCH, count, signals.caught);
    set_layout_fields(fields, count);
    rest = g_strjoinv(" ", fields);
    text = g_strdup_printf("%d (%s) %s\n", getpid(), guest_comm_translate(name),
                           rest);
    bytes = g_byte_array_new();
    return g_byte_array_append(bytes, (uint8_t *)text, strlen(text));
}

static GByteArray *content_of(ProcEntry entry)
{
    switch (entry) {
    case PROC_ENTRY_CMDLINE:
        return cmdline_content();
    case PROC_ENTRY_ENVIRON:
        return environ_content();
    case PROC_ENTRY_AUXV:
        return auxv_content();
    case PROC_ENTRY_STAT:
        return stat_content();
    default:
        g_assert_not_reached();
    }
}

int proc_content_open(ProcEntry entry, int flags)
{
    g_autoptr(GByteArray) bytes = content_of(entry);
    int fd;

    if (!bytes) {
        return -1;
    }
    fd = memfd_create("qemu-proc", flags & O_CLOEXEC ? MFD_CLOEXEC : 0);
    if (fd < 0) {
        return -1;
    }
    if (qemu_write_full(fd, bytes->data, bytes->len) != bytes->len ||
        lseek(fd, 0, SEEK_SET) < 0) {
        int error = errno;

        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}
