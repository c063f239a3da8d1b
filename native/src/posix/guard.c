/*
 * guard.c - the handlers behind fault-safe copies and MMAPIO_MAP_ZERO_FILL.
 *
 * Truncated files, full disks and failing devices all arrive as SIGBUS. SIGSEGV (on Linux) is what a copy gets when
 * another thread protects its pages meanwhile: there is a handler for it only once somebody has protected a map that may
 * be copied at the time, since runtimes such as CoreCLR have plans of their own for that signal.
 */
#include "posix.h"

#include "../guard.h"
#include "../range.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>

enum {
    ZERO_FILL_MAPS = 1024, /* maps with MMAPIO_MAP_ZERO_FILL at one time */
    MEMORY_FAILURE = 4,    /* BUS_MCEERR_AR */
    FAULT_CODES = 4        /* that, BUS_ADRALN, BUS_ADRERR and BUS_OBJERR (5 is not about this access); SEGV_* */
};

/* The handler reads this table while others change it: end is written last on entry and cleared first on removal. A reader
 * looks at end again once it has read begin, or it might take the end of one map and the beginning of the next one in the
 * same place for one. */
static struct zero_fill_entry {
    _Atomic(uintptr_t) begin;
    _Atomic(uintptr_t) end; /* 0: not in use */
    _Atomic(int) protection;
    _Atomic(uint64_t) pages;
    _Atomic(uint64_t) *taken; /* one bit per page: somebody has filled it, or is about to */
} zero_fill[ZERO_FILL_MAPS];

static _Atomic(uint64_t) zero_fill_total;
static pthread_mutex_t zero_fill_lock = PTHREAD_MUTEX_INITIALIZER;

/* A signal that we handle once it is needed, and whose it was before. */
static struct handled {
    pthread_once_t once;
    struct sigaction before;
    int install_error;
} bus = {.once = PTHREAD_ONCE_INIT}, protected = {.once = PTHREAD_ONCE_INIT};

/* Puts a page of zeros where the faulting one was. Of threads that fault on one page at a time the first one does so;
 * the others return to their access, which faults again until it has. */
static bool fill_page(struct zero_fill_entry *entry, uintptr_t address, int code)
{
    uintptr_t page_size = mmapio_os_page_size();
    uintptr_t index = (address - atomic_load(&entry->begin)) / page_size;
    uint64_t bit = UINT64_C(1) << index % 64;
    void *page = (void *)(address & ~(page_size - 1));

    if ((atomic_fetch_or(&entry->taken[index / 64], bit) & bit) != 0) {
        /* Memory that fails under a page of zeros is not for us to replace time and again. */
        return code != MEMORY_FAILURE;
    }
    if (mmap(page, page_size, atomic_load(&entry->protection), MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
        MAP_FAILED) {
        return false;
    }
    atomic_fetch_add(&entry->pages, 1);
    atomic_fetch_add(&zero_fill_total, 1);
    return true;
}

static bool fill_with_zeros(uintptr_t address, int code)
{
    for (size_t i = 0; i < ZERO_FILL_MAPS; i++) {
        struct zero_fill_entry *entry = &zero_fill[i];
        uintptr_t end = atomic_load(&entry->end);
        if (end != 0 && address < end && address >= atomic_load(&entry->begin) && atomic_load(&entry->end) == end) {
            return fill_page(entry, address, code);
        }
    }
    return false;
}

/* Gives the signal to whoever had it before. */
static void forward(const struct sigaction *before, int number, siginfo_t *info, void *context)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};

    if ((before->sa_flags & SA_SIGINFO) != 0) {
        before->sa_sigaction(number, info, context);
    } else if (before->sa_handler != SIG_DFL && before->sa_handler != SIG_IGN) {
        before->sa_handler(number);
    } else if (before->sa_handler == SIG_DFL || (info->si_code >= 1 && info->si_code <= FAULT_CODES)) {
        /* A fault strikes again on return, and a signal that was sent is sent once more: both end the process as they
         * would have without us, with the same wait status. A fault cannot be ignored, whatever was asked for. */
        (void)sigaction(number, &standard, NULL);
        (void)raise(number);
    }
}

