/*
 * mmapio.h - memory-mapped files and memory for C, one ABI for Linux, macOS and Windows.
 *
 * This header is the manual. Each function says what it does, what it requires, what it returns and where the
 * operating systems differ. native/README.md holds the ABI contract and the table of calls per operating system.
 *
 *     #include <fcntl.h>
 *     #include <mmapio.h>
 *     #include <stdio.h>
 *
 *     int main(int argc, char **argv)
 *     {
 *         mmapio_map *map = NULL;
 *         mmapio_error error;
 *         int file = open(argc > 1 ? argv[1] : "data.bin", O_RDONLY);
 *
 *         if (mmapio_map_file(file, NULL, &map, &error) != MMAPIO_OK) {
 *             fprintf(stderr, "%s (OS code %d)\n", mmapio_status_text(error.status), error.os_code);
 *             return 1;
 *         }
 *         printf("%llu bytes\n", (unsigned long long)mmapio_map_length(map));
 *         return mmapio_map_close(map) == MMAPIO_OK ? 0 : 1;
 *     }
 *
 * Conventions
 *   Units       Lengths and offsets are bytes. Offsets and lengths need not be aligned to anything: the library
 *               aligns outward to whole pages and hands out the very byte that was asked for.
 *   Results     Fallible functions return a mmapio_status (0 is success, negative is failure). Results go out
 *               through pointers, which are zeroed before anything else happens.
 *   Errors      The last parameter is a nullable mmapio_error that receives the status, the operating system's own
 *               code and the call it came from. There is no thread-local "last error".
 *   Structs     Those with a struct_size begin with it. Set it to sizeof the struct you compiled against; a library
 *               older or newer than your header then still understands you.
 *   Threads     Every function may be called from any thread. Calls on one map may run at the same time, except
 *               that nothing may run together with, or after, its mmapio_map_close.
 *   Faults      Reading or writing mapped memory is a plain memory access. If the file shrinks, its disk fills up
 *               or its device fails, such an access raises SIGBUS (POSIX) or EXCEPTION_IN_PAGE_ERROR (Windows).
 *               mmapio_map_read and mmapio_map_write turn that into a status.
 */
#ifndef MMAPIO_H
#define MMAPIO_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------- linkage ---- */

/* Define MMAPIO_STATIC when linking the static library on Windows. MMAPIO_BUILD is the library's own. */
#if defined(_WIN32) && defined(MMAPIO_STATIC)
#define MMAPIO_API
#elif defined(_WIN32) && defined(MMAPIO_BUILD)
#define MMAPIO_API __declspec(dllexport)
#elif defined(_WIN32)
#define MMAPIO_API __declspec(dllimport)
#else
#define MMAPIO_API __attribute__((visibility("default")))
#endif

/* On every function that can fail: a status that nobody looks at is a warning. */
#if (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L) || (defined(__cplusplus) && __cplusplus >= 201703L)
#define MMAPIO_NODISCARD [[nodiscard]]
#elif defined(__GNUC__)
#define MMAPIO_NODISCARD __attribute__((warn_unused_result))
#elif defined(_MSC_VER)
#include <sal.h>
#define MMAPIO_NODISCARD _Check_return_
#else
#define MMAPIO_NODISCARD
#endif

/* ------------------------------------------------------------------------------------------------- version ---- */

#define MMAPIO_VERSION_MAJOR 0
#define MMAPIO_VERSION_MINOR 1
#define MMAPIO_VERSION_PATCH 0

/* The ABI: a new major breaks callers, a new minor only adds. */
#define MMAPIO_ABI_MAJOR 1
#define MMAPIO_ABI_MINOR 0

/* Returns the ABI of the loaded library as major << 16 | minor. Compare the major with MMAPIO_ABI_MAJOR. */
MMAPIO_API uint32_t mmapio_abi_version(void);

/* Returns the version of the loaded library, such as "1.2.3". Never NULL. */
MMAPIO_API const char *mmapio_version_string(void);

/* -------------------------------------------------------------------------------------- statuses and errors ---- */

typedef int32_t mmapio_status;

/* X(name, value, text): every status there is. Values are never renumbered, gaps are for growth. */
#define MMAPIO_STATUS_LIST(X)                                                                                          \
    X(OK, 0, "success")                                                                                                \
    X(INVALID_ARGUMENT, -101, "an argument has a value that is not allowed")                                           \
    X(OUT_OF_RANGE, -102, "an offset or length lies outside the file, the mapping or the address space")               \
    X(MISALIGNED, -103, "an address or offset is not aligned as the operating system requires")                        \
    X(ABI_MISMATCH, -104, "a struct or the library is of another ABI version than the caller expects")                 \
    X(ACCESS_DENIED, -201, "the file or the mapping does not permit the access asked for")                             \
    X(BUSY, -202, "the file or the pages are in use in a way that forbids this")                                       \
    X(NOT_FOUND, -203, "there is no object of that name")                                                              \
    X(EXISTS, -204, "an object of that name exists already")                                                           \
    X(OUT_OF_MEMORY, -301,                                                                                             \
      "out of memory or address space, or the process has too many mappings (Linux: vm.max_map_count)")                \
    X(LIMIT_REACHED, -302,                                                                                             \
      "a limit of the process or system is reached (such as RLIMIT_MEMLOCK, RLIMIT_FSIZE, the working set, open "      \
      "files, or the huge pages set aside by vm.nr_hugepages)")                                                        \
    X(NO_SPACE, -303, "no space is left on the device, or the quota is used up")                                       \
    X(UNSUPPORTED, -401, "this operating system, kernel or file cannot do that")                                       \
    X(IO, -501, "the device reported an input/output error")                                                           \
    X(FAULT, -502, "the pages behind the address are gone: the file was truncated, or its device failed or is full")   \
    X(DURABILITY_LOST, -503, "earlier writes to this file were lost by a failed writeback")                            \
    X(UNKNOWN, -999, "the operating system reported an error this library has no status for")

enum {
#define MMAPIO_STATUS_ENTRY(name, value, text) MMAPIO_##name = (value),
    MMAPIO_STATUS_LIST(MMAPIO_STATUS_ENTRY)
#undef MMAPIO_STATUS_ENTRY
};

/* Where mmapio_error.os_code comes from. */
enum {
    MMAPIO_OS_NONE = 0,  /* the library itself: os_code is 0 */
    MMAPIO_OS_ERRNO = 1, /* errno, or the kern_return_t of a Mach call */
    MMAPIO_OS_WIN32 = 2, /* GetLastError() */
    MMAPIO_OS_FILE = 3   /* no code: os_code is a MMAPIO_FILE_*, what the handle is of and why that will not do */
};

/* mmapio_error.os_code of the domain MMAPIO_OS_FILE: what has no length to map or to act on. */
enum {
    MMAPIO_FILE_PIPE = 1,
    MMAPIO_FILE_SOCKET = 2,
    MMAPIO_FILE_DIRECTORY = 3,
    MMAPIO_FILE_DEVICE = 4,       /* one without a size: block devices have one (not on Windows) */
    MMAPIO_FILE_WITHOUT_PAGES = 5 /* a file that is made when it is read, as those of /proc and /sys */
};

/* What went wrong. Frozen: 16 bytes, four fields, for ever. */
typedef struct mmapio_error {
    mmapio_status status; /* the value the function returned */
    int32_t os_code;      /* the operating system's code, 0 when there is none */
    uint32_t os_domain;   /* MMAPIO_OS_*: how to read os_code */
    uint32_t os_call;     /* which operating system call failed, or told, 0 for none: see mmapio_call_name */
} mmapio_error;

