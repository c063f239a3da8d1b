/* consumer.c - a stranger's first program in C: maps memory, writes to it, and says which library it has. */
#include <mmapio.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    mmapio_map_options options = MMAPIO_MAP_OPTIONS_INIT;
    mmapio_map *map = NULL;
    mmapio_error error;

    options.length = 100;
    options.protection = MMAPIO_PROT_READ | MMAPIO_PROT_WRITE;
    options.flags = MMAPIO_MAP_PRIVATE;
    if (mmapio_map_anonymous(&options, &map, &error) != MMAPIO_OK) {
        fprintf(stderr, "%s\n", mmapio_status_text(error.status));
        return 1;
    }
    strcpy(mmapio_map_data(map), mmapio_version_string());
    printf("mapped %d bytes with libmmapio %s\n", (int)mmapio_map_length(map), (char *)mmapio_map_data(map));
    return mmapio_map_close(map) == MMAPIO_OK ? 0 : 1;
}
