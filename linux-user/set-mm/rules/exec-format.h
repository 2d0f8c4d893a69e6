/*
 * What a file says that it is: a script, or a program of which architecture
 *
 * Asks what Linux's loaders ask (fs/binfmt_script.c, fs/binfmt_elf.c), with
 * one difference: class and byte order are looked at for every architecture,
 * as QEMU is built for one of each.
 *
 * Nothing of QEMU is included, so that the rules can be tested alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_EXEC_FORMAT_H
#define LINUX_USER_EXEC_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the kernel reads of a file before it decides (BINPRM_BUF_SIZE). */
enum { EXEC_HEAD_SIZE = 256 };

/* The kernel follows five scripts, and says ELOOP to the sixth. */
enum { EXEC_MAX_SCRIPTS = 5 };

/* The first bytes of a file, with zeros behind its end. */
typedef struct ExecHead {
    char bytes[EXEC_HEAD_SIZE];
} ExecHead;

/* exec_format_is_script: does it begin with #! ? */
bool exec_format_is_script(const ExecHead *head);

/* The words of a script's first line; both end with a NUL. */
typedef struct ExecScript {
    char name[EXEC_HEAD_SIZE];      /* of the interpreter; may be empty */
    char arg[EXEC_HEAD_SIZE];
    bool has_arg;
} ExecScript;

/**
 * exec_format_script: parse the first line of a script
 *
 * Mirrors fs/binfmt_script.c:load_script(): blanks around the name and the one
 * argument do not count, and a line that is cut off within the name is none.
 *
 * Returns: false if the kernel answers ENOEXEC.
 */
bool exec_format_script(const ExecHead *head, ExecScript *script);

/**
 * exec_format_target: the architecture whose program it is
 *
 * Returns: QEMU's name, as in qemu-NAME, or NULL if it is no program of an
 * architecture that QEMU has.
 */
const char *exec_format_target(const ExecHead *head);

/**
 * exec_format_is_for: does qemu-@target run it?
 *
 * sparc32plus runs what sparc does, so exec_format_target() alone does not
 * tell.
 */
bool exec_format_is_for(const ExecHead *head, const char *target);

/**
 * exec_format_may_be_native: can a host's kernel run it by itself?
 * @machine: e_machine of the host's own programs
 *
 * A kernel may run its 32-bit relatives, or be built without; only asking it
 * tells.  What is no ELF file is the kernel's to judge.
 */
bool exec_format_may_be_native(const ExecHead *head, unsigned machine);

/* exec_format_is_flat: is it a bFLT file, which names no architecture? */
bool exec_format_is_flat(const ExecHead *head);

/* Where the program headers are, in bytes. */
typedef struct ExecTable {
    uint64_t offset;
    size_t size;
} ExecTable;

/* The most that the kernel reads of them. */
enum { EXEC_MAX_TABLE = 65536 };

/**
 * exec_format_table: find the program headers of an ELF file
 *
 * Returns: false if the kernel answers ENOEXEC: another type than ET_EXEC and
 * ET_DYN, headers of another size, none, or more than 64 KiB of them.
 */
bool exec_format_table(const ExecHead *head, ExecTable *table);

/* A part of a file, in bytes. */
typedef struct ExecPart {
    uint64_t offset;
    uint64_t size;
} ExecPart;

/**
 * exec_format_segment: find a segment by its type
 * @table: of @size bytes, as exec_format_table() has it; need not be aligned
 * @type: such as PT_INTERP
 * @nth: of those, from 0
 *
 * Returns: whether there is one.
 */
bool exec_format_segment(const ExecHead *head, const void *table, size_t size,
                         uint32_t type, unsigned nth, ExecPart *part);

#endif /* LINUX_USER_EXEC_FORMAT_H */
