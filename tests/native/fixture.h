/*
 * fixture.h - what the tests need of the operating system, besides the library they test.
 *
 * Implemented once per system: by fixture_posix.c with fixture_linux.c or fixture_darwin.c, and by fixture_windows.c;
 * fixture.c is the same on all of them. None of it calls the library. A helper that cannot do its work prints why and
 * ends the program, so that no test goes on without what it asked for; those that return bool stand for things a system
 * may lack.
 */
#ifndef MMAPIO_FIXTURE_H
#define MMAPIO_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- files ---- */

typedef enum fixture_place {
    FIXTURE_DISK,  /* the working directory, which ctest sets to a folder of the build tree */
    FIXTURE_MEMORY /* a file system without a device behind it: tmpfs */
} fixture_place;

/* A file of its own name, deleted by fixture_remove or at the end of the program. */
typedef struct fixture_file {
    intptr_t handle; /* open for reading and writing */
    char path[300];
} fixture_file;

bool fixture_has(fixture_place place);

/* Is there no device behind FIXTURE_DISK either? Then reading ahead and dropping pages are hints that nothing follows. */
bool fixture_disk_is_memory(void);
fixture_file fixture_create(fixture_place place);

/* A file on disk whose byte number i is fixture_pattern(i). */
fixture_file fixture_patterned(uint64_t length);

/* A file of the given length that occupies no blocks, as far as the file system can do that. False: not so long. */
bool fixture_sparse(fixture_place place, uint64_t length, fixture_file *file);

/* Closes the handle and deletes the file. */
void fixture_remove(const fixture_file *file);

/* 251 is a prime: neighbouring pages, and all that lie a power of two apart, begin with different bytes. */
static inline unsigned char fixture_pattern(uint64_t index)
{
    return (unsigned char)(index % 251);
}

typedef enum fixture_access { FIXTURE_READ, FIXTURE_WRITE_ONLY, FIXTURE_READ_WRITE } fixture_access;

intptr_t fixture_open(const fixture_file *file, fixture_access access);
void fixture_close(intptr_t handle);
void fixture_read(intptr_t handle, uint64_t offset, void *bytes, size_t length);
void fixture_write(intptr_t handle, uint64_t offset, const void *bytes, size_t length);
uint64_t fixture_length(intptr_t handle);

/* Makes the file longer or shorter. False where the system refuses, as Windows does to shorten a mapped file. */
bool fixture_resize(intptr_t handle, uint64_t length);

/* Writes the file to its device and drops it from memory, where it is not mapped. False where nothing does that. */
bool fixture_evict(intptr_t handle);

/* Handles that no mapping can be made of. */
intptr_t fixture_pipe(void);
intptr_t fixture_directory(void);

/* ---- this process ---- */

size_t fixture_page_size(void);
size_t fixture_open_handles(void);

/* How many mappings of the file this process has, or -1 where the system does not tell. */
int fixture_mappings_of(const fixture_file *file);

/* Is there a mapping at this address? */
bool fixture_is_mapped(const void *address);

/* Can the byte at this address be read? Asked of the system: nothing faults. */
bool fixture_is_accessible(const void *address);

/* Would a mapping of this length fit into the address space? Limits, checkers and emulators make it smaller. */
bool fixture_has_room(uint64_t length);

/* Does something stand in for the kernel that accepts advice without following it: qemu's user mode, or Wine? */
bool fixture_emulated(void);

/* Can this process see which of its pages are in memory? An emulator may call all of them resident. */
bool fixture_shows_residency(void);

/* ---- threads ---- */

typedef struct fixture_thread fixture_thread;

fixture_thread *fixture_thread_start(void (*body)(void *), void *argument);
void fixture_thread_join(fixture_thread *thread);

/* Which sanitizer is this program built with? GCC has names of its own for them. */
#ifndef __has_feature
#define __has_feature(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define UNDER_ADDRESS_SANITIZER 1
#else
#define UNDER_ADDRESS_SANITIZER 0
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
#define UNDER_THREAD_SANITIZER 1
#else
#define UNDER_THREAD_SANITIZER 0
#endif

/* It takes some questions to the kernel for accesses, and has limits of its own. */
static inline bool under_valgrind(void)
{
    const char *preloaded = getenv("LD_PRELOAD");

    return preloaded != NULL && strstr(preloaded, "vgpreload") != NULL;
}

#endif /* MMAPIO_FIXTURE_H */
