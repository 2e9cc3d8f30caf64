/* Preloaded into the nightly run: counts its file-system calls under one folder and lets the chosen one go wrong.
 *
 * Nothing happens until shim_arm() is called (by ctypes, in the process that is to suffer). What a call can meet:
 *   KILL   the process is gone before the call
 *   TORN   half of a write reaches the file, then the process is gone; other calls: as KILL
 *   SHORT  a write takes half of its bytes and says so, once
 *   FAIL   the call fails with an error number, for so many calls
 *   POWER  as KILL, and every byte that was not synced is as it was before it was written
 * A file that was created and never synced becomes empty; names stay, as journalling file systems keep them.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { NONE, KILL, TORN, SHORT, FAIL, POWER };
enum { OPENED = 1, WRITTEN = 2, SYNCED = 4, RENAMED = 8, REMOVED = 16, MADE = 32, CUT = 64 };

static struct { char root[PATH_MAX]; int kind, error, calls, pid; long at, times, seen, clock; } plan;
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;

/* one file that was written to since it was last synced */
struct kept { off_t at; size_t size; char *bytes; struct kept *next; };
struct file { dev_t dev; ino_t ino; int handle; off_t size; struct kept *kept; struct file *next; };
static struct file *files;

#define NEXT(type, name, ...) static type (*real)(__VA_ARGS__); if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

void shim_arm(const char *root, int kind, long at, long times, int error, int calls) {
  snprintf(plan.root, sizeof plan.root, "%s", root);
  plan.kind = kind; plan.at = at; plan.times = times; plan.error = error; plan.calls = calls; plan.seen = 0; plan.pid = getpid();
}
long shim_seen(void) { return plan.seen; }
void shim_clock(long seconds) { plan.clock = seconds; }

static int mine(const char *path) { return plan.root[0] && path && !strncmp(path, plan.root, strlen(plan.root)); }

static const char *of_handle(int fd, char *into) {
  char link[48]; snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  long n = syscall(SYS_readlink, link, into, PATH_MAX - 1);
  if (n < 0) return 0;
  into[n] = 0; return into;
}
static const char *of_name(int folder, const char *name, char *into) {
  if (!name || name[0] == '/') return name;
  char base[PATH_MAX];
  if (folder == AT_FDCWD ? !getcwd(base, sizeof base) : !of_handle(folder, base)) return 0;
  snprintf(into, PATH_MAX, "%s/%s", base, name); return into;
}

static struct file *known(int fd, int make) {
  struct stat s;
  if (fstat(fd, &s) || !S_ISREG(s.st_mode)) return 0;
  for (struct file *f = files; f; f = f->next) if (f->dev == s.st_dev && f->ino == s.st_ino) return f;
  if (!make) return 0;
  struct file *f = calloc(1, sizeof *f); char link[48]; snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  f->dev = s.st_dev; f->ino = s.st_ino; f->size = s.st_size; f->handle = syscall(SYS_openat, AT_FDCWD, link, O_RDWR | O_CLOEXEC, 0);
  f->next = files; files = f; return f;
}
static void forget(struct file *f) { while (f->kept) { struct kept *k = f->kept; f->kept = k->next; free(k->bytes); free(k); } }
static void keep(int fd, off_t at, size_t size) {
  if (plan.kind != POWER) return;
  struct file *f = known(fd, 1);
  if (!f || at >= f->size) return;
  if ((off_t)(at + size) > f->size) size = f->size - at;
  struct kept *k = calloc(1, sizeof *k); k->at = at; k->bytes = malloc(size);
  long got = syscall(SYS_pread64, f->handle, k->bytes, size, at); k->size = got > 0 ? got : 0;
  k->next = f->kept; f->kept = k;
}
static void durable(int fd) {
  struct file *f = plan.kind == POWER ? known(fd, 0) : 0; struct stat s;
  if (f && !fstat(fd, &s)) { f->size = s.st_size; forget(f); }
}
void shim_lose(void) { /* the power is gone: what was not synced never was */
  for (struct file *f = files; f; f = f->next) {
    if (f->handle < 0) continue;
    struct stat s;
    if (!fstat(f->handle, &s) && s.st_size != f->size) syscall(SYS_ftruncate, f->handle, f->size);
    for (struct kept *k = f->kept; k; k = k->next) syscall(SYS_pwrite64, f->handle, k->bytes, k->size, k->at);
  }
}

static void die(void) { syscall(SYS_kill, getpid(), SIGKILL); for (;;) pause(); }

/* 0: go on; TORN, SHORT: the write knows what to do; negative: fail with that error */
static int met(int call, const char *path) {
  if (plan.kind == NONE || getpid() != plan.pid || !(plan.calls & call) || !mine(path)) return 0;
  pthread_mutex_lock(&guard);
  long n = ++plan.seen; int answer = 0;
  if (n == plan.at && plan.kind == KILL) die();
  if (n == plan.at && plan.kind == POWER) { shim_lose(); die(); }
  if (n == plan.at && plan.kind == TORN) { if (call != WRITTEN) die(); answer = TORN; }
  if (n == plan.at && plan.kind == SHORT && call == WRITTEN) answer = SHORT;
  if (plan.kind == FAIL && plan.at && n >= plan.at && n < plan.at + plan.times) answer = -plan.error;
  pthread_mutex_unlock(&guard);
  return answer;
}

