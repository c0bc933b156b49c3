/* Loaded before the C library: tears a write to a file whose name ends with .h5, as the kernel may when it is told to kill.
 *
 * A killed process leaves of a write what fits before a border of a page of memory, which is where the kernel looks whether it
 * shall go on. The write number TEAR_AT of those of at most 8 KiB, which are indices and lengths, that cross such a border is cut
 * there, and the process kills itself; it does so without one after MOST_WRITES writes. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { PAGE = 4096, LONGEST = 8192, MOST_WRITES = 4000 };

static int is_run_file(int fd) {
    char link[64] = "/proc/self/fd/", path[4096];
    int at = strlen(link), digits = 1;
    for (int rest = fd; rest >= 10; rest /= 10) digits++;
    for (int rest = fd, k = digits; k > 0; rest /= 10) link[at + --k] = '0' + rest % 10;
    link[at + digits] = 0;
    ssize_t length = readlink(link, path, sizeof path);
    return length > 3 && memcmp(path + length - 3, ".h5", 3) == 0;
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off_t from) {
    static long crossing, writes;
    if (is_run_file(fd)) {
        const char *at = getenv("TEAR_AT");
        size_t room = PAGE - from % PAGE;
        if (room < n && n <= LONGEST && ++crossing == (at ? atol(at) : 0)) {
            syscall(SYS_pwrite64, fd, bytes, room, from);
            kill(getpid(), SIGKILL);
        }
        if (++writes == MOST_WRITES) kill(getpid(), SIGKILL);
    }
    return syscall(SYS_pwrite64, fd, bytes, n, from);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t from) { return pwrite64(fd, bytes, n, from); }
