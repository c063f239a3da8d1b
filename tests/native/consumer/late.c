/* late.c - a program that loads the library late, has a copy guarded, lets go of it, and looks whether it stayed. */
#include <mmapio.h>

#include <dlfcn.h>
#include <stdio.h>

typedef mmapio_status map_call(const mmapio_map_options *, mmapio_map **, mmapio_error *);
typedef mmapio_status read_call(mmapio_map *, uint64_t, void *, uint64_t, uint64_t *, mmapio_error *);
typedef mmapio_status close_call(mmapio_map *);

int main(int count, char **words)
{
    void *library = count == 2 ? dlopen(words[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    mmapio_map_options options = MMAPIO_MAP_OPTIONS_INIT;
    mmapio_map *map = NULL;
    map_call *anonymous;
    read_call *read;
    close_call *close;
    char byte = 1;

    if (library == NULL) {
        fprintf(stderr, "not loaded: %s\n", dlerror());
        return 1;
    }
    *(void **)&anonymous = dlsym(library, "mmapio_map_anonymous");
    *(void **)&read = dlsym(library, "mmapio_map_read");
    *(void **)&close = dlsym(library, "mmapio_map_close");
    options.length = 1;
    options.protection = MMAPIO_PROT_READ;
    options.flags = MMAPIO_MAP_PRIVATE;
    if (anonymous(&options, &map, NULL) != MMAPIO_OK || read(map, 0, &byte, 1, NULL, NULL) != MMAPIO_OK ||
        close(map) != MMAPIO_OK || byte != 0 || dlclose(library) != 0) {
        fprintf(stderr, "it does not work\n");
        return 1;
    }
    if (dlopen(words[1], RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD) == NULL) {
        fprintf(stderr, "its handler is installed, and its code is gone\n");
        return 1;
    }
    return 0;
}
