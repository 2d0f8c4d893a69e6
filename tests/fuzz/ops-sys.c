/*
 * Operations of the fuzzing guest: memory, files and descriptors
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "guest.h"

/* ------------------------------------------------------------- memory */

struct span {
    unsigned first;
    unsigned pages;
};

static struct span any_span(struct rng *r)
{
    struct span span = { pick(r, AREA_PAGES), 1 + pick(r, 4) };

    if (span.first + span.pages > AREA_PAGES) {
        span.pages = AREA_PAGES - span.first;
    }
    return span;
}

static void *at_page(unsigned page)
{
    return (void *)(uintptr_t)(AREA + page * PAGE);
}

static void say_span(const char *what, struct span span)
{
    say("%s a+%x %u", what, span.first * PAGE, span.pages);
}

/* Not executable alone, nor writable alone: that is a processor's affair. */
static int any_prot(struct rng *r)
{
    static const unsigned char prots[] = {
        PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE, PROT_READ, PROT_NONE,
        PROT_READ | PROT_EXEC, PROT_READ | PROT_WRITE | PROT_EXEC,
    };

    return prots[pick(r, sizeof(prots))];
}

static void believe_pages(struct span span, struct page page)
{
    for (unsigned i = 0; i < span.pages; i++) {
        st.page[span.first + i] = page;
    }
}

void op_mmap(struct rng *r)
{
    struct span span = any_span(r);
    int prot = any_prot(r), flags = MAP_FIXED;
    bool shared = one_in(r, 4), of_file = one_in(r, 3);
    unsigned slot = pick(r, NR_SLOTS);
    int fd = -1;
    void *ret;

    flags |= shared ? MAP_SHARED : MAP_PRIVATE;
    say_span("mmap", span);
    say(" %d %s", prot, shared ? "shared" : "private");
    if (of_file) {
        fd = FIRST_SLOT + slot;
        say(" slot %u", slot);
        if (one_in(r, 8)) {
            fd = open("/dev/zero", O_RDWR | O_CLOEXEC);
            shared = false;
            flags = MAP_PRIVATE | MAP_FIXED;
            say(" zero");
        }
    } else {
        flags |= MAP_ANONYMOUS;
    }
    ret = mmap(at_page(span.first), span.pages * PAGE, prot, flags, fd, 0);
    say_errno(ret == MAP_FAILED ? -1 : 0);
    say("\n");
    if (ret != MAP_FAILED) {
        believe_pages(span, (struct page) {
            prot, true, !of_file, !of_file && prot & PROT_WRITE
        });
    }
    if (of_file && fd < FIRST_SLOT) {
        close(fd);
    }
}

void op_munmap(struct rng *r)
{
    struct span span = any_span(r);

    say_span("munmap", span);
    say_errno(munmap(at_page(span.first), span.pages * PAGE));
    say("\n");
    believe_pages(span, (struct page) { 0 });
}

/*
 * Over a hole, or where a part must not be written, it is done up to there;
 * QEMU refuses the whole.
 */
void op_mprotect(struct rng *r)
{
    struct span span = any_span(r);
    int prot = any_prot(r);

    for (unsigned i = 0; i < span.pages; i++) {
        if (!st.page[span.first + i].mapped ||
            !st.page[span.first + i].anon) {
            span.pages = i;
        }
    }
    if (!span.pages) {
        say("mprotect: nothing there\n");
        return;
    }
    say_span("mprotect", span);
    say(" %d", prot);
    say_errno(mprotect(at_page(span.first), span.pages * PAGE, prot));
    say("\n");
    for (unsigned i = 0; i < span.pages; i++) {
        st.page[span.first + i].prot = prot;
        st.page[span.first + i].may_write = prot & PROT_WRITE;
    }
}

/* One page, as more must be one mapping. */
void op_mremap(struct rng *r)
{
    unsigned from = pick(r, AREA_PAGES), to = pick(r, AREA_PAGES);
    void *ret;

    if (from == to || !st.page[from].mapped) {
        say("mremap: nothing there\n");
        return;
    }
    say("mremap a+%x to a+%x", from * PAGE, to * PAGE);
    ret = mremap(at_page(from), PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
                 at_page(to));
    say_errno(ret == MAP_FAILED ? -1 : 0);
    say("\n");
    if (ret != MAP_FAILED) {
        st.page[to] = st.page[from];
        st.page[from] = (struct page) { 0 };
    }
}

/* Strings of all lengths, so that the last byte is a NUL or is not. */
void op_write(struct rng *r)
{
    unsigned page = pick(r, AREA_PAGES);
    unsigned at = pick(r, PAGE), len = 1 + pick(r, PAGE - at);
    unsigned word = one_in(r, 4) ? PAGE : 1 + pick(r, 60);
    char *byte = at_page(page);

    for (unsigned i = 0; i < AREA_PAGES && !st.page[page].may_write; i++) {
        page = (page + 1) % AREA_PAGES;
        byte = at_page(page);
    }
    if (!st.page[page].may_write) {
        say("write: nowhere\n");
        return;
    }
    for (unsigned i = 0; i < len; i++) {
        byte[at + i] = i % word == word - 1 ? '\0' : 'A' + (i + word) % 26;
    }
    say("write a+%x %u words of %u\n", page * PAGE + at, len, word);
}

/* -------------------------------------------------------------- files */

static bool is_written(int flags)
{
    return (flags & O_ACCMODE) != O_RDONLY && !(flags & O_PATH);
}

