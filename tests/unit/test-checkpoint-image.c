/*
 * Unit tests of tests/programs/checkpoint/image.c
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>
#include <string.h>
#include "checkpoint-file.h"

enum { MUTATIONS = 200000 };

static const char *open_file(void)
{
    return image_open(&image, &host, read_file, &file, tables);
}

static void refused(const char *reason)
{
    g_assert_cmpstr(open_file(), ==, reason);
    make();
}

/* A change that is in the sums, too. */
#define REFUSED(change, reason) \
    do { \
        change; \
        seal(); \
        refused(reason); \
    } while (0)

static void test_good(void)
{
    char buf[PAGE];

    make();
    g_assert_null(open_file());
    g_assert_null(image_check_data(&image, buf, sizeof(buf)));
    g_assert_cmpuint(image.areas[2].start, ==, 0x7fffe0000000);
    g_assert_cmpuint(image.threads[1].frame, ==, 0x7fffe0000000);
    g_assert_cmpstr(image.text + image.process->exe, ==, "/bin/true");
    /* The size of the buffer makes no difference. */
    g_assert_null(image_check_data(&image, buf, 8));
}

static void test_foreign(void)
{
    make();
    REFUSED(file.head.magic[0] ^= 1, "not an image");
    REFUSED(file.head.byte_order = 0x04030201,
            "an image for another machine");
    REFUSED(file.head.machine = 183, "an image for another machine");
    REFUSED(file.head.word = 4, "an image for another machine");
    REFUSED(file.head.page_size = 65536, "an image with another page size");
    REFUSED(file.head.agent_start += PAGE, "made by another checkpointer");
    REFUSED(file.head.agent_end += PAGE, "made by another checkpointer");
    REFUSED(file.head.agent_sum++, "made by another checkpointer");
}

static void test_truncated(void)
{
    char buf[PAGE];

    make();
    for (size_t size = 0; size < offsetof(File, size); size += 8) {
        file.size = size;
        g_assert_nonnull(open_file());
    }
    make();
    g_assert_null(open_file());
    file.size = IMAGE_DATA_START + PAGE;
    g_assert_cmpstr(image_check_data(&image, buf, sizeof(buf)), ==,
                    "the image is truncated");
}

/* Each single bit is in one of the sums. */
static void test_changed(void)
{
    char buf[PAGE], *bytes = (char *)&file;

    make();
    for (size_t i = 0; i < offsetof(File, size); i++) {
        const char *reason;

        if (i >= sizeof(ImageHeader) && i < IMAGE_DATA_START) {
            continue;
        }
        bytes[i] ^= 1 << i % 8;
        reason = open_file();
        if (!reason) {
            reason = image_check_data(&image, buf, sizeof(buf));
        }
        g_assert_nonnull(reason);
        bytes[i] ^= 1 << i % 8;
    }
    g_assert_null(open_file());
}

static void test_counts(void)
{
    const char *reason = "the image is damaged: header";

    make();
    for (int i = 0; i < IMAGE_KINDS; i++) {
        REFUSED(file.head.count[i] = UINT64_MAX, reason);
        REFUSED(file.head.count[i] = IMAGE_TABLES_MAX, reason);
    }
    REFUSED(file.head.count[IMAGE_TEXT]++, reason);
    REFUSED(file.head.data_end = 0, reason);
    REFUSED(file.head.data_end++, reason);
    REFUSED(file.head.data_end = UINT64_MAX & -PAGE, "the image is truncated");
    REFUSED(file.tables.text[63] = 'x', reason);
}

