/* test_linux_failures.c - failures of the system that no test can bring about by honest means: a child has them made.
 */
#include "child.h"
#include "linux_filter.h"
#include "linux_mappings.h"
#include "maps.h"

#include <errno.h>
#include <sys/resource.h>

/* How errno becomes a status, where the call gives it no meaning of its own. */
static const struct {
    int code;
    mmapio_status status;
} CODES[] = {
    {EINVAL, MMAPIO_INVALID_ARGUMENT},
    {EBADF, MMAPIO_INVALID_ARGUMENT},
    {EACCES, MMAPIO_ACCESS_DENIED},
    {EPERM, MMAPIO_ACCESS_DENIED},
    {EROFS, MMAPIO_ACCESS_DENIED},
    {EBUSY, MMAPIO_BUSY},
    {ETXTBSY, MMAPIO_BUSY},
    {ENOENT, MMAPIO_NOT_FOUND},
    {EEXIST, MMAPIO_EXISTS},
    {ENOMEM, MMAPIO_OUT_OF_MEMORY},
    {EAGAIN, MMAPIO_LIMIT_REACHED},
    {EMFILE, MMAPIO_LIMIT_REACHED},
    {ENFILE, MMAPIO_LIMIT_REACHED},
    {ENOSPC, MMAPIO_NO_SPACE},
    {EDQUOT, MMAPIO_NO_SPACE},
    {EOVERFLOW, MMAPIO_OUT_OF_RANGE},
    {EFBIG, MMAPIO_OUT_OF_RANGE},
    {ENODEV, MMAPIO_UNSUPPORTED},
    {ENOSYS, MMAPIO_UNSUPPORTED},
    {EOPNOTSUPP, MMAPIO_UNSUPPORTED},
    {EIO, MMAPIO_IO},
    {EFAULT, MMAPIO_FAULT},
    {EHWPOISON, MMAPIO_FAULT},
    {EXDEV, MMAPIO_UNKNOWN},
};

typedef struct attempt {
    mmapio_map *map;
    intptr_t handle;
    size_t code; /* index into CODES */
} attempt;

static void sync_with_code(void *argument)
{
    const attempt *self = argument;
    mmapio_error error = stale_error();

    filter_fail(SYS_msync, CODES[self->code].code);
    CHECK_STATUS(CODES[self->code].status, mmapio_map_sync(self->map, 0, 100, MMAPIO_MS_SYNC, &error));
    CHECK_ERRNO(CODES[self->code].status, CODES[self->code].code, "msync", error);
}

static void every_errno_becomes_the_status_that_fits_it(void)
{
    fixture_file file = fixture_patterned(100);
    attempt self = {map_whole(file.handle, READ_WRITE, SHARED), -1, 0};
    int code = 0;

    for (; self.code < sizeof CODES / sizeof CODES[0] && code == 0; self.code++) {
        code = child_run(sync_with_code, &self);
    }
    close_map(self.map);
    fixture_remove(&file);
    if (code == TEST_SKIPPED) {
        TEST_LEAVE(TEST_SKIPPED);
    }
    CHECK_EQUAL(0, code);
}

static void sync_without_fsync(void *argument)
{
    const fixture_file *file = argument;
    mmapio_map *map = map_whole(file->handle, READ_WRITE, SHARED);
    mmapio_error error = stale_error();

    filter_fail(SYS_fsync, EIO);
    CHECK_OK(mmapio_map_sync(map, 0, 100, MMAPIO_MS_SYNC, NULL));
    CHECK_OK(mmapio_map_sync(map, 0, 100, MMAPIO_MS_DATA, NULL));
    CHECK_STATUS(MMAPIO_IO, mmapio_map_sync(map, 0, 100, MMAPIO_MS_DURABLE, &error));
    CHECK_ERRNO(MMAPIO_IO, EIO, "fsync", error);
    close_map(map);
}

static void only_a_durable_sync_includes_the_files_metadata(void)
{
    fixture_file file = fixture_patterned(100);

    child_must_pass(sync_without_fsync, &file);
    fixture_remove(&file);
}

