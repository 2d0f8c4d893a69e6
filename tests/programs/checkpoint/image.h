/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * image.h: what a saved process looks like in a file
 *
 * An image is a header, the memory's contents (data), and tables that say
 * what all of it is.  Numbers are 64 bits wide in the byte order of the
 * machine that wrote them, so that a program and its image look the same on
 * every kernel and emulator for that machine; others are told apart by the
 * header and refused.
 *
 * The reader makes no system call.  It is given a function that reads, and
 * is the only place where an image is believed or not: whoever has passed
 * image_open() and image_check_data() may rely on what the comments on the
 * fields say.
 */
#ifndef CHECKPOINT_IMAGE_H
#define CHECKPOINT_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_MAGIC         "ckptimg1"
#define IMAGE_BYTE_ORDER    0x01020304
#define IMAGE_DATA_START    4096        /* the header has this much room */
#define IMAGE_TABLES_MAX    (1024 * 1024)
#define IMAGE_FD_MAX        65536
#define IMAGE_NONE          UINT64_MAX

enum {
    IMAGE_PROCESS,          /* exactly one */
    IMAGE_AREA,             /* ascending, without overlap */
    IMAGE_RUN,              /* ascending; each belongs to one area */
    IMAGE_FD,               /* ascending numbers */
    IMAGE_WATCH,            /* what its epoll instances look at */
    IMAGE_ACTION,           /* ascending signals */
    IMAGE_SIGNAL,           /* pending, in the order in which they came */
    IMAGE_TIMER,            /* POSIX ones by ascending number */
    IMAGE_THREAD,           /* at least one; the first is the leader */
    IMAGE_TEXT,             /* bytes: strings, the aux vector */
    IMAGE_KINDS
};

typedef struct ImageHeader {
    char magic[8];
    uint32_t byte_order;
    uint32_t machine;       /* ELF's e_machine */
    uint32_t word;          /* bytes in a pointer */
    uint32_t reserved;
    uint64_t page_size;
    uint64_t agent_start;   /* where the checkpointer itself lies, */
    uint64_t agent_end;
    uint64_t agent_sum;     /* and which one it is: the sum of its code */
    uint64_t data_end;      /* the tables follow */
    uint64_t data_sum;
    uint64_t count[IMAGE_KINDS];
    uint64_t sum;           /* of the header up to here, and the tables */
} ImageHeader;

/* The fields of struct prctl_mm_map, in its order. */
enum {
    MM_START_CODE, MM_END_CODE, MM_START_DATA, MM_END_DATA,
    MM_START_BRK, MM_BRK, MM_START_STACK,
    MM_ARG_START, MM_ARG_END, MM_ENV_START, MM_ENV_END,
    MM_FIELDS
};

/* A string is the number of its first byte in the text; 0 is the empty one. */
typedef struct ImageProcess {
    uint64_t mm[MM_FIELDS]; /* user addresses; starts not above ends */
    uint64_t auxv;          /* in the text, */
    uint64_t auxv_size;     /* a whole number of entries */
    uint64_t exe;           /* a string */
    uint64_t cwd;           /* a string */
    uint64_t umask;
    uint64_t vdso_start;    /* where the kernel's own pages are, */
    uint64_t vdso_end;      /* in no area; both 0 if nowhere */
    uint64_t vdso_sum;      /* of the code, if the program may know it */
    uint64_t signal;        /* that saves, */
    uint64_t keep_running;  /* 1: and goes on afterwards */
} ImageProcess;

enum {
    AREA_SHARED = 1,        /* otherwise private */
    AREA_STACK = 2,         /* grows down */
    AREA_FLAGS = 3
};

typedef struct ImageArea {
    uint64_t start, end;    /* whole pages, outside the agent and the vdso */
    uint64_t prot;          /* PROT_* */
    uint64_t flags;
    uint64_t path;          /* a string; empty if there is no file */
    uint64_t offset;        /* whole pages */
    uint64_t file_sum;      /* of what the file holds at this place */
    uint64_t first_run;     /* these runs differ from the file, or zero */
    uint64_t runs;
} ImageArea;

typedef struct ImageRun {
    uint64_t start, end;    /* whole pages of its area */
    uint64_t pos;           /* in the image's data */
} ImageRun;

