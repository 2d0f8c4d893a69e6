/*
 * The emulator's option: rule=off is QEMU without PR_SET_MM
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "set-mm-test.h"

static const struct {
    const char *id, *text;
} options[] = {
    { "X00", "unknown option 0" },
    { "X01", "START_CODE" },
    { "X02", "END_CODE" },
    { "X03", "START_DATA" },
    { "X04", "END_DATA" },
    { "X05", "START_STACK" },
    { "X06", "START_BRK" },
    { "X07", "BRK" },
    { "X08", "ARG_START" },
    { "X09", "ARG_END" },
    { "X10", "ENV_START" },
    { "X11", "ENV_END" },
    { "X12", "AUXV" },
    { "X13", "EXE_FILE" },
    { "X14", "MAP" },
    { "X15", "MAP_SIZE" },
    { "X16", "unknown option 16" },
};

/* Which field an option is about; the numbers follow no order. */
static enum field field_of(unsigned opt)
{
    static const unsigned char field[] = {
        [PR_SET_MM_START_CODE] = START_CODE,
        [PR_SET_MM_END_CODE] = END_CODE,
        [PR_SET_MM_START_DATA] = START_DATA,
        [PR_SET_MM_END_DATA] = END_DATA,
        [PR_SET_MM_START_STACK] = START_STACK,
        [PR_SET_MM_START_BRK] = START_BRK,
        [PR_SET_MM_BRK] = BRK,
        [PR_SET_MM_ARG_START] = ARG_START,
        [PR_SET_MM_ARG_END] = ARG_END,
        [PR_SET_MM_ENV_START] = ENV_START,
        [PR_SET_MM_ENV_END] = ENV_END,
    };

    return field[opt];
}

static int call(unsigned opt)
{
    union mm_map_buf buf;
    struct mm_map map;
    unsigned size;

    read_map(&map);
    switch (opt) {
    case PR_SET_MM_AUXV:
        return set_mm(opt, (unsigned long)auxv_word, 0, 0);
    case PR_SET_MM_EXE_FILE:
        return set_mm(opt, -1, 0, 0);
    case PR_SET_MM_MAP:
        size = encode_map(&buf, &map);
        return set_mm(opt, (unsigned long)&buf, size, 0);
    case PR_SET_MM_MAP_SIZE:
        return set_mm(opt, (unsigned long)&size, 0, 0);
    default:
        return set_mm(opt, opt >= 1 && opt <= PR_SET_MM_ENV_END ?
                      map.f[field_of(opt)] : 0, 0, 0);
    }
}

/* Every call here asks for what is so already. */
static int want_on(unsigned opt)
{
    switch (opt) {
    case PR_SET_MM_MAP:
    case PR_SET_MM_MAP_SIZE:
        return 0;
    case PR_SET_MM_EXE_FILE:
        return want_one(EBADF);
    case 0:
    case 16:
        return want_one(EINVAL);
    default:
        return want_one(0);
    }
}

static void run_option(const char *id, const void *arg)
{
    unsigned opt = atoi(id + 1);

    check_err(id, arg, judge.rule_off ? EINVAL : want_on(opt), call(opt));
}

static void run_get_auxv(const char *id, const void *arg)
{
    unsigned long words[2] = { 0, 0 };
    long ret = get_auxv(words, sizeof(words), 0, 0);

    (void)arg;
    if (judge.rule_off || !has_get_auxv()) {
        check_err(id, "PR_GET_AUXV", EINVAL, ret < 0 ? -ret : 0);
        check_true(id, "nothing is written", !words[0] && !words[1]);
    } else {
        check(ret > 0, id, "PR_GET_AUXV", "expected a size got %ld", ret);
        check_true(id, "a vector is written", words[0] != 0);
    }
}

int main(int argc, char **argv)
{
    begin_any(argc, argv);
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        run_case(options[i].id, run_option, options[i].text);
    }
    run_case("X20", run_get_auxv, NULL);
    return finish();
}
