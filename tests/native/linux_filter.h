/* linux_filter.h - making system calls of a child fail, by a seccomp filter that no later code can take off again. */
#ifndef MMAPIO_LINUX_FILTER_H
#define MMAPIO_LINUX_FILTER_H

#include "test.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

/* Lines of a filter. The low half of an argument comes first on the little-endian machines this runs on. */
#define FILTER_LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, field))
#define FILTER_SKIP_UNLESS(value, lines) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)(value), 0, lines)
#define FILTER_SKIP_BELOW(value, lines) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (unsigned)(value), 0, lines)
#define FILTER_FAIL(code) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)(code))
#define FILTER_ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static inline void filter_install(struct sock_filter *lines, size_t count)
{
    struct sock_fprog program = {(unsigned short)count, lines};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        SKIP("this process may not filter its own system calls");
    }
}

/* From now on the call fails with the code. */
static inline void filter_fail(long call, int code)
{
    struct sock_filter lines[] = {FILTER_LOAD(nr), FILTER_SKIP_UNLESS(call, 1), FILTER_FAIL(code), FILTER_ALLOW};

    filter_install(lines, sizeof lines / sizeof lines[0]);
}

#endif /* MMAPIO_LINUX_FILTER_H */