/* Returns the constant's name without its prefix, such as "ACCESS_DENIED"; "UNKNOWN" for any other value. */
MMAPIO_API const char *mmapio_status_name(mmapio_status status);

/* Returns one sentence in English, in lower case and without a full stop. Never NULL. */
MMAPIO_API const char *mmapio_status_text(mmapio_status status);

/* Returns the name of the call in mmapio_error.os_call, such as "mmap"; "" for 0 and for unknown values. */
MMAPIO_API const char *mmapio_call_name(uint32_t os_call);

/* ------------------------------------------------------------------------------------- pages, capabilities ---- */

/* Returns the size of a page in bytes: 4096 on most machines, 16384 on Apple silicon. A run-time value. */
MMAPIO_API uint32_t mmapio_page_size(void);

/* Returns what the operating system aligns file offsets to: the page size on POSIX, 65536 on Windows. */
MMAPIO_API uint32_t mmapio_allocation_granularity(void);

enum { MMAPIO_SYSTEM_NONE = 0, MMAPIO_SYSTEM_LINUX = 1, MMAPIO_SYSTEM_DARWIN = 2, MMAPIO_SYSTEM_WINDOWS = 3 };

/* Bits of mmapio_caps.features. */
enum {
    MMAPIO_FEATURE_POPULATE = 0x1,          /* mmapio_map_populate */
    MMAPIO_FEATURE_LOCK = 0x2,              /* mmapio_map_lock */
    MMAPIO_FEATURE_LOCK_ON_FAULT = 0x4,     /* MMAPIO_LOCK_ON_FAULT locks as pages arrive, not all at once */
    MMAPIO_FEATURE_RESIDENCY = 0x8,         /* mmapio_map_residency */
    MMAPIO_FEATURE_RESIDENCY_COUNTS = 0x10, /* counts cost nothing per page, and tell dirty pages too (cachestat) */
    MMAPIO_FEATURE_GUARD = 0x20,            /* mmapio_map_read and _write survive faults by a handler of our own */
    MMAPIO_FEATURE_ZERO_FILL = 0x40,        /* MMAPIO_MAP_ZERO_FILL */
    MMAPIO_FEATURE_RESERVE = 0x80,          /* mmapio_map_options.reserve keeps the address when growing */
    MMAPIO_FEATURE_EVICT = 0x1000,          /* mmapio_map_evict can drop pages, and count what went */
    MMAPIO_FEATURE_FILE_RESIDENCY = 0x2000, /* mmapio_file_residency */
    MMAPIO_FEATURE_FILE_EVICT = 0x4000,     /* mmapio_file_evict */
    MMAPIO_FEATURE_SHARED = 0x10000,        /* mmapio_map_shared */
    MMAPIO_FEATURE_SHARED_LASTS = 0x20000,  /* a name lasts until mmapio_shared_unlink; else until its last user goes */
    MMAPIO_FEATURE_SEALS = 0x40000,         /* mmapio_map_seal can set all seals; else some are in force anyway */
    MMAPIO_FEATURE_MIRRORED = 0x80000,      /* MMAPIO_MAP_MIRRORED */
    MMAPIO_FEATURE_GUARD_PAGES = 0x100000,  /* MMAPIO_MAP_GUARD_PAGES */
    MMAPIO_FEATURE_HUGE_PAGES = 0x200000,   /* explicit huge pages can be had, where some are set aside or permitted */
    MMAPIO_FEATURE_TRANSPARENT = 0x400000   /* the system makes huge pages by itself where it is asked to */
};

/* What this library can do on this very machine. Bit n of an advice mask stands for MMAPIO_MADV_* number n; a sync
 * mask is made of MMAPIO_MS_* bits. What is in neither of a pair of masks is ignored (advice) or refused (sync). */
typedef struct mmapio_caps {
    uint32_t struct_size;            /* in: sizeof(mmapio_caps); out: bytes filled */
    uint32_t system;                 /* MMAPIO_SYSTEM_* */
    uint32_t page_size;              /* bytes */
    uint32_t allocation_granularity; /* bytes */
    uint64_t features;               /* MMAPIO_FEATURE_* */
    uint64_t advice_applied;         /* does what madvise(2) of Linux says, where the mapping's kind permits */
    uint64_t advice_approximated;    /* does something near to it */
    uint32_t sync_applied;           /* does what the mode says */
    uint32_t sync_approximated;      /* does something stronger instead */
    uint32_t residency_scope;        /* MMAPIO_SCOPE_* of a mapped file */
    uint32_t reserved;               /* 0 */
    uint32_t file_advice_applied;    /* the same two masks of MMAPIO_FADV_*: mmapio_file_advise */
    uint32_t file_advice_approximated;
} mmapio_caps;

/* Fills *caps. The answer is constant for the life of the process.
 * Returns MMAPIO_OK, or MMAPIO_INVALID_ARGUMENT for NULL or a struct_size below 16. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_caps_get(mmapio_caps *caps);

/* ------------------------------------------------------------------------------------------- making a map ---- */

/* One mapping. Made by mmapio_map_file, _anonymous, _shared or _import, ended by mmapio_map_close. */
typedef struct mmapio_map mmapio_map;

/* Protection. The numbers are those of Linux. */
enum {
    MMAPIO_PROT_NONE = 0,
    MMAPIO_PROT_READ = 1,
    MMAPIO_PROT_WRITE = 2, /* implies READ on every system, as it does on most processors */
    MMAPIO_PROT_EXEC = 4,
    MMAPIO_PROT_QUIET = 0x40000000 /* ours, for mmapio_map_protect: nobody copies from or to the map meanwhile */
};

/* Flags of a new map: exactly one of SHARED and PRIVATE, and any of the others. The numbers are those of Linux. */
enum {
    MMAPIO_MAP_SHARED = 0x1,           /* writes reach the file and every other map of it */
    MMAPIO_MAP_PRIVATE = 0x2,          /* writes stay in this process: copy on write */
    MMAPIO_MAP_LOCKED = 0x2000,        /* lock the pages in memory, or fail: mmapio_map_lock at once, and of what
                                          mmapio_map_resize adds */
    MMAPIO_MAP_NORESERVE = 0x4000,     /* reserve no swap space. Linux only; elsewhere without effect */
    MMAPIO_MAP_POPULATE = 0x8000,      /* read the pages in at once. A hint: mmapio_map_populate tells of failure */
    MMAPIO_MAP_NONBLOCK = 0x10000,     /* makes POPULATE do nothing, as it does on Linux since 2.6.23 */
    MMAPIO_MAP_HUGETLB = 0x40000,      /* MMAPIO_HUGE_REQUIRE with the system's default size */
    MMAPIO_MAP_NO_HANDLE = 0x800000,   /* ours: the map of a file keeps no handle to it, see mmapio_map_file */
    MMAPIO_MAP_ZERO_FILL = 0x1000000,  /* ours: a page that faults becomes zeros, see "Faults" below */
    MMAPIO_MAP_ADOPT_FILE = 0x2000000, /* ours: the handle itself becomes the map's, unless mapping fails */

    /* Ours: threads that copy from or to the map do not begin to block, or to handle, SIGBUS or SIGSEGV after their first
     * copy. See "Faults" below. */
    MMAPIO_MAP_STEADY_SIGNALS = 0x400000,

