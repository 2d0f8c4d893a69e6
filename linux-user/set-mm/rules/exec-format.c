/*
 * What a file says that it is: a script, or a program of which architecture
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "set-mm/rules/exec-format.h"
#include <elf.h>
#include <string.h>

/* --- Scripts -------------------------------------------------------------- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool exec_format_is_script(const ExecHead *head)
{
    return head->bytes[0] == '#' && head->bytes[1] == '!';
}

/* The number of bytes from @at to @end that are blank, or that are not. */
static size_t span(const char *at, const char *end, bool blank)
{
    const char *p = at;

    while (p < end && *p && is_blank(*p) == blank) {
        p++;
    }
    return p - at;
}

/*
 * The end of the line.  Where it is not to be seen it may have been cut off,
 * which does not matter behind the name.
 */
static const char *line_end(const ExecHead *head)
{
    const char *end = head->bytes + sizeof(head->bytes);
    size_t len = strnlen(head->bytes, sizeof(head->bytes));
    const char *newline = memchr(head->bytes, '\n', len);
    const char *name = head->bytes + 2;

    if (newline) {
        return newline;
    }
    name += span(name, end, true);
    return name < end && name + span(name, end, false) < end ? end - 1 : NULL;
}

bool exec_format_script(const ExecHead *head, ExecScript *script)
{
    const char *at = head->bytes + 2;
    const char *end = exec_format_is_script(head) ? line_end(head) : NULL;
    size_t len;

    memset(script, 0, sizeof(*script));
    if (!end) {
        return false;
    }
    while (is_blank(end[-1])) {
        end--;
    }
    at += span(at, end, true);
    if (at >= end) {
        return false;
    }
    len = span(at, end, false);
    memcpy(script->name, at, len);
    at += len;
    if (at < end && *at) {
        at += span(at, end, true);
        script->has_arg = true;
        memcpy(script->arg, at, strnlen(at, end - at));
    }
    return true;
}

/* --- ELF ------------------------------------------------------------------ */

enum {
    EM_MICROBLAZE_OLD_LINUX = 0xbaab,
    EM_ALPHA_LINUX = 0x9026,
    EM_486_LINUX = 6,
    EM_CRIS_LINUX = 76,
    EM_HEXAGON_LINUX = 164,
    EM_NIOS2_LINUX = 113,
    EM_LOONGARCH_LINUX = 258,
    /* e_flags: n32 and not o32 */
    MIPS_ABI2 = 0x20,
};

typedef struct ElfKind {
    const char *target;
    unsigned char bits, data;
    uint16_t machine;
    uint32_t flags_mask, flags;
} ElfKind;

#define LE ELFDATA2LSB
#define BE ELFDATA2MSB

/* The first that fits is the program's own. */
static const ElfKind kinds[] = {
    { "aarch64", ELFCLASS64, LE, EM_AARCH64 },
    { "aarch64_be", ELFCLASS64, BE, EM_AARCH64 },
    { "alpha", ELFCLASS64, LE, EM_ALPHA_LINUX },
    { "arm", ELFCLASS32, LE, EM_ARM },
    { "armeb", ELFCLASS32, BE, EM_ARM },
    { "cris", ELFCLASS32, LE, EM_CRIS_LINUX },
    { "hexagon", ELFCLASS32, LE, EM_HEXAGON_LINUX },
    { "hppa", ELFCLASS32, BE, EM_PARISC },
    { "i386", ELFCLASS32, LE, EM_386 },
    { "i386", ELFCLASS32, LE, EM_486_LINUX },
    { "loongarch64", ELFCLASS64, LE, EM_LOONGARCH_LINUX },
    { "m68k", ELFCLASS32, BE, EM_68K },
    { "microblaze", ELFCLASS32, BE, EM_MICROBLAZE },
    { "microblaze", ELFCLASS32, BE, EM_MICROBLAZE_OLD_LINUX },
    { "microblazeel", ELFCLASS32, LE, EM_MICROBLAZE },
    { "microblazeel", ELFCLASS32, LE, EM_MICROBLAZE_OLD_LINUX },
    { "mips", ELFCLASS32, BE, EM_MIPS, MIPS_ABI2, 0 },
    { "mipsel", ELFCLASS32, LE, EM_MIPS, MIPS_ABI2, 0 },
    { "mipsn32", ELFCLASS32, BE, EM_MIPS, MIPS_ABI2, MIPS_ABI2 },
    { "mipsn32el", ELFCLASS32, LE, EM_MIPS, MIPS_ABI2, MIPS_ABI2 },
    { "mips64", ELFCLASS64, BE, EM_MIPS, MIPS_ABI2, 0 },
    { "mips64el", ELFCLASS64, LE, EM_MIPS, MIPS_ABI2, 0 },
    { "nios2", ELFCLASS32, LE, EM_NIOS2_LINUX },
    { "or1k", ELFCLASS32, BE, EM_OPENRISC },
    { "ppc", ELFCLASS32, BE, EM_PPC },
    { "ppc64", ELFCLASS64, BE, EM_PPC64 },
    { "ppc64le", ELFCLASS64, LE, EM_PPC64 },
    { "riscv32", ELFCLASS32, LE, EM_RISCV },
    { "riscv64", ELFCLASS64, LE, EM_RISCV },
    { "s390x", ELFCLASS64, BE, EM_S390 },
    { "sh4", ELFCLASS32, LE, EM_SH },
    { "sh4eb", ELFCLASS32, BE, EM_SH },
    { "sparc", ELFCLASS32, BE, EM_SPARC },
    { "sparc32plus", ELFCLASS32, BE, EM_SPARC32PLUS },
    { "sparc32plus", ELFCLASS32, BE, EM_SPARC },
    { "sparc64", ELFCLASS64, BE, EM_SPARCV9 },
    { "x86_64", ELFCLASS64, LE, EM_X86_64 },
    { "xtensa", ELFCLASS32, LE, EM_XTENSA },
    { "xtensaeb", ELFCLASS32, BE, EM_XTENSA },
};