static void test_process(void)
{
    const char *reason = "the image is damaged: process";
    ImageProcess *p = &file.tables.process;

    make();
    for (int i = 0; i < MM_FIELDS; i++) {
        REFUSED(p->mm[i] = TOP, reason);
    }
    REFUSED(p->mm[MM_START_BRK] = p->mm[MM_BRK] + 1, reason);
    REFUSED(p->mm[MM_ENV_END] = 0, reason);
    REFUSED(p->auxv = 64, reason);
    REFUSED(p->auxv_size = 64, reason);
    REFUSED(p->auxv_size = 24, reason);
    REFUSED(p->auxv_size = UINT64_MAX - 15, reason);
    REFUSED(p->exe = 64, reason);
    REFUSED(p->cwd = UINT64_MAX, reason);
    REFUSED(p->umask = 01000, reason);
    REFUSED(p->signal = 0, reason);
    REFUSED(p->keep_running = 2, reason);
    REFUSED(p->vdso_end = 0, reason);
    REFUSED(p->vdso_start++, reason);
    REFUSED(p->vdso_end = TOP + PAGE, reason);
}

static void test_memory(void)
{
    const char *reason = "the image is damaged: memory";
    ImageArea *a = file.tables.areas;
    ImageRun *run = file.tables.runs;

    make();
    REFUSED(a[0].start++, reason);
    REFUSED(a[0].start = 0, reason);
    REFUSED(a[0].end = a[0].start, reason);
    REFUSED(a[0].end += PAGE, reason);
    REFUSED(a[2].end = TOP + PAGE, reason);
    REFUSED((a[1].start = AGENT + PAGE, a[1].end = AGENT + 2 * PAGE), reason);
    REFUSED(a[1].end = AGENT + PAGE, reason);
    REFUSED(a[1].end = UINT64_MAX & -PAGE, reason);
    REFUSED((a[2].start = 0x7ffff0001000, a[2].end = 0x7ffff0003000), reason);
    REFUSED(a[0].prot = 8, reason);
    REFUSED(a[0].flags = 4, reason);
    REFUSED(a[0].path = 64, reason);
    REFUSED(a[0].offset = 1, reason);
    REFUSED(a[0].offset = INT64_MAX & -PAGE, reason);
    REFUSED(a[0].runs = 1, reason);
    REFUSED(a[0].runs = UINT64_MAX, reason);
    REFUSED(a[2].first_run = 0, reason);
    REFUSED(a[2].runs = 0, reason);
    REFUSED(run[0].end = 0x402000 + PAGE, reason);
    REFUSED(run[1].end += PAGE, reason);
    REFUSED(run[1].start = 0x403000, reason);
    REFUSED(run[2].start = 0x7fffdffff000, reason);
    REFUSED(run[2].end++, reason);
    REFUSED(run[2].pos = IMAGE_DATA_START, reason);
    REFUSED(run[2].pos = UINT64_MAX & -PAGE, reason);
}

static void test_rest(void)
{
    Tables *t = &file.tables;

    make();
    REFUSED(t->fds[1].number = 0, "the image is damaged: descriptors");
    REFUSED(t->fds[2].number = IMAGE_FD_MAX,
            "the image is damaged: descriptors");
    REFUSED(t->fds[0].kind = FD_KINDS, "the image is damaged: descriptors");
    REFUSED(t->fds[0].path = 64, "the image is damaged: descriptors");
    REFUSED(t->fds[1].offset = 1ULL << 63,
            "the image is damaged: descriptors");
    REFUSED(t->fds[1].same_as = 9, "the image is damaged: descriptors");
    REFUSED(t->fds[2].same_as = 0, "the image is damaged: descriptors");
    REFUSED(t->fds[3].pipe = 3, "the image is damaged: descriptors");
    REFUSED(t->fds[4].pipe = 9, "the image is damaged: descriptors");
    REFUSED(t->fds[4].status = 2, "the image is damaged: descriptors");
    REFUSED(t->fds[3].content = 61, "the image is damaged: descriptors");
    REFUSED(t->fds[3].content_size = UINT64_MAX,
            "the image is damaged: descriptors");
    REFUSED(t->fds[1].semaphore = 2, "the image is damaged: descriptors");
    REFUSED(t->watches[0].epoll = 4, "the image is damaged: descriptors");
    REFUSED(t->watches[0].fd = 6, "the image is damaged: descriptors");
    REFUSED(t->watches[0].events = 1ULL << 32,
            "the image is damaged: descriptors");
    REFUSED(t->actions[0].signal = 0, "the image is damaged: signals");
    REFUSED(t->actions[1].signal = 1, "the image is damaged: signals");
    REFUSED(t->actions[1].signal = 129, "the image is damaged: signals");
    REFUSED(t->signals[0].signal = 0, "the image is damaged: signals");
    REFUSED(t->signals[0].thread = 2, "the image is damaged: signals");
    REFUSED(t->timers[0].kind = 4, "the image is damaged: timers");
    REFUSED(t->timers[0].value[1] = 1000000000,
            "the image is damaged: timers");
    REFUSED(t->timers[1].id = UINT32_MAX, "the image is damaged: timers");
    REFUSED(t->timers[1].thread = 2, "the image is damaged: timers");
    REFUSED(t->threads[0].frame = 0x400000, "the image is damaged: threads");
    REFUSED(t->threads[0].frame = 0, "the image is damaged: threads");
    REFUSED(t->threads[0].tid_address = 0x7fffe0000002,
            "the image is damaged: threads");
    REFUSED(t->threads[1].tid_address = 0x404000,
            "the image is damaged: threads");
    REFUSED(t->threads[1].name[15] = 'x', "the image is damaged: threads");
}

