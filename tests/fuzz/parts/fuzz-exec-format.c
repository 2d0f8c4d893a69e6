/*
 * exec-format.c: scripts against a regular expression, and ELF files against
 * the headers' own structures
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <elf.h>
#include <regex.h>
#include "part.h"
#include "set-mm/rules/exec-format.h"

static bool matches(const char *pattern, const char *text, regmatch_t *found)
{
    regex_t regex;
    bool ret;

    CHECK(regcomp(&regex, pattern, REG_EXTENDED) == 0);
    ret = regexec(&regex, text, 3, found, 0) == 0;
    regfree(&regex);
    return ret;
}

/*
 * By the line alone: up to a newline, or to where the file ends, or to the
 * last byte that the kernel looks at.
 */
static void check_script(const ExecHead *head)
{
    char text[EXEC_HEAD_SIZE + 1] = "", *newline;
    regmatch_t found[3] = { { -1, -1 } };
    ExecScript script;
    bool want, ends;

    memcpy(text, head, EXEC_HEAD_SIZE);
    newline = strchr(text, '\n');
    ends = newline || strlen(text) < EXEC_HEAD_SIZE - 1;
    if (newline) {
        *newline = '\0';
        want = matches("^#![ \t]*([^ \t]+)([ \t]+[^ \t].*)?[ \t]*$", text,
                       found);
    } else if (ends) {
        want = matches("^#![ \t]*([^ \t]*)([ \t].*)?$", text, found);
    } else {
        /* Somewhere behind the name there is a blank. */
        want = strlen(text) < EXEC_HEAD_SIZE ||
               matches("^#![ \t]*([^ \t]+)([ \t].*)$", text, found);
        if (want) {
            text[EXEC_HEAD_SIZE - 1] = '\0';
            while (strchr(" \t", text[strlen(text) - 1])) {
                text[strlen(text) - 1] = '\0';
            }
            want = matches("^#![ \t]*([^ \t]+)([ \t].*)?$", text, found);
        }
    }
    CHECK(exec_format_script(head, &script) == want);
    if (!want) {
        return;
    }
    text[found[1].rm_eo] = '\0';
    CHECK(!strcmp(script.name, text + found[1].rm_so));
    CHECK(script.has_arg == (found[2].rm_so >= 0));
    if (script.has_arg) {
        char *arg = text + found[2].rm_so;
        size_t len;

        /* The name's end has cut off the first blank. */
        arg += 1 + strspn(arg + 1, " \t");
        len = strlen(arg);
        while (newline && len && strchr(" \t", arg[len - 1])) {
            len--;
        }
        CHECK(strlen(script.arg) == len && !memcmp(script.arg, arg, len));
    }
}

static uint64_t swapped(uint64_t value, size_t size, bool be)
{
    return !be ? value : size == 2 ? __builtin_bswap16(value)
           : size == 4 ? __builtin_bswap32(value) : __builtin_bswap64(value);
}

#define GET(field) swapped(field, sizeof(field), be)

static void check_elf(const ExecHead *head, const uint8_t *data, size_t size)
{
    const char *target = exec_format_target(head);
    bool be = head->bytes[EI_DATA] == ELFDATA2MSB;
    bool is_64 = head->bytes[EI_CLASS] == ELFCLASS64;
    Elf64_Ehdr e64;
    Elf32_Ehdr e32;
    ExecTable table;
    ExecPart part;
    char *copy = malloc(size ? size : 1);
    unsigned n;

    memcpy(&e64, head, sizeof(e64));
    memcpy(&e32, head, sizeof(e32));
    memcpy(copy, data, size);
    if (target) {
        CHECK(!memcmp(head, ELFMAG, SELFMAG));
        CHECK(exec_format_is_for(head, target));
        CHECK(exec_format_may_be_native(head, GET(e64.e_machine)));
    }
    if (exec_format_table(head, &table)) {
        CHECK(GET(e64.e_type) == ET_EXEC || GET(e64.e_type) == ET_DYN);
        CHECK(table.offset == (is_64 ? GET(e64.e_phoff) : GET(e32.e_phoff)));
        CHECK(table.size == (is_64 ? GET(e64.e_phnum) * sizeof(Elf64_Phdr)
                             : GET(e32.e_phnum) * sizeof(Elf32_Phdr)));
        CHECK(table.size && table.size <= EXEC_MAX_TABLE);
    }
    for (n = 0; exec_format_segment(head, copy, size, PT_INTERP, n, &part);
         n++) {
        CHECK(n < size / (is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)));
    }
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t first = size < EXEC_HEAD_SIZE ? size : EXEC_HEAD_SIZE;
    ExecHead head = { "" };

    memcpy(&head, data, first);
    check_script(&head);
    check_elf(&head, data + first, size - first);
    return 0;
}
