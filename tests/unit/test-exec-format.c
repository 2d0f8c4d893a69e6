/*
 * What a file says that it is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <elf.h>
#include <glib.h>
#include <string.h>
#include "set-mm/rules/exec-format.h"

static ExecHead head_of(const void *bytes, size_t len)
{
    ExecHead head;

    memset(&head, 0, sizeof(head));
    memcpy(&head, bytes, MIN(len, sizeof(head)));
    return head;
}

static ExecHead text(const char *line)
{
    return head_of(line, strlen(line));
}

static void test_scripts(void)
{
    static const struct {
        const char *line, *name, *arg;
    } cases[] = {
        { "#!/bin/sh\n", "/bin/sh", NULL },
        { "#!/bin/sh", "/bin/sh", NULL },
        { "#! \t/bin/sh \t\012", "/bin/sh", NULL },
        { "#!/bin/sh -e\nx y", "/bin/sh", "-e" },
        { "#!sh\t-a  b c \t\n", "sh", "-a  b c" },
        { "#!/bin/sh\r\n", "/bin/sh\r", NULL },
        { "#!a\n#!b\n", "a", NULL },
        /* An end of the file is a NUL, which ends the name. */
        { "#!", "", NULL },
        { "#!  ", "", NULL },
        { "#!/bin/sh ", "/bin/sh", "" },
        { "#!/bin/sh -e ", "/bin/sh", "-e " },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        ExecHead head = text(cases[i].line);
        ExecScript script;

        g_assert_true(exec_format_is_script(&head));
        g_assert_true(exec_format_script(&head, &script));
        g_assert_cmpstr(script.name, ==, cases[i].name);
        g_assert_cmpint(script.has_arg, ==, cases[i].arg != NULL);
        g_assert_cmpstr(script.arg, ==, cases[i].arg ?: "");
    }
}

static void test_no_scripts(void)
{
    static const char *const lines[] = {
        "", "#", "# !/bin/sh\n", "/bin/sh\n", "#!\n", "#! \t \n",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(lines); i++) {
        ExecHead head = text(lines[i]);
        ExecScript script;

        g_assert_false(exec_format_script(&head, &script));
    }
}

/* A name that may go on is none; an argument that may go on is one. */
static void test_long_scripts(void)
{
    g_autofree char *name = g_strnfill(EXEC_HEAD_SIZE - 2, 'x');
    g_autofree char *cut = g_strconcat("#!", name, "\n", NULL);
    ExecHead head = text(cut);
    ExecScript script;

    g_assert_false(exec_format_script(&head, &script));

    name[strlen(name) - 1] = '\0';
    g_free(cut);
    cut = g_strconcat("#!", name, "\n", NULL);
    head = text(cut);
    g_assert_true(exec_format_script(&head, &script));
    g_assert_cmpstr(script.name, ==, name);
    g_assert_false(script.has_arg);

    memcpy(head.bytes, "#!a ", 4);
    head.bytes[EXEC_HEAD_SIZE - 1] = 'y';
    g_assert_true(exec_format_script(&head, &script));
    g_assert_cmpstr(script.name, ==, "a");
    g_assert_cmpuint(strlen(script.arg), ==, EXEC_HEAD_SIZE - 5);

    memset(head.bytes + 2, ' ', EXEC_HEAD_SIZE - 2);
    g_assert_false(exec_format_script(&head, &script));
}

static ExecHead elf(int bits, bool be, unsigned machine, unsigned flags)
{
    ExecHead head = text("\177ELF");
    size_t at = bits == 64 ? offsetof(Elf64_Ehdr, e_flags)
                           : offsetof(Elf32_Ehdr, e_flags);

    head.bytes[EI_CLASS] = bits == 64 ? ELFCLASS64 : ELFCLASS32;
    head.bytes[EI_DATA] = be ? ELFDATA2MSB : ELFDATA2LSB;
    head.bytes[18 + be] = machine;
    head.bytes[18 + !be] = machine >> 8;
    for (int i = 0; i < 4; i++) {
        head.bytes[at + (be ? 3 - i : i)] = flags >> (8 * i);
    }
    return head;
}

