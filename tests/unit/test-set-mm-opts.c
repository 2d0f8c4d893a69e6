/*
 * The option list of -set-mm and QEMU_SET_MM
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>
#include <string.h>
#include "set-mm/rules/set-mm-opts.h"

static void test_default(void)
{
    SetMMOpts opts = { 0 };
    char error[256] = "";

    g_assert_true(set_mm_opts_parse(&opts, "", error, sizeof(error)));
    g_assert_cmpint(opts.rule, ==, SET_MM_RULE_RELAXED);
    g_assert_cmpint(opts.caps, ==, SET_MM_CAPS_HOST);
    g_assert_cmpint(opts.title, ==, SET_MM_TITLE_EMULATOR);
    g_assert_cmpint(opts.exec, ==, SET_MM_EXEC_AUTO);
    g_assert_cmpint(opts.exec_suid, ==, SET_MM_SUID_CALLER);
    g_assert_cmpstr(opts.exec_path, ==, "");
    g_assert_cmpstr(error, ==, "");
}

static void test_exec(void)
{
    SetMMOpts opts = { 0 };
    char error[256];
    g_autofree char *longest = g_strnfill(SET_MM_EXEC_PATH_MAX - 1, '/');
    g_autofree char *fits = g_strconcat("exec-path=", longest, NULL);
    g_autofree char *too_long = g_strconcat(fits, "x", NULL);

    g_assert_true(set_mm_opts_parse(&opts, "exec=self,exec-path=/a=b,"
                                    "exec-suid=refuse", error,
                                    sizeof(error)));
    g_assert_cmpint(opts.exec, ==, SET_MM_EXEC_SELF);
    g_assert_cmpint(opts.exec_suid, ==, SET_MM_SUID_REFUSE);
    g_assert_cmpstr(opts.exec_path, ==, "/a=b");
    g_assert_true(set_mm_opts_parse(&opts, "exec=kernel,exec-path=", error,
                                    sizeof(error)));
    g_assert_cmpint(opts.exec, ==, SET_MM_EXEC_KERNEL);
    g_assert_cmpstr(opts.exec_path, ==, "");
    g_assert_true(set_mm_opts_parse(&opts, fits, error, sizeof(error)));
    g_assert_cmpstr(opts.exec_path, ==, longest);
    g_assert_false(set_mm_opts_parse(&opts, too_long, error, sizeof(error)));
    g_assert_cmpstr(opts.exec_path, ==, longest);
}

static void test_words(void)
{
    SetMMOpts opts = { 0 };
    char error[256];

    g_assert_true(set_mm_opts_parse(&opts, "title=guest,rule=off,,caps=all,",
                                    error, sizeof(error)));
    g_assert_cmpint(opts.rule, ==, SET_MM_RULE_OFF);
    g_assert_cmpint(opts.caps, ==, SET_MM_CAPS_ALL);
    g_assert_cmpint(opts.title, ==, SET_MM_TITLE_GUEST);
}

/* The command line comes after the environment and changes what it names. */
static void test_last_wins(void)
{
    SetMMOpts opts = { 0 };
    char error[256];

    g_assert_true(set_mm_opts_parse(&opts, "rule=off,caps=all", error,
                                    sizeof(error)));
    g_assert_true(set_mm_opts_parse(&opts, "rule=linux,rule=relaxed", error,
                                    sizeof(error)));
    g_assert_cmpint(opts.rule, ==, SET_MM_RULE_RELAXED);
    g_assert_cmpint(opts.caps, ==, SET_MM_CAPS_ALL);
}

static void test_unknown(void)
{
    const char *const wrong[] = {
        "bogus", "rule", "rule=", "rule=linu", "rule=linuxx", "Rule=linux",
        "caps=all rule=linux", "=", "exec-path", "exec-path=here", "exec=",
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(wrong); i++) {
        SetMMOpts opts = { 0 };
        char error[512] = "";

        g_assert_false(set_mm_opts_parse(&opts, wrong[i], error,
                                         sizeof(error)));
        g_assert_nonnull(strstr(error, wrong[i]));
        g_assert_nonnull(strstr(error, "rule=relaxed"));
        g_assert_nonnull(strstr(error, "title=guest"));
        g_assert_nonnull(strstr(error, "exec-path=/DIR"));
        g_assert_null(strchr(error, '\n'));
    }
}

static void test_short_buffer(void)
{
    g_autofree char *word = g_strnfill(1000, 'x');

    for (size_t size = 1; size < 300; size++) {
        SetMMOpts opts = { 0 };
        g_autofree char *error = g_malloc(size);

        g_assert_false(set_mm_opts_parse(&opts, word, error, size));
        g_assert_cmpuint(strlen(error), <, size);
    }
}

static void test_file(void)
{
    SetMMOpts opts = { 0 };
    char error[256] = "";
    const char *text = "# machine-wide\n"
                       "\n"
                       "  rule=linux, caps=all # rule=off\r\n"
                       "title=guest";

    g_assert_true(set_mm_opts_parse_file(&opts, text, error, sizeof(error)));
    g_assert_cmpint(opts.rule, ==, SET_MM_RULE_LINUX);
    g_assert_cmpint(opts.caps, ==, SET_MM_CAPS_ALL);
    g_assert_cmpint(opts.title, ==, SET_MM_TITLE_GUEST);
    g_assert_true(set_mm_opts_parse_file(&opts, "", error, sizeof(error)));
    g_assert_true(set_mm_opts_parse_file(&opts, "#", error, sizeof(error)));
    g_assert_cmpstr(error, ==, "");
}

static void test_file_unknown(void)
{
    static const struct {
        const char *text, *prefix;
    } wrong[] = {
        { "bogus", "1: unknown word 'bogus', known are rule=relaxed," },
        { "\n#x\ncaps=all\ncaps=none # y\n", "4: unknown word 'caps=none'," },
        { "caps = all\n", "1: unknown word 'caps'," },
        { "QEMU_SET_MM=caps=all\n", "1: unknown word 'QEMU_SET_MM=caps=all'" },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(wrong); i++) {
        SetMMOpts opts = { 0 };
        char error[256] = "";

        g_assert_false(set_mm_opts_parse_file(&opts, wrong[i].text, error,
                                              sizeof(error)));
        g_assert_true(g_str_has_prefix(error, wrong[i].prefix));
        g_assert_null(strchr(error, '\n'));
    }
}

static void test_file_short_buffer(void)
{
    for (size_t size = 1; size < 300; size++) {
        SetMMOpts opts = { 0 };
        g_autofree char *error = g_malloc(size);

        g_assert_false(set_mm_opts_parse_file(&opts, "\nx", error, size));
        g_assert_cmpuint(strlen(error), <, size);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/default", test_default);
    g_test_add_func("/words", test_words);
    g_test_add_func("/exec", test_exec);
    g_test_add_func("/last-wins", test_last_wins);
    g_test_add_func("/unknown", test_unknown);
    g_test_add_func("/short-buffer", test_short_buffer);
    g_test_add_func("/file", test_file);
    g_test_add_func("/file-unknown", test_file_unknown);
    g_test_add_func("/file-short-buffer", test_file_short_buffer);
    return g_test_run();
}