/*
 * Whatever passes keeps what image.h promises.  Sealed mutations get behind
 * the sums; interesting numbers get behind the first comparison.
 */
static void test_mutations(void)
{
    static const uint64_t numbers[] = {
        0, 1, 8, PAGE, IMAGE_DATA_START, 0x400000, AGENT, TOP, INT64_MAX,
        1ULL << 63, UINT32_MAX, UINT64_MAX, UINT64_MAX & -PAGE,
    };
    GRand *rand = g_rand_new_with_seed(1);
    unsigned passed = 0;

    make();
    for (int i = 0; i < MUTATIONS; i++) {
        Tables saved = file.tables;
        ImageHeader head = file.head;

        for (int n = g_rand_int_range(rand, 1, 4); n; n--) {
            uint64_t *words = (uint64_t *)&file.tables;
            unsigned max = offsetof(Tables, text) / 8;

            if (!g_rand_int_range(rand, 0, 8)) {
                words = file.head.count;
                max = IMAGE_KINDS;
            }
            words += g_rand_int_range(rand, 0, max);
            if (g_rand_boolean(rand)) {
                *words = numbers[g_rand_int_range(rand, 0,
                                                  G_N_ELEMENTS(numbers))];
            } else {
                *words += g_rand_int_range(rand, -9, 10) * PAGE;
            }
        }
        seal();
        if (!open_file()) {
            uint64_t last = 0;

            passed++;
            for (uint64_t a = 0; a < image.head.count[IMAGE_AREA]; a++) {
                const ImageArea *area = &image.areas[a];

                g_assert_cmpuint(area->start, >=, last);
                g_assert_cmpuint(area->end, <=, TOP);
                g_assert_true(area->end <= AGENT ||
                              area->start >= host.agent_end);
                g_assert_cmpuint(strlen(image.text + area->path), <,
                                 image.head.count[IMAGE_TEXT]);
                last = area->end;
            }
        }
        file.tables = saved;
        file.head = head;
    }
    g_rand_free(rand);
    g_assert_cmpuint(passed, >, MUTATIONS / 100);
    g_assert_cmpuint(passed, <, MUTATIONS);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/checkpoint-image/good", test_good);
    g_test_add_func("/checkpoint-image/foreign", test_foreign);
    g_test_add_func("/checkpoint-image/truncated", test_truncated);
    g_test_add_func("/checkpoint-image/changed", test_changed);
    g_test_add_func("/checkpoint-image/counts", test_counts);
    g_test_add_func("/checkpoint-image/process", test_process);
    g_test_add_func("/checkpoint-image/memory", test_memory);
    g_test_add_func("/checkpoint-image/rest", test_rest);
    g_test_add_func("/checkpoint-image/mutations", test_mutations);
    return g_test_run();
}