    /* Ours: for mmapio_map_shared, but MIRRORED also for mmapio_map_import and GUARD_PAGES for every map. */
    MMAPIO_MAP_CREATE = 0x4000000,           /* make the memory, or fail with MMAPIO_EXISTS */
    MMAPIO_MAP_OPEN_OR_CREATE = 0x8000000,   /* make the memory where it is not there yet */
    MMAPIO_MAP_DELETE_ON_CLOSE = 0x10000000, /* with the two above: the name goes with the last map of it */
    MMAPIO_MAP_MIRRORED = 0x20000000,        /* map all of it twice in a row: see mmapio_map_shared */
    MMAPIO_MAP_GUARD_PAGES = 0x40000000      /* whole pages right before and after the mapping (Windows: 64 KiB) that
                                                nobody may touch: running out of the map faults. So does what is left of
                                                a reserve, until the map has grown that far */
};

/* What pages to use: mmapio_map_options.huge_pages. With REQUIRE and PREFER, huge_page_size says which. */
enum {
    MMAPIO_HUGE_NONE = 0,        /* ordinary ones */
    MMAPIO_HUGE_TRANSPARENT = 1, /* ordinary ones, which the system may replace by huge ones as it sees fit */
    MMAPIO_HUGE_PREFER = 2,      /* explicit huge pages; if there are none to be had, transparent; else ordinary ones */
    MMAPIO_HUGE_REQUIRE = 3      /* explicit huge pages, or fail: MMAPIO_LIMIT_REACHED where too few are free */
};

/* How to map. A shorter struct_size gets the defaults of MMAPIO_MAP_OPTIONS_INIT for the rest; a longer one is
 * accepted while the bytes unknown to this library are zero. */
typedef struct mmapio_map_options {
    uint32_t struct_size; /* sizeof(mmapio_map_options) */
    uint32_t protection;  /* MMAPIO_PROT_* */
    uint32_t flags;       /* MMAPIO_MAP_* */
    uint32_t advice;      /* MMAPIO_MADV_*, given right after mapping, and to what mmapio_map_resize adds; as a hint, it
                             never fails the call */
    uint64_t offset;      /* first byte of the file; with length 0, at most the file's length */
    uint64_t length;      /* bytes; 0 for all from offset to the end of the file */
    uint64_t reserve;     /* bytes of address space to keep, so that the map can grow to that length in place; or 0 */
    uint64_t huge_page_size; /* bytes, a power of two such as 2 MiB or 1 GiB; 0 for the system's default */
    uint32_t huge_pages;     /* MMAPIO_HUGE_* */
    uint32_t reserved;       /* 0 */
} mmapio_map_options;

#define MMAPIO_MAP_OPTIONS_INIT                                                                                        \
    {                                                                                                                  \
        (uint32_t)sizeof(mmapio_map_options), MMAPIO_PROT_READ, MMAPIO_MAP_SHARED, 0u, 0u, 0u, 0u, 0u, 0u, 0u          \
    }

/* Maps a file.
 * Does        Maps length bytes from offset. The handle may be closed afterwards: the map keeps one of its own (on POSIX
 *             a duplicate whose closing, like that of any descriptor, drops the process's fcntl locks on the file), or,
 *             with MMAPIO_MAP_ADOPT_FILE, takes this one over. With length 0, an empty file or an offset at its end
 *             gives a map of length 0 without data.
 *             With MMAPIO_MAP_NO_HANDLE it keeps none: as many maps as there may be mappings, whatever the limit of open
 *             files. All of it has to be in the file then (else MMAPIO_OUT_OF_RANGE), which nobody asks again:
 *             mmapio_map_backed_length tells what was there. MMAPIO_UNSUPPORTED are: mmapio_map_sync with DATA, DURABLE
 *             and BARRIER; mmapio_map_resize to more, or with a cut (Windows: to less, too); mmapio_map_export; Windows:
 *             populating a shared map for writing. mmapio_map_evict (Linux) drops only what no other process maps, and
 *             writes it when it does; mmapio_map_residency (Linux) knows of maps that are shared and writable; advice
 *             that needs the file is ignored (macOS: WILLNEED, REMOVE; Windows: REMOVE). A handle that was given away by
 *             MMAPIO_MAP_ADOPT_FILE is closed.
 * Requires    file: a descriptor (POSIX) or HANDLE (Windows), open for reading, and for writing too where a shared map
 *             shall be written. options: NULL for all of the file, shared, read-only.
 * Returns     *map, to be closed by mmapio_map_close. Else NULL and MMAPIO_INVALID_ARGUMENT, MMAPIO_OUT_OF_RANGE,
 *             MMAPIO_ABI_MISMATCH, MMAPIO_ACCESS_DENIED (the handle does not allow the protection),
 *             MMAPIO_LIMIT_REACHED (open files, MMAPIO_MAP_LOCKED, MMAPIO_MAP_ZERO_FILL), MMAPIO_OUT_OF_MEMORY,
 *             MMAPIO_UNSUPPORTED (a pipe, a directory, a device without a size, files that are made when they are read,
 *             such as those of /proc and /sys, a file system without mappings: see MMAPIO_OS_FILE).
 * Platforms   With length 0 a block device is mapped as far as it goes (not on Windows, whose volumes do not tell).
 *             A map longer than its file is allowed on POSIX: its tail faults until the file has grown. Windows grows a
 *             file to the length asked for if the map can be written to it, else refuses with MMAPIO_OUT_OF_RANGE; the
 *             file's sharing mode stays in force until the map is closed.
 *             https://man7.org/linux/man-pages/man2/mmap.2.html
 *             https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-mapviewoffile */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_file(intptr_t file, const mmapio_map_options *options,
                                                          mmapio_map **map, mmapio_error *error);

/* Maps memory that belongs to no file and starts as zeros.
 * Requires    options->length above 0, options->offset 0. MMAPIO_MAP_SHARED memory is shared with children made by
 *             fork(); on Windows, which has no fork, it differs from PRIVATE in nothing that can be observed.
 * Returns     As mmapio_map_file. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_anonymous(const mmapio_map_options *options, mmapio_map **map,
                                                               mmapio_error *error);

/* Unmaps, and frees everything the map owns. Flushes nothing: what was written to a shared map is in the page cache
 * already, and mmapio_map_sync is what makes it durable. NULL is allowed.
 * Returns     MMAPIO_OK, or the status of the first step that failed. The map is gone either way.
 * Threads     Nothing may use the map during or after this call. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_close(mmapio_map *map);

/* Returns the address of the first byte asked for, or NULL for a map of length 0 and for NULL. */
MMAPIO_API void *mmapio_map_data(const mmapio_map *map);

/* Returns the length in bytes that was asked for; for options->length 0, what the file had at that time. */
MMAPIO_API uint64_t mmapio_map_length(const mmapio_map *map);

/* Flags of mmapio_map_resize. */
enum {
    MMAPIO_RESIZE_MAY_MOVE = 1, /* the map may come to lie at another address */
    MMAPIO_RESIZE_TRUNCATE = 2, /* when it gets shorter, cut its file off at the new end, too: see below */
    MMAPIO_RESIZE_ALLOCATE = 4  /* when the file gets longer, have its blocks allocated: MMAPIO_NO_SPACE now, not a
                                   fault later */
};

