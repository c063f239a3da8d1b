/* fixture_parts.h - what the files that implement fixture.h share. No test includes it. */
#ifndef MMAPIO_FIXTURE_PARTS_H
#define MMAPIO_FIXTURE_PARTS_H

#include "fixture.h"

/* fixture.c: every system. Paths that are to be deleted when the program ends. */
void fixture_remember(const char *path);
void fixture_forget(const char *path);

/* Ends the program with a message from errno or GetLastError(). */
_Noreturn void fixture_die(const char *what);

/* fixture_linux.c, fixture_darwin.c: the folder that files of this kind go to, or NULL. */
const char *fixture_folder(fixture_place place);

/* The folder that lists this process's descriptors. */
const char *fixture_descriptor_folder(void);

#endif /* MMAPIO_FIXTURE_PARTS_H */