ssize_t write(int fd, const void *bytes, size_t size) {
  NEXT(ssize_t, "write", int, const void *, size_t);
  char b[PATH_MAX]; if (plan.kind == NONE) return real(fd, bytes, size);
  int m = met(WRITTEN, of_handle(fd, b));
  if (m < 0) { errno = -m; return -1; }
  if (m == TORN) { real(fd, bytes, size / 2); die(); }
  if (m == SHORT && size > 1) size /= 2;
  if (plan.kind == POWER && mine(b)) {
    struct stat s; off_t at = (fcntl(fd, F_GETFL) & O_APPEND) && !fstat(fd, &s) ? s.st_size : lseek(fd, 0, SEEK_CUR);
    keep(fd, at, size);
  }
  return real(fd, bytes, size);
}
static ssize_t write_at(int fd, const void *bytes, size_t size, off_t at) {
  NEXT(ssize_t, "pwrite64", int, const void *, size_t, off_t);
  char b[PATH_MAX]; if (plan.kind == NONE) return real(fd, bytes, size, at);
  int m = met(WRITTEN, of_handle(fd, b));
  if (m < 0) { errno = -m; return -1; }
  if (m == TORN) { real(fd, bytes, size / 2, at); die(); }
  if (m == SHORT && size > 1) size /= 2;
  if (plan.kind == POWER && mine(b)) keep(fd, at, size);
  return real(fd, bytes, size, at);
}
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) { return write_at(fd, bytes, size, at); }
ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t at) { return write_at(fd, bytes, size, at); }

#define SYNC(name) int name(int fd) { NEXT(int, #name, int); char b[PATH_MAX]; \
  int m = met(SYNCED, of_handle(fd, b)); if (m < 0) { errno = -m; return -1; } \
  int r = real(fd); if (!r) durable(fd); return r; }
SYNC(fsync)
SYNC(fdatasync)

static int cut(int fd, off_t size) {
  NEXT(int, "ftruncate64", int, off_t);
  char b[PATH_MAX]; int m = met(CUT, of_handle(fd, b)); if (m < 0) { errno = -m; return -1; }
  struct stat s; if (plan.kind == POWER && mine(b) && !fstat(fd, &s) && size < s.st_size) keep(fd, size, s.st_size - size);
  return real(fd, size);
}
int ftruncate(int fd, off_t size) { return cut(fd, size); }
int ftruncate64(int fd, off_t size) { return cut(fd, size); }

static int opened(int folder, const char *name, int flags, mode_t mode) {
  NEXT(int, "openat64", int, const char *, int, ...);
  if (plan.kind == NONE || !(flags & (O_CREAT | O_TRUNC))) return real(folder, name, flags, mode);
  char b[PATH_MAX]; const char *path = of_name(folder, name, b);
  struct stat s; int there = path && !stat(path, &s);
  int m = met(OPENED, path); if (m < 0) { errno = -m; return -1; }
  if (there && (flags & O_TRUNC) && plan.kind == POWER && mine(path)) {
    int fd = real(folder, name, O_RDWR | O_CLOEXEC, 0); if (fd >= 0) { keep(fd, 0, s.st_size); close(fd); }
  }
  int fd = real(folder, name, flags, mode);
  if (fd >= 0 && !there && plan.kind == POWER && mine(path)) { struct file *f = known(fd, 1); if (f) f->size = 0; }
  return fd;
}
#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); }
int open(const char *name, int flags, ...) { MODE return opened(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE return opened(AT_FDCWD, name, flags, mode); }
int openat(int folder, const char *name, int flags, ...) { MODE return opened(folder, name, flags, mode); }
int openat64(int folder, const char *name, int flags, ...) { MODE return opened(folder, name, flags, mode); }

#define CHECK(call, path) { char b[PATH_MAX]; int m = met(call, path); if (m < 0) { errno = -m; return -1; } }
int rename(const char *a, const char *z) { NEXT(int, "rename", const char *, const char *); CHECK(RENAMED, of_name(AT_FDCWD, z, b)) return real(a, z); }
int renameat(int x, const char *a, int y, const char *z) { NEXT(int, "renameat", int, const char *, int, const char *); CHECK(RENAMED, of_name(y, z, b)) return real(x, a, y, z); }
int renameat2(int x, const char *a, int y, const char *z, unsigned f) { NEXT(int, "renameat2", int, const char *, int, const char *, unsigned); CHECK(RENAMED, of_name(y, z, b)) return real(x, a, y, z, f); }
int unlink(const char *a) { NEXT(int, "unlink", const char *); CHECK(REMOVED, of_name(AT_FDCWD, a, b)) return real(a); }
int unlinkat(int x, const char *a, int f) { NEXT(int, "unlinkat", int, const char *, int); CHECK(REMOVED, of_name(x, a, b)) return real(x, a, f); }
int rmdir(const char *a) { NEXT(int, "rmdir", const char *); CHECK(REMOVED, of_name(AT_FDCWD, a, b)) return real(a); }
int mkdir(const char *a, mode_t mode) { NEXT(int, "mkdir", const char *, mode_t); CHECK(MADE, of_name(AT_FDCWD, a, b)) return real(a, mode); }

int clock_gettime(clockid_t which, struct timespec *into) {
  NEXT(int, "clock_gettime", clockid_t, struct timespec *);
  int r = real(which, into); if (!r && which == CLOCK_REALTIME) into->tv_sec += plan.clock; return r;
}