static void sync_without_anything(void *argument)
{
    const fixture_file *file = argument;
    mmapio_map *private = map_whole(file->handle, READ_WRITE, PRIVATE);
    mmapio_map *memory = map_memory(SHARED, 100);

    filter_fail(SYS_msync, EIO);
    filter_fail(SYS_fsync, EIO);
    CHECK_OK(mmapio_map_sync(private, 0, 100, MMAPIO_MS_DURABLE, NULL));
    CHECK_OK(mmapio_map_sync(memory, 0, 100, MMAPIO_MS_DURABLE, NULL));
    close_map(private);
    close_map(memory);
}

static void private_maps_and_memory_ask_the_system_for_no_sync(void)
{
    fixture_file file = fixture_patterned(100);

    child_must_pass(sync_without_anything, &file);
    fixture_remove(&file);
}

static void close_without_close(void *argument)
{
    const fixture_file *file = argument;
    mmapio_map *map = map_whole(file->handle, READ_WRITE, SHARED);
    unsigned char *data = bytes_of(map);

    filter_fail(SYS_close, EIO);
    CHECK_STATUS(MMAPIO_IO, mmapio_map_close(map));
    CHECK(!fixture_is_mapped(data));
}

static void closing_tells_of_a_file_that_could_not_be_closed(void)
{
    fixture_file file = fixture_patterned(100);

    child_must_pass(close_without_close, &file);
    fixture_remove(&file);
}

static void close_interrupted(void *argument)
{
    const fixture_file *file = argument;
    mmapio_map *map = map_whole(file->handle, READ_WRITE, SHARED);

    filter_fail(SYS_close, EINTR);
    CHECK_OK(mmapio_map_close(map));
}

static void an_interrupted_close_is_a_close(void)
{
    fixture_file file = fixture_patterned(100);

    child_must_pass(close_interrupted, &file);
    fixture_remove(&file);
}

static void close_without_munmap(void *argument)
{
    const fixture_file *file = argument;
    size_t handles = fixture_open_handles();
    mmapio_map *map = map_whole(file->handle, READ_WRITE, SHARED);

    filter_fail(SYS_munmap, ENOMEM);
    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY, mmapio_map_close(map));
    CHECK_EQUAL(handles, fixture_open_handles());
}

static void a_map_that_cannot_be_unmapped_still_gives_its_file_back(void)
{
    fixture_file file = fixture_patterned(100);

    child_must_pass(close_without_munmap, &file);
    fixture_remove(&file);
}

static void residency_without_mincore(void *unused)
{
    mmapio_map *map = map_memory(PRIVATE, 100);
    mmapio_residency report;
    mmapio_error error = stale_error();

    (void)unused;
    memset(&report, 0, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    filter_fail(SYS_mincore, EAGAIN);
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, mmapio_map_residency(map, 0, 100, &report, NULL, &error));
    CHECK_ERRNO(MMAPIO_LIMIT_REACHED, EAGAIN, "mincore", error);
    CHECK_EQUAL(0, report.resident);
    close_map(map);
}

static void a_failed_mincore_is_an_error_and_not_an_answer(void)
{
    child_must_pass(residency_without_mincore, NULL);
}

static void run_out_of_mappings(void *argument)
{
    const fixture_file *file = argument;
    size_t page = fixture_page_size();
    mmapio_map *map = map_whole(file->handle, READ_WRITE, SHARED);
    mmapio_map *none = map;
    mmapio_error error = stale_error();
    size_t handles = fixture_open_handles();
    mappings all = mappings_use_up();

    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY, mmapio_map_protect(map, page, page, MMAPIO_PROT_READ, &error));
    CHECK_ERRNO(MMAPIO_OUT_OF_MEMORY, ENOMEM, "mprotect", error);
    child_writes(bytes_of(map) + page);
    error = stale_error();
    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY, mmapio_map_file(file->handle, NULL, &none, &error));
    CHECK_ERRNO(MMAPIO_OUT_OF_MEMORY, ENOMEM, "mmap", error);
    CHECK(none == NULL);
    mappings_give_back(&all);
    CHECK_EQUAL(handles, fixture_open_handles());
    CHECK_OK(mmapio_map_protect(map, page, page, MMAPIO_PROT_READ, NULL));
    close_map(map_whole(file->handle, READ_ONLY, SHARED));
    close_map(map);
    CHECK_EQUAL(handles - 1, fixture_open_handles());
}

