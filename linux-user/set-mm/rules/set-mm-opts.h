/*
 * The option -set-mm LIST, its variable QEMU_SET_MM and the file of defaults
 *
 * Nothing of QEMU is included, so that the parser can be tested alone.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef LINUX_USER_SET_MM_OPTS_H
#define LINUX_USER_SET_MM_OPTS_H

#include <stdbool.h>
#include <stddef.h>

/* May the executable be replaced while the old one is still mapped? */
typedef enum SetMMRule {
    SET_MM_RULE_RELAXED,    /* yes */
    SET_MM_RULE_LINUX,      /* no, EBUSY, as every mainline kernel */
    SET_MM_RULE_OFF,        /* PR_SET_MM answers EINVAL, as stock QEMU */
} SetMMRule;

/* Whose privileges decide? */
typedef enum SetMMCaps {
    SET_MM_CAPS_HOST,       /* those that the process has on this host */
    SET_MM_CAPS_ALL,        /* nobody's: every sub-option is granted */
} SetMMCaps;

/* Whose command line do ps, pgrep and friends of the host show? */
typedef enum SetMMTitle {
    SET_MM_TITLE_EMULATOR,
    SET_MM_TITLE_GUEST,
} SetMMTitle;

/* Who starts a foreign program that a guest executes? */
typedef enum SetMMExec {
    SET_MM_EXEC_AUTO,       /* the host's kernel, else the emulator */
    SET_MM_EXEC_KERNEL,     /* the host's kernel */
    SET_MM_EXEC_SELF,       /* the emulator */
} SetMMExec;

/* What if that program is set-user-ID, and the emulator starts it? */
typedef enum SetMMSuid {
    SET_MM_SUID_CALLER,     /* it runs with the caller's rights */
    SET_MM_SUID_REFUSE,     /* EPERM */
} SetMMSuid;

enum { SET_MM_EXEC_PATH_MAX = 4096 };

typedef struct SetMMOpts {
    SetMMRule rule;
    SetMMCaps caps;
    SetMMTitle title;
    SetMMExec exec;
    SetMMSuid exec_suid;
    char exec_path[SET_MM_EXEC_PATH_MAX];   /* empty: not given */
} SetMMOpts;

/**
 * set_mm_opts_parse: apply a list such as "rule=linux,caps=all"
 * @opts: changed word by word; a word that is not named keeps its value
 * @list: comma-separated words; empty words are ignored
 * @error: on failure one line that names the wrong word and lists the known
 *         ones, without a newline
 * @size: bytes of @error
 *
 * Returns: true if every word was known.
 */
bool set_mm_opts_parse(SetMMOpts *opts, const char *list,
                       char *error, size_t size);

/**
 * set_mm_opts_parse_file: apply the lines of a file
 * @text: words separated by commas, blanks or newlines; what follows a # on
 *        a line is a comment
 * @error: as above, with the number of the line and ": " in front
 *
 * Returns: true if every word was known.
 */
bool set_mm_opts_parse_file(SetMMOpts *opts, const char *text,
                            char *error, size_t size);

#endif /* LINUX_USER_SET_MM_OPTS_H */