/* Makes a map longer or shorter. The contents up to the smaller length stay.
 * Does        Makes the file of a shared, writable map longer where it must; any other map may grow as far as its file
 *             has. Within options->reserve the address stays what it is. A file that others make longer at the same time
 *             keeps what they wrote. With MMAPIO_RESIZE_TRUNCATE it becomes shorter only if the map does, and only if the
 *             map has covered all of it behind the new end, now or before: what a map never covered it does not cut off.
 *             It never becomes longer by that.
 * Requires    length: bytes; 0 leaves a map of nothing, which can grow again. Nothing else may use the map during the
 *             call, except memory that stays where it is: what is kept when growing, or shrinking, within the reserve.
 *             What is added. To a file, zeros, whatever was stored behind its end; where the file has more already, that.
 *             Private memory of no file: zeros, up to the byte, also where it has shrunk before. Memory shared with
 *             children, and private copies of a file's pages, may be found again within the reserve.
 *             Protections. Pages that are added have the one the map was made with. Pages that stay keep theirs, in place
 *             and (Linux) elsewhere, with their advice and their locks; in place none of them is touched. Where it takes
 *             a new mapping (macOS: growing beyond the reserve; Windows: any change of length in whole pages, but within
 *             the reserve), all of it has the protection, the advice and the locks of its options again.
 * Returns     MMAPIO_OK, and mmapio_map_data and mmapio_map_length have new answers. Else contents, length, file and
 *             protections are as they were, though perhaps, if the map may move, at another address; but the file may
 *             stay longer (Windows, if the view then fails; elsewhere, if what was added could not be locked once it was
 *             there), and a map of macOS that has been mapped anew before its file refused has its first protection:
 *             MMAPIO_OUT_OF_RANGE (the file is too short; more than 2^48 bytes; more than the file system's files can
 *             have), MMAPIO_OUT_OF_MEMORY (no room there, and it may not move; no room anywhere),
 *             MMAPIO_NO_SPACE, MMAPIO_LIMIT_REACHED (RLIMIT_FSIZE; MMAPIO_MAP_LOCKED, or locked pages at the end; Linux, to the
 *             middle of a protected page of memory: RLIMIT_NOFILE),
 *             MMAPIO_ACCESS_DENIED, MMAPIO_UNSUPPORTED (anonymous memory shared with children;
 *             mirrored maps; maps with guard pages or MMAPIO_MAP_ZERO_FILL without a reserve, or beyond it; off Linux,
 *             shared memory, and written private maps of files; Windows and macOS: growing without
 *             MMAPIO_RESIZE_MAY_MOVE beyond the reserve; Linux without /proc: shrinking to the middle of a protected
 *             page of memory).
 * Platforms   Linux: mremap(2), fallocate(2), ftruncate(2). macOS: a new mapping. Windows: a new view;
 *             only memory of no file can have a reserve, any other change of length moves; truncating fails with
 *             MMAPIO_BUSY while others map the file, and leaves the map where it was unless somebody took the place. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_resize(mmapio_map *map, uint64_t length, uint32_t flags,
                                                            mmapio_error *error);

/* Has the blocks of a range of a file allocated, so that writing there cannot run out of space, and makes the file
 * long enough to have it. What is there already stays.
 * Returns     MMAPIO_OK, MMAPIO_NO_SPACE, MMAPIO_ACCESS_DENIED, MMAPIO_LIMIT_REACHED (RLIMIT_FSIZE), MMAPIO_UNSUPPORTED
 *             (the file system cannot).
 * Platforms   Linux: fallocate(2). macOS: F_PREALLOCATE, which allocates at the end of the file only. Windows: a section
 *             that makes the file longer, which allocates it: MMAPIO_UNSUPPORTED for sparse and compressed files. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_file_allocate(intptr_t file, uint64_t offset, uint64_t length,
                                                               mmapio_error *error);

/* Makes a file longer, by a hole of zeros, or shorter.
 * Returns     MMAPIO_OK. Else the file is as it was, and MMAPIO_OUT_OF_RANGE (more than the file system's files can
 *             have), MMAPIO_LIMIT_REACHED (RLIMIT_FSIZE), MMAPIO_NO_SPACE, MMAPIO_ACCESS_DENIED, MMAPIO_UNSUPPORTED (no
 *             regular file), MMAPIO_BUSY (Windows: shorter, while somebody maps it).
 * Platforms   ftruncate(2), SetFileInformationByHandle. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_file_set_length(intptr_t file, uint64_t length, mmapio_error *error);

/* Tells what a handle is of.
 * Returns     MMAPIO_OK and *kind: 0 for a file that has a length, or is empty, also for a block
 *             device (those of /sys have one, and no pages, as mmapio_map_file says); else an MMAPIO_FILE_*. MMAPIO_INVALID_ARGUMENT for what is not open.
 * Platforms   fstat(2), GetFileType. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_file_kind(intptr_t file, uint32_t *kind, mmapio_error *error);

/* Tells how much of the map its file backs right now: to the byte.
 * Does        Asks for the file's length. Memory before *backed does not fault, unless somebody shortens the file
 *             afterwards. From *backed on it may; up to the end of that page it does not, but reads as zeros, and what is
 *             written there is in no file.
 * Returns     *backed, from 0 to the map's length: all of it for a map without a file. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_backed_length(const mmapio_map *map, uint64_t *backed,
                                                                   mmapio_error *error);

/* ------------------------------------------------------------------------- memory that processes share ---- */

/* Maps memory without a file, which other processes can map, too: by its name, or by a handle they were given.
 * Does        Makes the memory (MMAPIO_MAP_CREATE), opens it (neither flag), or whichever is possible
 *             (MMAPIO_MAP_OPEN_OR_CREATE). New memory consists of zeros and is all there from the start: what finds it
 *             by its name never sees it half made, and where it does not fit (a full /dev/shm, a full paging file)
 *             this call fails, not a later access: with MMAPIO_NO_SPACE, or, for more than the memory (Linux: what
 *             MemAvailable and SwapFree of /proc/meminfo, and the control groups, leave), MMAPIO_OUT_OF_MEMORY. With
 *             MMAPIO_MAP_NORESERVE that is left to chance.
 *             MMAPIO_MAP_MIRRORED maps all of it twice in a row, so that what runs over the end of the first copy
 *             comes out at its beginning; mmapio_map_length is twice the memory's then.
 * Requires    name: 1 to 30 of the characters A-Z a-z 0-9 . _ - and not "." or "..", the same on every system; its
 *             users are the same user's processes (0600: on Linux, what belongs to another user, or what others may
 *             read or write, is refused with MMAPIO_ACCESS_DENIED). NULL for memory without a name, which is always
 *             made, and
 *             found by no one who was not handed mmapio_map_export. options->length: bytes, above 0 to make memory;
 *             0 to open all there is. options->offset 0. MMAPIO_MAP_SHARED; to open, MMAPIO_MAP_PRIVATE for copy on
 *             write. Mirrored memory has a length that is a multiple of mmapio_allocation_granularity.
 * Returns     *map. Else NULL and MMAPIO_INVALID_ARGUMENT (also a bad name), MMAPIO_EXISTS, MMAPIO_NOT_FOUND,
 *             MMAPIO_BUSY (whoever makes it has not finished; Linux: or holds an exclusive flock(2) for a quarter of
 *             a second), MMAPIO_OUT_OF_RANGE (longer than the memory that is
 *             there), MMAPIO_MISALIGNED (mirrored), MMAPIO_ACCESS_DENIED, MMAPIO_NO_SPACE, MMAPIO_OUT_OF_MEMORY,
 *             MMAPIO_LIMIT_REACHED, MMAPIO_UNSUPPORTED.
 * Platforms   How long it lasts. On POSIX the memory of a name lasts until mmapio_shared_unlink, or the next boot, and
 *             then for as long as somebody maps it. On Windows it lasts for as long as somebody has it open.
 *             MMAPIO_MAP_DELETE_ON_CLOSE makes POSIX do the like. Linux remembers it with the memory: when its last map
 *             made by this call is closed, and every copy that fork(2) made of it, in whatever process, the name goes
 *             (if a copy seems to be left, the closing waits for 50 ms whether that is a process on its way to exec);
 *             processes that were killed close nothing, so that the name stays until the next map of it is closed.
 *             macOS: when the map that made it is closed in the process that did. Windows: has no effect.
 *             Linux: a file in /dev/shm, where shm_open(3) of "/name" finds it, or memfd_create(2) without a name.
 *             macOS: shm_open(2); without a name, one that is random and gone at once; new memory has length 0 for a
 *             moment, which others are told as MMAPIO_BUSY. Windows: a section named "Local\name", whose users are
 *             the processes of one session; its length is in whole pages.
 *             https://man7.org/linux/man-pages/man7/shm_overview.7.html
 *             https://learn.microsoft.com/windows/win32/memory/creating-named-shared-memory */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_shared(const char *name, const mmapio_map_options *options,
                                                            mmapio_map **map, mmapio_error *error);