enum {
    FD_PATH,                /* opened by name */
    FD_INHERIT,             /* a terminal, a socket: the restorer's own */
    FD_PIPE,                /* both of whose ends the process has */
    FD_EVENTFD,
    FD_EPOLL,
    FD_KINDS
};

/* Of the status, what may be done: 0 is to read, 1 to write. */
#define FD_ACCESS   3

typedef struct ImageFd {
    uint64_t number;        /* below IMAGE_FD_MAX */
    uint64_t kind;
    uint64_t path;          /* a string; for inherited ones what it was */
    uint64_t status;        /* F_GETFL */
    uint64_t flags;         /* F_GETFD */
    uint64_t offset;        /* IMAGE_NONE if it has none */
    uint64_t same_as;       /* an earlier number with the same open file, */
                            /* of the same kind; or IMAGE_NONE */
    uint64_t pipe;          /* the pipe's first number */
    uint64_t content;       /* in the text: what waits in the pipe, by its */
    uint64_t content_size;  /* first number */
    uint64_t counter;       /* an eventfd's, */
    uint64_t semaphore;     /* 1: of which each read takes one */
} ImageFd;

typedef struct ImageWatch {
    uint64_t epoll;         /* the place of an FD_EPOLL in the table, */
    uint64_t fd;            /* and of what it looks at */
    uint64_t events;        /* 32 bits */
    uint64_t data;
} ImageWatch;

typedef struct ImageAction {
    uint64_t signal;        /* from 1 */
    uint64_t handler;
    uint64_t flags;
    uint64_t restorer;
    uint64_t mask[2];
} ImageAction;

typedef struct ImageSignal {
    uint64_t thread;        /* its place in the table, or IMAGE_NONE */
    uint64_t signal;        /* from 1 */
    uint8_t info[128];      /* siginfo_t */
} ImageSignal;

#define TIMER_POSIX 3       /* below: ITIMER_REAL, _VIRTUAL, _PROF */

typedef struct ImageTimer {
    uint64_t kind;
    uint64_t value[2];      /* seconds and micro- or nanoseconds */
    uint64_t interval[2];
    uint64_t id;            /* these are a POSIX timer's */
    uint64_t clock;
    uint64_t notify;        /* SIGEV_* */
    uint64_t signal;
    uint64_t sigval;
    uint64_t thread;        /* its place in the table, or IMAGE_NONE */
} ImageTimer;

typedef struct ImageThread {
    uint64_t tid;           /* as it was */
    uint64_t frame;         /* stack pointer for rt_sigreturn, in an area */
    uint64_t tls[8];        /* as arch_save_tls() likes it */
    uint64_t tid_address;   /* as set_tid_address() had it: 0, or in an area */
                            /* and of four bytes; or IMAGE_NONE */
    uint64_t robust_list;
    uint64_t robust_size;
    uint64_t rseq;          /* 0: not registered */
    uint64_t rseq_size;
    char name[16];          /* ends with NUL */
} ImageThread;

/* What an image must agree with. */
typedef struct ImageHost {
    uint32_t machine, word;
    uint64_t page_size;
    uint64_t agent_start, agent_end, agent_sum;
    uint64_t top;           /* no user address is at or above */
} ImageHost;

/*
 * Reads exactly len bytes at pos into buf.  Returns 0, and anything else on
 * errors and at the end of the file.
 */
typedef int ImageRead(void *opaque, uint64_t pos, void *buf, size_t len);

typedef struct Image {
    ImageHeader head;
    ImageRead *read;
    void *opaque;
    const ImageProcess *process;
    const ImageArea *areas;
    const ImageRun *runs;
    const ImageFd *fds;
    const ImageWatch *watches;
    const ImageAction *actions;
    const ImageSignal *signals;
    const ImageTimer *timers;
    const ImageThread *threads;
    const char *text;
} Image;

uint64_t image_sum(uint64_t sum, const void *buf, size_t len);
uint64_t image_head_sum(const ImageHeader *head, const void *tables,
                        size_t len);
size_t image_entry_size(int kind);
bool image_is_writable(const Image *img, uint64_t addr);
const char *image_open(Image *img, const ImageHost *host, ImageRead *read,
                       void *opaque, void *tables);
const char *image_check_data(const Image *img, void *buf, size_t len);

#endif