/*
 * deny-write: nobody may open an executed file for writing; of an emulator's
 * guests' executables the host does not know that.
 */
static bool is_denied(unsigned name)
{
    struct stat file;
    char path[64];

    return stat(slot_path(path, name), &file) == 0 && is_executed(&file);
}

void op_open(struct rng *r)
{
    static const struct {
        int flags;
        const char *name;
    } how[] = {
        { O_RDONLY, "ro" }, { O_RDONLY, "ro" }, { O_RDONLY, "ro" },
        { O_RDONLY | O_CLOEXEC, "ro|cloexec" }, { O_RDWR, "rw" },
        { O_WRONLY, "wo" }, { O_PATH, "path" },
        { O_RDONLY | O_NOFOLLOW, "ro|nofollow" },
        { O_PATH | O_NOFOLLOW, "path|nofollow" },
    };
    unsigned name = pick(r, NR_NAMES), slot = pick(r, NR_SLOTS);
    unsigned i = pick(r, sizeof(how) / sizeof(how[0]));
    char path[64];
    int fd;

    say("open %u %s in slot %u", name, how[i].name, slot);
    if (is_written(how[i].flags) && is_denied(name)) {
        say(": deny-write\n");
        return;
    }
    fd = open(slot_path(path, name), how[i].flags | O_NONBLOCK);
    say_errno(fd);
    say("\n");
    if (fd >= 0) {
        dup2(fd, FIRST_SLOT + slot);
        close(fd);
    }
}

void op_memfd(struct rng *r)
{
    unsigned slot = pick(r, NR_SLOTS);
    int fd = syscall(SYS_memfd_create, one_in(r, 2) ? "one" : "two", 0);

    say("memfd in slot %u", slot);
    say_errno(fd);
    say("\n");
    if (fd >= 0) {
        if (write(fd, "in memory\n", 10) != 10) {
            say("memfd cannot be written\n");
        }
        dup2(fd, FIRST_SLOT + slot);
        close(fd);
    }
}

void op_close(struct rng *r)
{
    unsigned slot = pick(r, NR_SLOTS);

    say("close slot %u", slot);
    say_errno(close(FIRST_SLOT + slot));
    say("\n");
}

void op_dup(struct rng *r)
{
    unsigned from = pick(r, NR_SLOTS), to = pick(r, NR_SLOTS);

    say("dup slot %u to %u", from, to);
    say_errno(dup2(FIRST_SLOT + from, FIRST_SLOT + to));
    say("\n");
}

void op_rename(struct rng *r)
{
    unsigned from = pick(r, NR_NAMES), to = pick(r, NR_NAMES);
    char a[64], b[64];

    say("rename %u to %u", from, to);
    say_errno(rename(slot_path(a, from), slot_path(b, to)));
    say("\n");
}

void op_unlink(struct rng *r)
{
    unsigned name = pick(r, NR_NAMES);
    char path[64];

    say("unlink %u", name);
    say_errno(unlink(slot_path(path, name)));
    say("\n");
}

void op_link(struct rng *r)
{
    unsigned from = pick(r, NR_NAMES), to = pick(r, NR_NAMES);
    char a[64], b[64];

    if (one_in(r, 3)) {
        say("symlink to %u as %u", from, to);
        say_errno(symlink(slot_path(a, from), slot_path(b, to)));
    } else {
        say("link %u as %u", from, to);
        say_errno(link(slot_path(a, from), slot_path(b, to)));
    }
    say("\n");
}

void op_create(struct rng *r)
{
    static const unsigned short modes[] = { 0755, 0755, 0700, 0644, 0001 };
    unsigned name = pick(r, NR_NAMES), mode = modes[pick(r, 5)];
    char path[64], text[64];
    int fd = open(slot_path(path, name), O_WRONLY | O_CREAT | O_EXCL, 0600);

    say("create %u %o", name, mode);
    say_errno(fd);
    if (fd >= 0) {
        snprintf(text, sizeof(text), "made as %u\n", name);
        fchmod(fd, mode);
        say(" wrote %zd", write(fd, text, strlen(text)));
        close(fd);
    }
    say("\n");
}

void op_chmod(struct rng *r)
{
    static const unsigned short modes[] = {
        0755, 0755, 0755, 0644, 0, 0010, 0001, 04711
    };
    unsigned name = pick(r, NR_NAMES), mode = modes[pick(r, 8)];
    char path[64];

    say("chmod %u %o", name, mode);
    say_errno(chmod(slot_path(path, name), mode));
    say("\n");
}

void op_comm(struct rng *r)
{
    static const char *const names[] = {
        "fuzz", "a name that is much too long", "", "odd) name (", "a b\nc",
    };
    unsigned i = pick(r, 5);

    say("comm %u", i);
    say_errno(prctl(PR_SET_NAME, names[i]));
    say("\n");
}

/* The stack is where it is, whatever it may grow to. */
void op_stack_limit(struct rng *r)
{
    static const unsigned mib[] = { 4, 8, 16, 64 };
    struct rlimit rlim;
    unsigned i = pick(r, 4);

    getrlimit(RLIMIT_STACK, &rlim);
    rlim.rlim_cur = (rlim_t)mib[i] << 20;
    say("stack limit %u MiB", mib[i]);
    say_errno(setrlimit(RLIMIT_STACK, &rlim));
    say("\n");
}