/* Removes a name. The memory lasts for as long as it is mapped, and the name is free for new memory at once.
 * Returns     MMAPIO_OK, MMAPIO_NOT_FOUND, MMAPIO_ACCESS_DENIED, MMAPIO_INVALID_ARGUMENT (a bad name).
 * Platforms   Windows: MMAPIO_UNSUPPORTED while the memory is in use: its name cannot be taken from it, and goes by
 *             itself with the last map. After that there is none, which is MMAPIO_NOT_FOUND. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_shared_unlink(const char *name, mmapio_error *error);

/* Gives a handle to what a map is of, for another process: by inheritance, by SCM_RIGHTS over a Unix socket, by
 * DuplicateHandle. It can do what the map's own could do: more than the map, if that is for reading only.
 * Requires    A map of shared memory or of a file.
 * Returns     *handle, a descriptor (POSIX; close-on-exec) or HANDLE (Windows: of the section, or of the file), to be
 *             closed by close(2) or CloseHandle. It keeps the memory, but not its name. MMAPIO_UNSUPPORTED for
 *             anonymous memory, which has nothing to be handed out; MMAPIO_LIMIT_REACHED (open files). */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_export(mmapio_map *map, intptr_t *handle, mmapio_error *error);

/* Maps what a handle from mmapio_map_export stands for. As mmapio_map_file, which maps descriptors just as well, but
 * takes the handle of a section, too, and MMAPIO_MAP_MIRRORED, with an offset that is a multiple of
 * mmapio_allocation_granularity. The handle remains the caller's. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_import(intptr_t handle, const mmapio_map_options *options,
                                                            mmapio_map **map, mmapio_error *error);

/* Seals: what nobody may do to shared memory any more, for good. The numbers are those of Linux. */
enum {
    MMAPIO_SEAL_SEAL = 0x1,         /* set further seals */
    MMAPIO_SEAL_SHRINK = 0x2,       /* make it shorter: a reader can no longer fault */
    MMAPIO_SEAL_GROW = 0x4,         /* make it longer */
    MMAPIO_SEAL_WRITE = 0x8,        /* write to it */
    MMAPIO_SEAL_FUTURE_WRITE = 0x10 /* write to it, except through maps that exist (Linux 5.1) */
};

/* Sets seals, which stay until the memory is gone. Those that are set already remain.
 * Requires    A map of shared memory, made without a name or imported.
 * Returns     MMAPIO_OK. MMAPIO_BUSY for MMAPIO_SEAL_WRITE while there are shared maps of it through a handle that
 *             may write, be they read-only: close them, keep a handle, and import it MMAPIO_MAP_PRIVATE to set the
 *             seal. MMAPIO_ACCESS_DENIED (sealed against sealing; a handle for reading only), MMAPIO_UNSUPPORTED
 *             (memory with a name, files, anonymous memory; a seal that this system does not have).
 * Platforms   Linux: fcntl(2) F_ADD_SEALS on a memfd. macOS, Windows: the memory cannot change its length anyway, so
 *             SHRINK and GROW are set from the start and asking for them succeeds; there are no others. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_seal(mmapio_map *map, uint32_t seals, mmapio_error *error);

/* Tells which seals are set.
 * Returns     MMAPIO_OK and *seals; 0 for what cannot be sealed: memory with a name on Linux, files, anonymous
 *             memory. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_seals(mmapio_map *map, uint32_t *seals, mmapio_error *error);

/* Returns the size in bytes of the pages the map has: more than mmapio_page_size for explicit huge pages only. */
MMAPIO_API uint64_t mmapio_map_page_size(const mmapio_map *map);

/* Returns what came of options->huge_pages: MMAPIO_HUGE_NONE, MMAPIO_HUGE_TRANSPARENT (the system was told, and is set
 * to do such things for maps like this) or MMAPIO_HUGE_REQUIRE (explicit ones). */
MMAPIO_API uint32_t mmapio_map_huge_pages(const mmapio_map *map);

/* Returns how far the map can grow without its address changing: options->reserve, or less where the system could not
 * do it. */
MMAPIO_API uint64_t mmapio_map_reserve(const mmapio_map *map);

/* ------------------------------------------------------------------------------------------ calls on ranges ---- */

/* All calls below take a range of bytes in the map, [offset, offset + length), which must lie within it: else they
 * return MMAPIO_OUT_OF_RANGE and have done nothing. A length of 0 does nothing and succeeds. The operating system
 * works in pages, so each call acts on every page that the range touches.
 *
 *      page 0            page 1            page 2            page 3
 *      |-----------------|-----------------|-----------------|
 *                 ^data       ^^^^^^^^^^^^^^^^^^^range^^
 *                        |<------ what the call acts on ----->|                                                      */

/* Advice. The numbers are those of Linux. "Destroys" marks the ones that can lose what was written. */
enum {
    MMAPIO_MADV_NORMAL = 0,
    MMAPIO_MADV_RANDOM = 1,           /* no read-ahead */
    MMAPIO_MADV_SEQUENTIAL = 2,       /* more read-ahead; pages may be dropped after use */
    MMAPIO_MADV_WILLNEED = 3,         /* start reading the range in; Linux reads a few MiB of it: mmapio_map_prefetch */
    MMAPIO_MADV_DONTNEED = 4,         /* drop the pages from this process. Destroys, on a private map */
    MMAPIO_MADV_FREE = 8,             /* private memory may be taken back until it is written again. Destroys */
    MMAPIO_MADV_REMOVE = 9,           /* punch a hole into the file. Destroys */
    MMAPIO_MADV_DONTFORK = 10,        /* a child made by fork() does not get the range */
    MMAPIO_MADV_DOFORK = 11,          /* undo DONTFORK */
    MMAPIO_MADV_MERGEABLE = 12,       /* equal private pages may be shared (KSM) */
    MMAPIO_MADV_UNMERGEABLE = 13,     /* undo MERGEABLE */
    MMAPIO_MADV_HUGEPAGE = 14,        /* use transparent huge pages */
    MMAPIO_MADV_NOHUGEPAGE = 15,      /* do not */
    MMAPIO_MADV_DONTDUMP = 16,        /* leave the range out of core dumps */
    MMAPIO_MADV_DODUMP = 17,          /* undo DONTDUMP */
    MMAPIO_MADV_WIPEONFORK = 18,      /* a child made by fork() sees zeros. Private anonymous memory only */
    MMAPIO_MADV_KEEPONFORK = 19,      /* undo WIPEONFORK */
    MMAPIO_MADV_COLD = 20,            /* first to go when memory gets short */
    MMAPIO_MADV_PAGEOUT = 21,         /* write back and evict now */
    MMAPIO_MADV_POPULATE_READ = 22,   /* bring the pages in as reading would; prefer mmapio_map_populate */
    MMAPIO_MADV_POPULATE_WRITE = 23,  /* bring the pages in as writing would; prefer mmapio_map_populate */
    MMAPIO_MADV_DONTNEED_LOCKED = 24, /* DONTNEED on locked pages too. Destroys, on a private map */
    MMAPIO_MADV_COLLAPSE = 25,        /* make transparent huge pages now */