static void on_bus(int number, siginfo_t *info, void *context)
{
    int saved = errno;

    if (info->si_code >= 1 && info->si_code <= FAULT_CODES) {
        /* Leaving by a plain return restores the signal mask, which a longjmp would not. */
        if (mmapio_posix_redirect(context)) {
            return;
        }
        if (mmapio_posix_is_gone(info, context) && fill_with_zeros((uintptr_t)info->si_addr, info->si_code)) {
            errno = saved;
            return;
        }
    }
    forward(&bus.before, number, info, context);
}

static void on_protected(int number, siginfo_t *info, void *context)
{
    if (info->si_code < 1 || info->si_code > FAULT_CODES || !mmapio_posix_redirect(context)) {
        forward(&protected.before, number, info, context);
    }
}

/* Once per process: a second installation would forward to the first one, and that back to itself. The mask and the
 * choice of stack are those of the handler that was there, which runs below ours and relies on them. */
static void install(struct handled *signal, int number, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction ours;

    mmapio_posix_pin();
    if (sigaction(number, NULL, &signal->before) != 0) {
        signal->install_error = errno;
        return;
    }
    ours.sa_sigaction = handler;
    ours.sa_mask = signal->before.sa_mask;
    ours.sa_flags = SA_SIGINFO | (signal->before.sa_flags & (SA_ONSTACK | SA_NODEFER | SA_RESTART));
    if (sigaction(number, &ours, NULL) != 0) {
        signal->install_error = errno;
    }
}

static void install_bus(void)
{
    install(&bus, SIGBUS, on_bus);
}

static void install_protected(void)
{
    install(&protected, SIGSEGV, on_protected);
}

static mmapio_status installed(struct handled *signal, void (*installer)(void), mmapio_error *error)
{
    (void)pthread_once(&signal->once, installer);
    return signal->install_error == 0 ? MMAPIO_OK : mmapio_posix_fail(error, signal->install_error, CALL_SIGACTION);
}

mmapio_status mmapio_os_guard_install(mmapio_error *error)
{
    return installed(&bus, install_bus, error);
}

mmapio_status mmapio_os_guard_install_protected(mmapio_error *error)
{
    return mmapio_posix_protection_signal() == SIGBUS ? mmapio_os_guard_install(error)
                                                      : installed(&protected, install_protected, error);
}

/* A fault whose signal is blocked, ignored or somebody else's is not ours to survive (signal(7): the kernel ends the
 * process). Asking takes longer than a small copy, hence MMAPIO_MAP_STEADY_SIGNALS. The handler has no part in this: a
 * thread's own storage is out of its reach. */
bool mmapio_os_guard_serves(const mmapio_map *map)
{
    static _Thread_local bool serves;
    struct sigaction now;
    sigset_t mask;

    if (!serves || (map->flags & MMAPIO_MAP_STEADY_SIGNALS) == 0) {
        serves = pthread_sigmask(SIG_BLOCK, NULL, &mask) == 0 && sigismember(&mask, SIGBUS) == 0 &&
                 sigismember(&mask, SIGSEGV) == 0 && sigaction(SIGBUS, NULL, &now) == 0 &&
                 (now.sa_flags & SA_SIGINFO) != 0 && now.sa_sigaction == on_bus;
    }
    return serves;
}

/* Bytes of a bit for each page, in whole words. Touched, and so backed by memory, only where pages fault. */
static size_t bits_length(const mmapio_map *map)
{
    return (size_t)(map->base_length / mmapio_os_page_size() / 64 + 1) * sizeof(uint64_t);
}

static bool enter_table(mmapio_map *map, void *bits)
{
    for (uint32_t i = 0; i < ZERO_FILL_MAPS; i++) {
        struct zero_fill_entry *entry = &zero_fill[i];
        if (atomic_load(&entry->end) == 0) {
            atomic_store(&entry->begin, (uintptr_t)map->base);
            atomic_store(&entry->protection, mmapio_posix_protection(map->protection));
            atomic_store(&entry->pages, 0);
            entry->taken = bits;
            atomic_store(&entry->end, (uintptr_t)(map->base + map->base_length));
            map->zero_fill = i + 1;
            return true;
        }
    }
    return false;
}