/* Architectures of which one kernel may run several. */
static const uint16_t families[][3] = {
    { EM_386, EM_X86_64, EM_486_LINUX },
    { EM_ARM, EM_AARCH64 },
    { EM_PPC, EM_PPC64 },
    { EM_SPARC, EM_SPARC32PLUS, EM_SPARCV9 },
};

static bool is_elf(const ExecHead *head)
{
    return !memcmp(head->bytes, ELFMAG, SELFMAG);
}

static bool is_64(const ExecHead *head)
{
    return head->bytes[EI_CLASS] == ELFCLASS64;
}

/* A number of the file's byte order. */
static uint64_t number(const ExecHead *head, const void *at, size_t size)
{
    bool be = head->bytes[EI_DATA] == BE;
    const uint8_t *p = at;
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++) {
        value = value << 8 | p[be ? i : size - 1 - i];
    }
    return value;
}

/* A field of a header, which has other places in a 64-bit file. */
#define FIELD(head, base, type, field)                                      \
    (is_64(head)                                                            \
     ? number(head, (const char *)(base) + offsetof(Elf64_##type, field),   \
              sizeof(((Elf64_##type) { 0 }).field))                           \
     : number(head, (const char *)(base) + offsetof(Elf32_##type, field),   \
              sizeof(((Elf32_##type) { 0 }).field)))

static bool fits(const ExecHead *head, const ElfKind *kind)
{
    return head->bytes[EI_CLASS] == kind->bits &&
           head->bytes[EI_DATA] == kind->data &&
           FIELD(head, head, Ehdr, e_machine) == kind->machine &&
           (FIELD(head, head, Ehdr, e_flags) & kind->flags_mask) ==
           kind->flags;
}

const char *exec_format_target(const ExecHead *head)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (is_elf(head) && fits(head, &kinds[i])) {
            return kinds[i].target;
        }
    }
    return NULL;
}

bool exec_format_is_for(const ExecHead *head, const char *target)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (!strcmp(kinds[i].target, target) && is_elf(head) &&
            fits(head, &kinds[i])) {
            return true;
        }
    }
    return false;
}

bool exec_format_may_be_native(const ExecHead *head, unsigned machine)
{
    unsigned theirs = FIELD(head, head, Ehdr, e_machine);
    size_t n = sizeof(families[0]) / sizeof(families[0][0]);

    if (!is_elf(head) || theirs == machine) {
        return true;
    }
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        bool has_host = false, has_file = false;

        for (size_t j = 0; j < n; j++) {
            has_host |= families[i][j] && families[i][j] == machine;
            has_file |= families[i][j] && families[i][j] == theirs;
        }
        if (has_host && has_file) {
            return true;
        }
    }
    return false;
}

bool exec_format_is_flat(const ExecHead *head)
{
    return !memcmp(head->bytes, "bFLT", 4);
}

bool exec_format_table(const ExecHead *head, ExecTable *table)
{
    size_t one = is_64(head) ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
    unsigned type = FIELD(head, head, Ehdr, e_type);

    table->offset = FIELD(head, head, Ehdr, e_phoff);
    table->size = one * FIELD(head, head, Ehdr, e_phnum);
    return (type == ET_EXEC || type == ET_DYN) &&
           FIELD(head, head, Ehdr, e_phentsize) == one &&
           table->size > 0 && table->size <= EXEC_MAX_TABLE;
}

bool exec_format_segment(const ExecHead *head, const void *table, size_t size,
                         uint32_t type, unsigned nth, ExecPart *part)
{
    size_t one = is_64(head) ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);

    for (size_t at = 0; at + one <= size; at += one) {
        const char *phdr = (const char *)table + at;

        if (FIELD(head, phdr, Phdr, p_type) == type && !nth--) {
            part->offset = FIELD(head, phdr, Phdr, p_offset);
            part->size = FIELD(head, phdr, Phdr, p_filesz);
            return true;
        }
    }
    return false;
}