    /* Or'ed to an advice that destroys. Without it such an advice is refused with MMAPIO_INVALID_ARGUMENT. With it,
     * whole pages lose their contents: also the bytes next to an unaligned range, and next to the map. */
    MMAPIO_MADV_ALLOW_LOSS = 0x40000000
};

/* What became of an advice. */
enum {
    MMAPIO_ADVICE_IGNORED = 0,      /* this system has nothing like it, or not for this kind of mapping */
    MMAPIO_ADVICE_APPROXIMATED = 1, /* the nearest thing this system has was done */
    MMAPIO_ADVICE_APPLIED = 2       /* the operating system accepted it as it is, and has not been seen to do nothing */
};

/* Tells the operating system how a range will be used.
 * Returns     MMAPIO_OK and *outcome (nullable): a hint that cannot be followed is no error. MMAPIO_INVALID_ARGUMENT
 *             for a number that is no advice, or one that destroys given without MMAPIO_MADV_ALLOW_LOSS.
 *             MMAPIO_FAULT from POPULATE_*, where the file no longer backs the range; MMAPIO_ACCESS_DENIED from
 *             POPULATE_* that the map does not permit, and from REMOVE unless the map was made with MMAPIO_PROT_WRITE;
 *             MMAPIO_NO_SPACE from the ones that change memory. What a sandbox forbids is ignored as well.
 *             HUGEPAGE is MMAPIO_ADVICE_IGNORED where the system is set to make no huge pages for such a map (Linux:
 *             transparent_hugepage/enabled; for memory that is shared, shmem_enabled; for a file on tmpfs, the option
 *             huge= of its mount).
 *             What DONTNEED leaves in private anonymous memory: zeros on Linux, what was there on macOS, anything on
 *             Windows.
 * Platforms   https://man7.org/linux/man-pages/man2/madvise.2.html; mmapio_caps_get tells what this system knows. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_advise(mmapio_map *map, uint64_t offset, uint64_t length,
                                                            uint32_t advice, uint32_t *outcome, mmapio_error *error);

/* How to sync: exactly one of the first five, INVALIDATE in addition. The first three numbers are those of Linux. */
enum {
    MMAPIO_MS_ASYNC = 1,       /* leave it to the kernel's own writeback, which has it scheduled anyway */
    MMAPIO_MS_INVALIDATE = 2,  /* let other maps of the file see the same bytes: coherent everywhere, anyway */
    MMAPIO_MS_SYNC = 4,        /* write the range to the device and wait; macOS, Windows: to the device's cache */
    MMAPIO_MS_DATA = 0x100,    /* and through the device's cache, with what is needed to read the data back */
    MMAPIO_MS_DURABLE = 0x200, /* and all of the file's metadata */
    MMAPIO_MS_BARRIER = 0x400  /* what was written before reaches the device before what is written later */
};

/* Writes modified pages of a shared map to the file.
 * Does        Nothing, successfully, on private and anonymous maps: there is no file to write to.
 * Returns     MMAPIO_OK once the promise of the mode is kept. MMAPIO_IO, MMAPIO_NO_SPACE, MMAPIO_BUSY (Linux:
 *             INVALIDATE on locked pages), MMAPIO_ACCESS_DENIED (Windows: DATA and stronger need a handle that may
 *             write), MMAPIO_DURABILITY_LOST.
 *             An operating system tells of a write that failed once, and then believes the pages to be clean: asking
 *             again would succeed, with the data gone. So once a sync of this map has failed with MMAPIO_IO,
 *             MMAPIO_NO_SPACE, MMAPIO_FAULT or MMAPIO_UNKNOWN, every later one (except ASYNC, which promises nothing)
 *             does nothing and returns MMAPIO_DURABILITY_LOST with the first failure's code and call, until
 *             mmapio_map_acknowledge_loss. A sync that another thread had under way returns it, too.
 *             MMAPIO_FAULT, with no code of the system, if the map was made for writing and MMAPIO_MAP_ZERO_FILL has
 *             made pages of the range zeros: what was written to them is in no file; the other pages are written.
 *             That stays so, whatever is acknowledged; it does not count as a failed sync, and ASYNC does not look.
 * Platforms   Linux: msync(2), and fsync(2) for DURABLE. macOS: msync(2) and fcntl F_FULLFSYNC, or F_BARRIERFSYNC;
 *             its msync(2) keeps write errors to itself, so only DATA and stronger tell of them. Windows:
 *             FlushViewOfFile and FlushFileBuffers. BARRIER is DATA on systems without a barrier. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_sync(mmapio_map *map, uint64_t offset, uint64_t length,
                                                          uint32_t mode, mmapio_error *error);

/* Ends MMAPIO_DURABILITY_LOST: the caller knows that what was written to the map before may not be in the file, and has
 * written it anew, or does without. Without a loss, it does nothing.
 * Returns     MMAPIO_OK, or MMAPIO_INVALID_ARGUMENT for NULL. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_acknowledge_loss(mmapio_map *map, mmapio_error *error);

/* Whose memory a residency speaks of. */
enum {
    MMAPIO_SCOPE_UNKNOWN = 0,
    MMAPIO_SCOPE_PAGE_CACHE = 1, /* the system's: what any process would find in memory */
    MMAPIO_SCOPE_WORKING_SET = 2 /* this process's own pages only */
};

/* Bits of mmapio_residency.known. */
enum {
    MMAPIO_KNOWN_RESIDENT = 0x1,
    MMAPIO_KNOWN_DIRTY = 0x2,
    MMAPIO_KNOWN_WRITEBACK = 0x4,
    MMAPIO_KNOWN_EVICTED = 0x8
};

/* How much of a range is in memory, in pages. A count is 0 where known lacks its bit. */
typedef struct mmapio_residency {
    uint32_t struct_size;      /* in: sizeof(mmapio_residency); out: bytes filled */
    uint32_t known;            /* MMAPIO_KNOWN_*: which counts the kernel told */
    uint32_t scope;            /* MMAPIO_SCOPE_* */
    uint32_t page_size;        /* bytes */
    uint64_t pages;            /* pages the range touches */
    uint64_t resident;         /* of them in memory */
    uint64_t dirty;            /* of them modified and not yet written */
    uint64_t writeback;        /* of them being written */
    uint64_t evicted;          /* were in memory and went */
    uint64_t recently_evicted; /* of those, lately */
} mmapio_residency;

