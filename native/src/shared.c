/* shared.c - memory that processes share, by name or by handle, and what is special about a map's pages. */
#include "check.h"
#include "range.h"

enum {
    SEALS_ALL = MMAPIO_SEAL_SEAL | MMAPIO_SEAL_SHRINK | MMAPIO_SEAL_GROW | MMAPIO_SEAL_WRITE | MMAPIO_SEAL_FUTURE_WRITE
};

static bool is_name_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
}

/* The characters that POSIX calls portable in the name of a file, and as many of them as macOS takes: a name that is
 * good on one system is good on all of them. */
static bool is_name(const char *name)
{
    size_t length = 0;

    while (length < MEMORY_NAME_SIZE && name[length] != 0) {
        if (!is_name_character(name[length])) {
            return false;
        }
        length++;
    }
    return length > 0 && length < MEMORY_NAME_SIZE && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

mmapio_status mmapio_map_shared(const char *name, const mmapio_map_options *options, mmapio_map **map,
                                mmapio_error *error)
{
    map_source source = {SOURCE_MEMORY, MMAPIO_NO_FILE, name};

    clear_error(error);
    if (map == NULL) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    *map = NULL;
    if (name != NULL && !is_name(name)) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    return mmapio_make(&source, options, map, error);
}

mmapio_status mmapio_shared_unlink(const char *name, mmapio_error *error)
{
    clear_error(error);
    if (name == NULL || !is_name(name)) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    return mmapio_os_memory_unlink(name, error);
}

mmapio_status mmapio_map_export(mmapio_map *map, intptr_t *handle, mmapio_error *error)
{
    clear_error(error);
    if (handle != NULL) {
        *handle = MMAPIO_NO_FILE;
    }
    if (map == NULL || handle == NULL) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    if (map->file == MMAPIO_NO_FILE || map->file == MMAPIO_CLOSED_FILE) {
        return mmapio_fail(error, MMAPIO_UNSUPPORTED);
    }
    return map->is_memory ? mmapio_os_memory_export(map, handle, error)
                          : mmapio_os_file_duplicate(map->file, handle, error);
}

mmapio_status mmapio_map_import(intptr_t handle, const mmapio_map_options *options, mmapio_map **map,
                                mmapio_error *error)
{
    map_source source = {SOURCE_HANDLE, handle, NULL};

    clear_error(error);
    if (map == NULL) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    *map = NULL;
    return mmapio_make(&source, options, map, error);
}

mmapio_status mmapio_map_seal(mmapio_map *map, uint32_t seals, mmapio_error *error)
{
    clear_error(error);
    if (map == NULL || (seals & ~(uint32_t)SEALS_ALL) != 0) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    return map->is_memory ? mmapio_os_seal(map, seals, error) : mmapio_fail(error, MMAPIO_UNSUPPORTED);
}

mmapio_status mmapio_map_seals(mmapio_map *map, uint32_t *seals, mmapio_error *error)
{
    clear_error(error);
    if (seals != NULL) {
        *seals = 0;
    }
    if (map == NULL || seals == NULL) {
        return mmapio_fail(error, MMAPIO_INVALID_ARGUMENT);
    }
    return map->is_memory ? mmapio_os_seals(map, seals, error) : MMAPIO_OK;
}

uint64_t mmapio_map_page_size(const mmapio_map *map)
{
    return map == NULL ? 0 : map->page_size;
}

uint32_t mmapio_map_huge_pages(const mmapio_map *map)
{
    return map == NULL ? (uint32_t)MMAPIO_HUGE_NONE : map->huge;
}

uint64_t mmapio_map_reserve(const mmapio_map *map)
{
    uint64_t reach;

    if (map == NULL || map->base == NULL) {
        return 0;
    }
    reach = mmapio_os_reserve(map);
    return reach > map->lead ? reach - map->lead : 0;
}
