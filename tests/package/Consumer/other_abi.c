/* A library of the right name, from a future in which the ABI has broken. Nothing but its version may be asked for. */
#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

EXPORT unsigned mmapio_abi_version(void);

unsigned mmapio_abi_version(void)
{
    return 2u << 16;
}