static void too_many_mappings_are_an_error_that_leaves_nothing(void)
{
    fixture_file file;

    need_a_real_kernel();
    need_an_allocator_without_mappings();
    file = fixture_patterned(3 * fixture_page_size());
    child_must_pass(run_out_of_mappings, &file);
    fixture_remove(&file);
}

enum { SIX = 6, TWO = 2 };

/* Guards, and pages in the middle that are something else: where the map would end, a mapping has to be split. */
static void shrink_without_mappings(void *unused)
{
    size_t page = fixture_page_size();
    mmapio_map_options options = options_of(READ_WRITE, PRIVATE | MMAPIO_MAP_GUARD_PAGES, 0, SIX * page);
    mmapio_error error = stale_error();
    mmapio_map *map = NULL;
    mappings all;

    (void)unused;
    options.reserve = 2 * SIX * page;
    CHECK_OK(mmapio_map_anonymous(&options, &map, NULL));
    memset(bytes_of(map), 'x', SIX * page);
    CHECK_OK(mmapio_map_protect(map, TWO * page, TWO * page, MMAPIO_PROT_READ, NULL));
    all = mappings_use_up();
    CHECK_STATUS(MMAPIO_OUT_OF_MEMORY, mmapio_map_resize(map, TWO * page + 1, 0, &error));
    CHECK_ERRNO(MMAPIO_OUT_OF_MEMORY, ENOMEM, "mprotect", error);
    CHECK_EQUAL(SIX * page, mmapio_map_length(map));
    for (size_t i = 0; i < SIX * page; i++) {
        CHECK_EQUAL('x', bytes_of(map)[i]);
    }
    mappings_give_back(&all);
    CHECK_OK(mmapio_map_resize(map, TWO * page + 1, 0, NULL));
    CHECK_OK(mmapio_map_resize(map, SIX * page, 0, NULL));
    CHECK_EQUAL('x', bytes_of(map)[TWO * page]);
    for (size_t i = TWO * page + 1; i < SIX * page; i++) {
        CHECK_EQUAL(0, bytes_of(map)[i]);
    }
    close_map(map);
}

static void shrinking_that_is_refused_clears_nothing(void)
{
    need_a_real_kernel();
    need_an_allocator_without_mappings();
    child_must_pass(shrink_without_mappings, NULL);
}

/* What a page may be used for is read from a file. */
static void shrink_without_descriptors(void *unused)
{
    const struct rlimit none = {0, 0};
    size_t page = fixture_page_size();
    mmapio_map *map = map_memory(PRIVATE, 2 * page);
    mmapio_error error = stale_error();

    (void)unused;
    memset(bytes_of(map), 'x', 2 * page);
    CHECK_OK(mmapio_map_protect(map, 0, page, MMAPIO_PROT_READ, NULL));
    CHECK_EQUAL(0, setrlimit(RLIMIT_NOFILE, &none));
    CHECK_STATUS(MMAPIO_LIMIT_REACHED, mmapio_map_resize(map, 5, 0, &error));
    CHECK_ERRNO(MMAPIO_LIMIT_REACHED, EMFILE, "open", error);
    CHECK_EQUAL(2 * page, mmapio_map_length(map));
    for (size_t i = 0; i < 2 * page; i++) {
        CHECK_EQUAL('x', bytes_of(map)[i]);
    }
    close_map(map);
}

static void shrinking_without_descriptors_is_a_limit_and_changes_nothing(void)
{
    need_a_real_kernel();
    if (under_valgrind()) {
        SKIP("valgrind keeps descriptors for itself, and refuses a limit below them");
    }
    child_must_pass(shrink_without_descriptors, NULL);
}

TEST_MAIN(TEST(every_errno_becomes_the_status_that_fits_it), TEST(only_a_durable_sync_includes_the_files_metadata),
          TEST(private_maps_and_memory_ask_the_system_for_no_sync),
          TEST(closing_tells_of_a_file_that_could_not_be_closed), TEST(an_interrupted_close_is_a_close),
          TEST(a_map_that_cannot_be_unmapped_still_gives_its_file_back),
          TEST(a_failed_mincore_is_an_error_and_not_an_answer),
          TEST(too_many_mappings_are_an_error_that_leaves_nothing), TEST(shrinking_that_is_refused_clears_nothing),
          TEST(shrinking_without_descriptors_is_a_limit_and_changes_nothing))