static void test_targets(void)
{
    static const struct {
        int bits;
        bool be;
        unsigned machine, flags;
        const char *target;
    } cases[] = {
        { 64, false, 62, 0, "x86_64" },
        { 32, false, 3, 0, "i386" },
        { 32, false, 6, 0, "i386" },
        { 64, false, 183, 0, "aarch64" },
        { 64, true, 183, 0, "aarch64_be" },
        { 32, false, 40, 0x5000400, "arm" },
        { 64, true, 22, 0, "s390x" },
        { 64, false, 21, 2, "ppc64le" },
        { 64, true, 21, 1, "ppc64" },
        { 32, true, 8, 0x70001007, "mips" },
        { 32, true, 8, 0x20000027, "mipsn32" },
        { 64, false, 8, 0x80000007, "mips64el" },
        { 64, false, 8, 0x20, NULL },
        { 32, true, 2, 0, "sparc" },
        { 32, true, 18, 0, "sparc32plus" },
        { 64, false, 0x9026, 0, "alpha" },
        { 32, true, 0xbaab, 0, "microblaze" },
        /* x32, ILP32 of aarch64, 31 bits of s390, and nobody's */
        { 32, false, 62, 0, NULL },
        { 32, false, 183, 0, NULL },
        { 32, true, 22, 0, NULL },
        { 64, false, 0, 0, NULL },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        ExecHead head = elf(cases[i].bits, cases[i].be, cases[i].machine,
                            cases[i].flags);
        const char *target = cases[i].target;

        g_assert_cmpstr(exec_format_target(&head), ==, target);
        if (target) {
            g_assert_true(exec_format_is_for(&head, target));
        }
        g_assert_cmpint(exec_format_is_for(&head, "aarch64"), ==,
                        !g_strcmp0(target, "aarch64"));
        /* An AppImage has letters behind EI_OSABI. */
        memset(head.bytes + EI_VERSION, 'A', EI_NIDENT - EI_VERSION);
        g_assert_cmpstr(exec_format_target(&head), ==, target);
        head.bytes[3] = 'f';
        g_assert_null(exec_format_target(&head));
    }
}

static void test_relatives(void)
{
    ExecHead head = elf(32, true, 2, 0);

    g_assert_true(exec_format_is_for(&head, "sparc32plus"));
    g_assert_false(exec_format_is_for(&head, "sparc64"));
    g_assert_true(exec_format_may_be_native(&head, EM_SPARCV9));
    g_assert_false(exec_format_may_be_native(&head, EM_X86_64));
    head = elf(32, false, 3, 0);
    g_assert_true(exec_format_may_be_native(&head, EM_X86_64));
    g_assert_false(exec_format_may_be_native(&head, EM_AARCH64));
    head = elf(32, true, 8, 0x20);
    g_assert_true(exec_format_may_be_native(&head, EM_MIPS));
    /* What nobody knows is no relative of one that is alone. */
    head = elf(32, true, 0, 0);
    g_assert_false(exec_format_may_be_native(&head, EM_ARM));
    head = text("#!/bin/sh\n");
    g_assert_true(exec_format_may_be_native(&head, EM_AARCH64));
    head = text("bFLT");
    g_assert_true(exec_format_is_flat(&head));
}

static void test_table(void)
{
    ExecHead head = elf(64, false, 62, 0);
    Elf64_Ehdr ehdr;
    ExecTable table;

    memcpy(&ehdr, &head, sizeof(ehdr));
    ehdr.e_type = ET_DYN;
    ehdr.e_phoff = 64;
    ehdr.e_phnum = 3;
    ehdr.e_phentsize = sizeof(Elf64_Phdr);
    memcpy(&head, &ehdr, sizeof(ehdr));
    g_assert_true(exec_format_table(&head, &table));
    g_assert_cmpuint(table.offset, ==, 64);
    g_assert_cmpuint(table.size, ==, 3 * sizeof(Elf64_Phdr));

    for (int i = 0; i < 5; i++) {
        Elf64_Ehdr bad = ehdr;

        bad.e_type = i == 0 ? ET_REL : i == 1 ? ET_CORE : ET_EXEC;
        bad.e_phentsize = i == 2 ? sizeof(Elf32_Phdr) : bad.e_phentsize;
        bad.e_phnum = i == 3 ? 0 : i == 4 ? 65535 : 1;
        memcpy(&head, &bad, sizeof(bad));
        g_assert_false(exec_format_table(&head, &table));
    }
}

static void test_segments(void)
{
    ExecHead head = elf(64, false, 62, 0);
    Elf64_Phdr phdr[3] = {
        { .p_type = PT_LOAD, .p_offset = 1, .p_filesz = 2 },
        { .p_type = PT_INTERP, .p_offset = 1 << 20, .p_filesz = 28 },
        { .p_type = PT_INTERP, .p_offset = 5, .p_filesz = 6 },
    };
    ExecPart part;

    g_assert_true(exec_format_segment(&head, phdr, sizeof(phdr), PT_INTERP, 0,
                                      &part));
    g_assert_cmpuint(part.offset, ==, 1 << 20);
    g_assert_cmpuint(part.size, ==, 28);
    g_assert_true(exec_format_segment(&head, phdr, sizeof(phdr), PT_INTERP, 1,
                                      &part));
    g_assert_cmpuint(part.offset, ==, 5);
    g_assert_false(exec_format_segment(&head, phdr, sizeof(phdr), PT_INTERP, 2,
                                       &part));
    g_assert_false(exec_format_segment(&head, phdr, sizeof(phdr) - 1,
                                       PT_INTERP, 1, &part));
    g_assert_false(exec_format_segment(&head, phdr, sizeof(phdr[0]),
                                       PT_INTERP, 0, &part));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scripts", test_scripts);
    g_test_add_func("/no-scripts", test_no_scripts);
    g_test_add_func("/long-scripts", test_long_scripts);
    g_test_add_func("/targets", test_targets);
    g_test_add_func("/relatives", test_relatives);
    g_test_add_func("/table", test_table);
    g_test_add_func("/segments", test_segments);
    return g_test_run();
}