/* Tells how much of a range is in memory.
 * Requires    report not NULL. pages: NULL, or room for one byte per page the range touches, which is at most
 *             length / page size + 2; each becomes 1 (resident) or 0.
 * Returns     MMAPIO_OK. Where the kernel would not tell this process the truth (Linux: mincore(2) calls all of it
 *             resident for somebody who neither owns nor may write the file), known is 0: no error, and no lie.
 *             MMAPIO_UNSUPPORTED where there is no such call, or a sandbox forbids it.
 * Platforms   Linux: cachestat(2) (6.5) for counts, mincore(2) for pages, and for counts on stacked file systems
 *             (overlayfs, the root of containers; FUSE), where cachestat(2) would speak of an inode that has none.
 *             macOS: mincore(2). Windows: QueryWorkingSetEx, which knows of this process only. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_residency(mmapio_map *map, uint64_t offset, uint64_t length,
                                                               mmapio_residency *report, uint8_t *pages,
                                                               mmapio_error *error);

/* Changes what may be done with a range.
 * Requires    protection: MMAPIO_PROT_* in any combination the mapping was made to allow. Pages at the ends of an
 *             unaligned range change as a whole, with the neighbours on them. With MMAPIO_PROT_QUIET, no
 *             mmapio_map_read or _write of the map under way; without, taking a right away installs what lets them end
 *             in MMAPIO_FAULT: on Linux a handler for SIGSEGV, which acts as that of MMAPIO_GUARD_HANDLER does.
 * Returns     MMAPIO_OK, MMAPIO_ACCESS_DENIED (writing through a read-only handle), MMAPIO_OUT_OF_MEMORY (the range
 *             splits the mapping, and the process has too many), MMAPIO_UNSUPPORTED (maps with MMAPIO_MAP_ZERO_FILL).
 * Platforms   Windows: no more than the map was made with; a PROT_NONE map may become readable, and a private one
 *             writable. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_protect(mmapio_map *map, uint64_t offset, uint64_t length,
                                                             uint32_t protection, mmapio_error *error);

enum { MMAPIO_LOCK_ON_FAULT = 1 /* lock pages as they are first used, instead of reading all of them in */ };

/* Keeps a range in memory. Locks do not nest: one unlock undoes any number of them, page by page.
 * Requires    flags: 0 or MMAPIO_LOCK_ON_FAULT (MMAPIO_UNSUPPORTED where mmapio_caps lacks it).
 *             What a call that fails has locked is unlocked again. What was locked before stays, but (Linux) for a call
 *             that fails for the pages themselves: that leaves none of the range locked.
 * Returns     MMAPIO_OK, MMAPIO_LIMIT_REACHED (RLIMIT_MEMLOCK; Windows: the working set, which the call first tries
 *             to enlarge), MMAPIO_FAULT (the file no longer backs the range), MMAPIO_ACCESS_DENIED (Apple silicon:
 *             executable pages), MMAPIO_UNSUPPORTED (a sandbox forbids it). */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_lock(mmapio_map *map, uint64_t offset, uint64_t length,
                                                          uint32_t flags, mmapio_error *error);

/* Undoes mmapio_map_lock. Unlocking what is not locked succeeds. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_unlock(mmapio_map *map, uint64_t offset, uint64_t length,
                                                            mmapio_error *error);

/* Brings every page of a range into this process, and fails where a plain access would fault.
 * Requires    protection: MMAPIO_PROT_READ, or MMAPIO_PROT_WRITE to make private copies and file blocks, too.
 * Returns     MMAPIO_OK; MMAPIO_FAULT for a truncated file, a full disk or a failing device, with the pages before
 *             the fault populated; MMAPIO_ACCESS_DENIED where the map does not permit the access;
 *             MMAPIO_UNSUPPORTED where the system has no way to do it without risking a signal (macOS: WRITE, except
 *             on anonymous memory; Windows: WRITE on shared maps of sparse or compressed files; Linux: where a sandbox
 *             forbids both madvise(2) and futex(2)).
 * Platforms   Linux before 5.14: futex(2), page by page, which may wake a thread of this process that waits at the
 *             beginning of a page, as any futex may do without a cause. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_populate(mmapio_map *map, uint64_t offset, uint64_t length,
                                                              uint32_t protection, mmapio_error *error);

/* ------------------------------------------------------------------------------------ reading ahead, evicting ---- */

/* Bytes [offset, offset + length). */
typedef struct mmapio_range {
    uint64_t offset;
    uint64_t length;
} mmapio_range;

/* Starts reading a range into memory, all of it, and does not wait for it (though perhaps for room in the device's
 * queue). Changes nothing that can be read.
 * Returns     MMAPIO_OK and *outcome (nullable), as mmapio_map_advise does for MMAPIO_MADV_WILLNEED: a hint that cannot
 *             be followed is no error. MMAPIO_ADVICE_IGNORED for memory, and files in it (tmpfs), without swap.
 * Platforms   Linux: madvise(2) MADV_WILLNEED, in pieces, for one call reads no more than the device's read-ahead, and
 *             says nothing of the rest. macOS: fcntl(2) F_RDADVISE on the file. Windows: PrefetchVirtualMemory.
 *             https://learn.microsoft.com/windows/win32/api/memoryapi/nf-memoryapi-prefetchvirtualmemory */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_prefetch(mmapio_map *map, uint64_t offset, uint64_t length,
                                                              uint32_t *outcome, mmapio_error *error);

/* The same for many ranges, in one call: they may overlap, and stand in any order.
 * Requires    ranges: count of them; NULL for a count of 0.
 * Returns     As mmapio_map_prefetch, with the least that became of any range that is not empty.
 *             MMAPIO_OUT_OF_RANGE, with nothing done, if any of them lies outside of the map. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_prefetch_ranges(mmapio_map *map, const mmapio_range *ranges,
                                                                     uint32_t count, uint32_t *outcome,
                                                                     mmapio_error *error);

/* How much went, in pages. */
typedef struct mmapio_eviction {
    uint32_t struct_size;     /* in: sizeof(mmapio_eviction); out: bytes filled */
    uint32_t known;           /* MMAPIO_KNOWN_RESIDENT, or 0 where the kernel would not tell: both counts are 0 then */
    uint32_t scope;           /* MMAPIO_SCOPE_* */
    uint32_t page_size;       /* bytes */
    uint64_t pages;           /* pages the range touches */
    uint64_t resident_before; /* of them in memory before */
    uint64_t resident_after;  /* of them in memory after: locked, used by others, in no file, or read in meanwhile */
} mmapio_eviction;

/* Drops a range from memory: from the page cache (Linux, macOS) or this process's working set (Windows).
 * Does        Writes modified pages to the file first, and drops nothing if that fails. No contents change: pages of
 *             no file, and a private map's own copies, go to swap (Linux, Windows) or stay.
 * Requires    report not NULL, with its struct_size set.
 * Returns     MMAPIO_OK, also if nothing went: the report tells. MMAPIO_IO, MMAPIO_NO_SPACE and what else
 *             mmapio_map_sync returns if the writing failed, which counts as a failed sync; MMAPIO_DURABILITY_LOST
 *             after one, since the pages may be all that is left of the data.
 * Platforms   Linux: sync_file_range(2), or msync(2) on stacked file systems; madvise(2) MADV_PAGEOUT and
 *             MADV_DONTNEED, posix_fadvise(2). Pages that other processes have in use stay. macOS: msync(2) MS_INVALIDATE; shared maps of files only.
 *             Windows: FlushViewOfFile, and VirtualUnlock of pages that are not locked. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_evict(mmapio_map *map, uint64_t offset, uint64_t length,
                                                           mmapio_eviction *report, mmapio_error *error);

/* ------------------------------------------------------------------------------------- files without a map ---- */

/* The calls below take an open regular file or block device, and a range of it that lies within its present length; with
 * length 0 it goes from offset to the end of the file. They leave the handle's position, and what is in the file, as they are.
 * All of them return MMAPIO_OUT_OF_RANGE for a range that does not; MMAPIO_UNSUPPORTED for a pipe, a directory,
 * another device (MMAPIO_OS_FILE tells which); MMAPIO_INVALID_ARGUMENT for no handle, and with the system's code for one that is not open. */

