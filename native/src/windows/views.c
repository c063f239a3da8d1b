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

/* Takes away what place_each has made before it failed. */
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

enum { PIECES = 5 };

/* What a stretch of addresses is cut into: guard, room for each view, what is left over, guard. Some are empty. */
static void pieces_of(const struct win32_layout *layout, SIZE_T pieces[PIECES])
{
    pieces[0] = layout->guard;
    pieces[1] = layout->room;
    pieces[2] = layout->copies == 2 ? layout->room : 0;
    pieces[3] = views_span(layout) - layout->room * layout->copies;
    pieces[4] = layout->guard;
}

/* Cuts a placeholder so. Gives how many bytes from the start have been cut off, which is all of it on success. */
static SIZE_T split(unsigned char *place, const SIZE_T pieces[PIECES], SIZE_T whole)
{
    SIZE_T done = 0;

    for (size_t i = 0; i < PIECES; i++) {
        SIZE_T end = done + pieces[i];
        /* Nothing is left to cut at its end. */
        if (pieces[i] != 0 && end < whole &&
            !VirtualFree(place + done, pieces[i], MEM_RELEASE | WIN32_PRESERVE_PLACEHOLDER)) {
            return done;
        }
        done = end;
    }
    return done;
}

/* Frees the pieces that were cut off, and what had none cut off any more: by what we know of them, not by what is there.
 * Addresses that are free again are anybody's at once. */
static void free_pieces(unsigned char *place, const SIZE_T pieces[PIECES], SIZE_T whole, SIZE_T split_off)
{
    SIZE_T done = 0;

    for (size_t i = 0; i < PIECES && done < split_off; i++) {
        if (pieces[i] != 0) {
            (void)VirtualFree(place + done, 0, MEM_RELEASE);
        }
        done += pieces[i];
    }
    if (done < whole) {
        (void)VirtualFree(place + done, 0, MEM_RELEASE);
    }
}

static unsigned char *replace_each(const struct win32_layout *layout, DWORD *code, uint32_t *call)
{
    const struct win32_system *system = mmapio_win32_system();
    SIZE_T pieces[PIECES];
    SIZE_T whole = views_span(layout) + 2 * layout->guard;
    SIZE_T done;
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
    pieces_of(layout, pieces);
    done = split(place, pieces, whole);
    if (done == whole) {
        *call = CALL_MAP_VIEW_OF_FILE_3;
        while (made < layout->copies &&
               system->map_view(layout->section, NULL, first + made * layout->room, layout->offset, layout->length,
                                WIN32_REPLACE_PLACEHOLDER, layout->pages, NULL, 0) != NULL) {
            made++;
        }
    }
    if (made == layout->copies) {
        /* As it is without placeholders, so that both are taken away alike. */
        if (pieces[3] != 0) {
            (void)VirtualFree(first + layout->room * layout->copies, 0, MEM_RELEASE);
        }
        return first;
    }
    *code = GetLastError();
    while (made > 0) {
        made--;
        (void)system->unmap_view(GetCurrentProcess(), first + made * layout->room, WIN32_PRESERVE_PLACEHOLDER);
    }
    free_pieces(place, pieces, whole, done);
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
