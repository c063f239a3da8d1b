/* views.c - views at addresses of our choice: the same one twice in a row, and views with guards around them. */
#include "../range.h"
#include "win32.h"

/* Without placeholders, addresses are found out to be free, and may not be any more when they are asked for. */
enum { ATTEMPTS = 64 };

/* From one allocation's start to the next: what lies between the end of a view and there belongs to nobody. */
static SIZE_T views_span(const struct win32_layout *layout)
{
    return (SIZE_T)round_up((uint64_t)layout->room * layout->copies, mmapio_win32_system()->allocation_granularity);
}

/* Takes away what place_each or replace_each has made before it failed. */
static void remove_some(unsigned char *first, const struct win32_layout *layout, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        (void)UnmapViewOfFile(first + i * layout->room);
    }
}

static bool free_guards(unsigned char *first, const struct win32_layout *layout)
{
    return layout->guard == 0 || (VirtualFree(first - layout->guard, 0, MEM_RELEASE) &&
                                  VirtualFree(first + views_span(layout), 0, MEM_RELEASE));
}

/* ---- with placeholders: nobody else can get in between ---------------------------------------------------------- */

/* Cuts a placeholder in two at address + length. Nothing is left to cut at its end. */
static bool split(unsigned char *address, SIZE_T length, SIZE_T whole)
{
    return length == whole || VirtualFree(address, length, MEM_RELEASE | WIN32_PRESERVE_PLACEHOLDER);
}

/* Cuts a placeholder into guard, room for each view, what is left over, and guard. Returns the address of the first
 * room; *done counts bytes from the start that are cut off. */
static bool split_all(unsigned char *place, const struct win32_layout *layout, SIZE_T whole, SIZE_T *done)
{
    SIZE_T rest = views_span(layout) - layout->room * layout->copies;
    SIZE_T pieces[] = {layout->guard, layout->room, layout->copies == 2 ? layout->room : 0, rest};

    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        if (pieces[i] != 0) {
            if (!split(place + *done, pieces[i], whole - *done)) {
                return false;
            }
            *done += pieces[i];
        }
    }
    return true;
}

/* Frees every placeholder in a range: they are separate allocations, however many they are by now. */
static void free_placeholders(unsigned char *place, SIZE_T length)
{
    unsigned char *end = place + length;
    MEMORY_BASIC_INFORMATION region;

    while (place < end && VirtualQuery(place, &region, sizeof region) != 0) {
        SIZE_T size = region.RegionSize;
        if (region.State == MEM_RESERVE) {
            (void)VirtualFree(place, 0, MEM_RELEASE);
        }
        place += size;
    }
}

static unsigned char *replace_each(const struct win32_layout *layout, DWORD *code, uint32_t *call)
{
    const struct win32_system *system = mmapio_win32_system();
    SIZE_T span = views_span(layout);
    SIZE_T whole = span + 2 * layout->guard;
    SIZE_T done = 0;
    unsigned made = 0;
    unsigned char *place =
        system->allocate(NULL, NULL, whole, MEM_RESERVE | WIN32_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0);
    unsigned char *first;

    *call = CALL_VIRTUAL_ALLOC_2;
    if (place == NULL) {
        *code = GetLastError();
        return NULL;
    }
    first = place + layout->guard;
    if (split_all(place, layout, whole, &done)) {
        *call = CALL_MAP_VIEW_OF_FILE_3;
        while (made < layout->copies &&
               system->map_view(layout->section, NULL, first + made * layout->room, layout->offset, layout->length,
                                WIN32_REPLACE_PLACEHOLDER, layout->pages, NULL, 0) != NULL) {
            made++;
        }
    }
    if (made == layout->copies) {
        /* As it is without placeholders, so that both are taken away alike. */
        free_placeholders(first + layout->room * layout->copies, span - layout->room * layout->copies);
        return first;
    }
    *code = GetLastError();
    remove_some(first, layout, made);
    free_placeholders(place, whole);
    return NULL;
}

/* ---- without: by trial ------------------------------------------------------------------------------------------ */

static bool place_each(unsigned char *first, const struct win32_layout *layout, DWORD *code)
{
    ULARGE_INTEGER start = {.QuadPart = layout->offset};
    DWORD access = mmapio_win32_view_access(layout->pages);
    unsigned char *before = first - layout->guard;
    unsigned char *after = first + views_span(layout);
    unsigned made = 0;

    if (layout->guard != 0 && VirtualAlloc(before, layout->guard, MEM_RESERVE, PAGE_NOACCESS) == NULL) {
        *code = GetLastError();
        return false;
    }
    while (made < layout->copies && MapViewOfFileEx(layout->section, access, start.HighPart, start.LowPart,
                                                    layout->length, first + made * layout->room) != NULL) {
        made++;
    }
    if (made == layout->copies &&
        (layout->guard == 0 || VirtualAlloc(after, layout->guard, MEM_RESERVE, PAGE_NOACCESS) != NULL)) {
        return true;
    }
    *code = GetLastError();
    remove_some(first, layout, made);
    if (layout->guard != 0) {
        (void)VirtualFree(before, 0, MEM_RELEASE);
    }
    return false;
}

static unsigned char *try_places(const struct win32_layout *layout, DWORD *code, uint32_t *call)
{
    SIZE_T whole = views_span(layout) + 2 * layout->guard;

    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        unsigned char *place = VirtualAlloc(NULL, whole, MEM_RESERVE, PAGE_NOACCESS);
        *call = CALL_VIRTUAL_ALLOC;
        if (place == NULL) {
            *code = GetLastError();
            return NULL;
        }
        (void)VirtualFree(place, 0, MEM_RELEASE);
        *call = CALL_MAP_VIEW_OF_FILE;
        if (place_each(place + layout->guard, layout, code)) {
            return place + layout->guard;
        }
        if (*code != ERROR_INVALID_ADDRESS) {
            return NULL; /* that the place was taken is what another attempt could change */
        }
    }
    return NULL;
}

unsigned char *mmapio_win32_place_views(const struct win32_layout *layout, DWORD *code, uint32_t *call)
{
    unsigned char *first = NULL;

    if (mmapio_win32_system()->allocate != NULL) {
        first = replace_each(layout, code, call);
    }
    /* Also for what placeholders cannot hold, such as the end of a file inside a page. */
    return first != NULL ? first : try_places(layout, code, call);
}

DWORD mmapio_win32_remove_views(unsigned char *first, const struct win32_layout *layout)
{
    for (unsigned i = layout->copies; i > 0; i--) {
        if (!UnmapViewOfFile(first + (i - 1) * layout->room)) {
            return GetLastError();
        }
    }
    return free_guards(first, layout) ? ERROR_SUCCESS : GetLastError();
}