/* Tells how much of a range of a file is in the page cache.
 * Requires    report not NULL, with its struct_size set.
 * Returns     As mmapio_map_residency; MMAPIO_ACCESS_DENIED where pages have to be looked at one by one (no
 *             MMAPIO_FEATURE_RESIDENCY_COUNTS, or a stacked file system) and the handle may not read;
 *             MMAPIO_UNSUPPORTED on Windows, which tells nobody what its cache holds.
 * Platforms   Linux: cachestat(2), else, and on stacked file systems, mincore(2) on a mapping made for it, as on
 *             macOS. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_file_residency(intptr_t file, uint64_t offset, uint64_t length,
                                                                mmapio_residency *report, mmapio_error *error);

/* Starts reading a range of a file into the page cache, without waiting for it.
 * Returns     MMAPIO_OK and *outcome (nullable): MMAPIO_ADVICE_IGNORED where there is nothing to read from (tmpfs) or
 *             no such call. MMAPIO_ACCESS_DENIED (Windows) if the handle may not read.
 * Platforms   Linux: posix_fadvise(2), in pieces. macOS: F_RDADVISE. Windows: PrefetchVirtualMemory on a mapping made
 *             for it. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_file_prefetch(intptr_t file, uint64_t offset, uint64_t length,
                                                               uint32_t *outcome, mmapio_error *error);

/* Drops a range of a file from the page cache, after writing what is modified.
 * Returns     As mmapio_map_evict. A failure of writing is told once for each time the file was opened, as by
 *             fsync(2): who gets it here does not get it there. MMAPIO_ACCESS_DENIED (macOS) if the handle may not
 *             read. MMAPIO_UNSUPPORTED on Windows, where no call reaches the cache.
 *             What nobody can count, or not by this handle, is evicted all the same: known is 0 then.
 * Platforms   Linux: sync_file_range(2), or fdatasync(2) on stacked file systems, and posix_fadvise(2). Pages that any
 *             process maps stay. macOS: msync(2)
 *             MS_INVALIDATE on a mapping made for it. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_file_evict(intptr_t file, uint64_t offset, uint64_t length,
                                                            mmapio_eviction *report, mmapio_error *error);

/* What mmapio_file_advise can be told. The numbers are those of Linux. */
enum {
    MMAPIO_FADV_NORMAL = 0,
    MMAPIO_FADV_RANDOM = 1,     /* no read-ahead */
    MMAPIO_FADV_SEQUENTIAL = 2, /* more read-ahead */
    MMAPIO_FADV_WILLNEED = 3,   /* mmapio_file_prefetch */
    MMAPIO_FADV_DONTNEED = 4,   /* drop pages that are clean and that nobody maps; see mmapio_file_evict */
    MMAPIO_FADV_NOREUSE = 5     /* what is read is read once */
};

/* Tells the operating system how a range of a file will be read and written. None of it loses data.
 * Returns     MMAPIO_OK and *outcome (nullable). NORMAL, RANDOM, SEQUENTIAL and NOREUSE are about the open file as a
 *             whole, and everybody who has the same open file: MMAPIO_ADVICE_APPROXIMATED for a part of it.
 *             MMAPIO_INVALID_ARGUMENT for a number that is no advice.
 * Platforms   Linux: posix_fadvise(2); NOREUSE since 6.3. macOS: fcntl(2) F_RDAHEAD and F_RDADVISE, msync(2)
 *             MS_INVALIDATE. Windows: WILLNEED only, the rest is chosen when a file is opened. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_file_advise(intptr_t file, uint64_t offset, uint64_t length,
                                                             uint32_t advice, uint32_t *outcome, mmapio_error *error);

/* ------------------------------------------------------------------------------------------------- faults ---- */

/* How mmapio_map_read and mmapio_map_write survive faults, for the whole process. */
enum {
    MMAPIO_GUARD_HANDLER = 0, /* a handler for SIGBUS (POSIX) or a vectored exception handler (Windows), installed
                                 when first needed and never removed. It acts only when the program counter stands in
                                 the library's own copy loop, or on maps with MMAPIO_MAP_ZERO_FILL; everything else
                                 goes to the handler that was there before. A thread that blocks SIGBUS or SIGSEGV, and
                                 all of them when SIGBUS has become somebody else's or ignored, copy as below: each
                                 copy asks (two system calls), on a map with MMAPIO_MAP_STEADY_SIGNALS only the first
                                 of a thread, and those of a thread that was found to block */
    MMAPIO_GUARD_SYSCALL = 1  /* no handler: the operating system copies (process_vm_readv, vm_read_overwrite,
                                 ReadProcessMemory), at the cost of system calls each time */
};

/* Chooses the mode, from the next copy on. Returns MMAPIO_OK, or MMAPIO_INVALID_ARGUMENT. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_guard_set(uint32_t mode);

/* Returns how many faults this process has survived: copies cut short, and pages that became zeros. */
MMAPIO_API uint64_t mmapio_guard_faults(void);

/* Copies from a map, and survives when its pages are gone. What overlaps is copied as by memmove.
 * Requires    The range to lie within the map; destination to have room for length bytes of ordinary memory, or in a
 *             map.
 * Returns     MMAPIO_OK, and *done (nullable) is length. MMAPIO_FAULT if the file was truncated, its device failed or
 *             the map was protected against reading: *done counts the good bytes before, which have been copied; what
 *             the destination has behind them is not defined. Good bytes are the file's, to the last: what a page has
 *             behind the end of its file is none, except in a private map that may be written, where it is the
 *             process's own. Pages that MMAPIO_MAP_ZERO_FILL has made zeros are gone, too.
 *             MMAPIO_ACCESS_DENIED if the map was not made for reading. No signal, no exception.
 * Costs       Little more than memcpy where the map goes on, or its file does, in a page behind the range; else the
 *             file is asked for its length, as it is in the mode MMAPIO_GUARD_SYSCALL.
 * Threads     From any thread, but not from a signal handler. What others write meanwhile may be half seen.
 * Platforms   MMAPIO_UNSUPPORTED in the mode MMAPIO_GUARD_SYSCALL where a sandbox forbids its system calls. Linux:
 *             process_vm_readv(2), or, where that is forbidden, through a pipe(2). */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_read(mmapio_map *map, uint64_t offset, void *destination,
                                                          uint64_t length, uint64_t *done, mmapio_error *error);

/* Copies to a map, and survives when its pages are gone or there is no space left for them.
 * Returns     As mmapio_map_read, of the bytes written. MMAPIO_ACCESS_DENIED if the map was not made for writing. */
MMAPIO_NODISCARD MMAPIO_API mmapio_status mmapio_map_write(mmapio_map *map, uint64_t offset, const void *source,
                                                           uint64_t length, uint64_t *done, mmapio_error *error);

/* Returns how many pages of a map made with MMAPIO_MAP_ZERO_FILL have faulted and become zeros since it was made. Once
 * that is not 0, what was read from the map may be torn, and what was written to such pages goes nowhere: they stay
 * what they are, even if the file grows again, until the map is closed, or mmapio_map_resize makes it end before them
 * and then grow over them again. Copies (above) and mmapio_map_sync fail on them. The count never goes down.
 * 0 for any other map and for NULL.
 * Such maps cost nothing until a page faults, and about as much as a page fault then. There may be 1024 of them. */
MMAPIO_API uint64_t mmapio_map_torn_pages(const mmapio_map *map);

#ifdef __cplusplus
}
#endif

#endif /* MMAPIO_H */