mmapio_status mmapio_os_zero_fill_begin(mmapio_map *map, mmapio_error *error)
{
    mmapio_status status = mmapio_os_guard_install(error);
    bool entered;
    void *bits;

    if (status != MMAPIO_OK) {
        return status;
    }
    bits = mmap(NULL, bits_length(map), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (bits == MAP_FAILED) {
        return mmapio_posix_fail(error, errno, CALL_MMAP);
    }
    (void)pthread_mutex_lock(&zero_fill_lock);
    entered = enter_table(map, bits);
    (void)pthread_mutex_unlock(&zero_fill_lock);
    if (!entered) {
        (void)munmap(bits, bits_length(map));
        return mmapio_fail(error, MMAPIO_LIMIT_REACHED);
    }
    return MMAPIO_OK;
}

void mmapio_os_zero_fill_end(mmapio_map *map)
{
    struct zero_fill_entry *entry = &zero_fill[map->zero_fill - 1];
    void *bits = entry->taken;

    (void)pthread_mutex_lock(&zero_fill_lock);
    atomic_store(&entry->end, 0);
    (void)pthread_mutex_unlock(&zero_fill_lock);
    (void)munmap(bits, bits_length(map));
    map->zero_fill = 0;
}

uint64_t mmapio_os_zero_fill_pages(const mmapio_map *map)
{
    return atomic_load(&zero_fill[map->zero_fill - 1].pages);
}

/* Memory that may be put over a page, and be what the page was when the map was made. */
static bool renew_page(const mmapio_map *map, uint64_t offset, uint64_t length)
{
    /* What is to grow is beyond the file's end as yet: there is nothing to read in. */
    int flags = mmapio_posix_map_flags(map->flags & ~(uint32_t)MMAPIO_MAP_POPULATE) | MAP_FIXED;

    flags |= map->reserve != 0 ? MAP_NORESERVE : 0;
    flags |= map->file == MMAPIO_NO_FILE ? MAP_ANONYMOUS : 0;
    return mmap(map->base + offset, (size_t)length, mmapio_posix_protection(map->protection), flags, (int)map->file,
                (off_t)(map->base_offset + offset)) != MAP_FAILED;
}

mmapio_status mmapio_posix_zero_fill_renew(const mmapio_map *map, uint64_t length, mmapio_error *error)
{
    _Atomic(uint64_t) *taken = zero_fill[map->zero_fill - 1].taken;
    uint64_t page_size = mmapio_os_page_size();
    uint64_t end = round_up(map->lead + length, page_size);
    uint64_t offset = round_up(map->lead + map->length, page_size);

    while (offset < end) {
        offset += mmapio_os_zero_fill_good(map, offset, end - offset);
        if (offset == end) {
            break;
        }
        if (!renew_page(map, offset, page_size)) {
            return mmapio_posix_fail(error, errno, CALL_MMAP);
        }
        atomic_fetch_and(&taken[offset / page_size / 64], ~(UINT64_C(1) << offset / page_size % 64));
    }
    return MMAPIO_OK;
}

uint64_t mmapio_os_zero_fill_good(const mmapio_map *map, uint64_t map_offset, uint64_t length)
{
    _Atomic(uint64_t) *taken = zero_fill[map->zero_fill - 1].taken;
    uint64_t page_size = mmapio_os_page_size();
    uint64_t last = (map_offset + length - 1) / page_size;
    uint64_t page = map_offset / page_size;

    while (page <= last) {
        uint64_t bits = atomic_load(&taken[page / 64]) >> page % 64;
        if ((bits & 1) != 0) {
            return page * page_size > map_offset ? page * page_size - map_offset : 0;
        }
        page = bits == 0 ? (page / 64 + 1) * 64 : page + 1;
    }
    return length;
}

uint64_t mmapio_os_zero_fill_total(void)
{
    return atomic_load(&zero_fill_total);
}
