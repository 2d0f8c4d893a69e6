/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * agent.h: what the parts of the checkpointer share
 *
 * The checkpointer is linked at an address of its own and stays in the
 * program's address space: first it maps the program, then it waits for the
 * signal.  A restorer is the same file at the same address, so the memory in
 * which it runs is in no gap of an image, and once it has returned through
 * the program's signal frame it is what was there before.
 */
#ifndef CHECKPOINT_AGENT_H
#define CHECKPOINT_AGENT_H

#include "arch.h"
#include "image.h"

#define MAX_THREADS     128
#define MAX_FDS         512
#define MAX_PENDING     128     /* signals */
#define THREAD_STACK    4096
#define MAX_PATH        4096

typedef struct Agent {
    uintptr_t start, end;       /* where we are */
    size_t page_size;
    int signal;                 /* that saves */
    bool keep_running;
    bool keep_exe;              /* do not touch the executable */
    bool keep_vdso;             /* do not hide it from the program */
    char path[MAX_PATH];        /* of the image */
    char buffer[65536] __attribute__((aligned(16)));    /* for who works */
    ImageThread threads[MAX_THREADS];   /* by arrival */
    int arrived[MAX_THREADS];   /* their numbers, once they are complete */
    int count;
    ImageSignal pending[MAX_PENDING];   /* theirs alone; thread is a number */
    int pending_count;
} Agent;

extern Agent agent;

/* Our first and last byte; the linker defines these. */
extern const char __ehdr_start[], _end[];

/* An entry of getdents64(). */
typedef struct DirEntry {
    uint64_t inode;
    int64_t next;
    uint16_t len;
    uint8_t type;
    char name[];
} DirEntry;

/* Up to the next page's begin. */
static inline uint64_t agent_page_up(uint64_t addr)
{
    return (addr + agent.page_size - 1) & -(uint64_t)agent.page_size;
}

/* agent.c */
uintptr_t agent_stack(void);
long agent_listen(void);

/* self.c */
void agent_init(const uintptr_t *auxv);
void agent_detach(void);
void agent_host(ImageHost *host);

/* calls.c */
long agent_mmap(uintptr_t addr, size_t len, int prot, int flags, int fd,
                uint64_t offset);
bool agent_is_error(long ret);
int64_t agent_seek(int fd, int64_t offset, int whence);
bool agent_read(int fd, uint64_t pos, void *buf, size_t len);
bool agent_write(int fd, uint64_t pos, const void *buf, size_t len);
long agent_link_text(const char *path, char *buf, size_t size);
void agent_pause(void);
long agent_send(const ImageSignal *s, uint64_t tid);
bool agent_in_file(int fd, uint64_t offset, uint64_t *len);
bool agent_status(int fd, const char *path, uint64_t *inode, uint64_t *size,
                  unsigned *mode);

/* thread.c */
void thread_save(ImageThread *t, uintptr_t frame);
void thread_restore(const ImageThread *t);

/* load.c */
const char *load_program(uintptr_t *sp, int skip);
uintptr_t load_entry(void);

/* save.c */
const char *save(void);

/* save-sig.c */
void save_private(int tid, bool saves);

/* restore.c */
void restore(const char *path) __attribute__((noreturn));

#endif
