/*
 * WASI for a component that has none. libc calls these names; defined here they are no imports.
 * What is printed goes to the host's log; the clock stands still; there are no files.
 */

#include "pynomaly.h"

#include <string.h>

#define WASI(NAME) __imported_wasi_snapshot_preview1_##NAME

enum { SUCCESS = 0, BAD_DESCRIPTOR = 8, NOT_SUPPORTED = 58 };

/* Bytes of a line that is passed on whole; a longer one comes in pieces. */
#define LINE_MAX_BYTES 512

typedef struct {
  const uint8_t *bytes;
  uint32_t length;
} piece;

static char line[LINE_MAX_BYTES + 1];
static size_t line_length;

static void end_line(pyn_level level) {
  line[line_length] = '\0';
  pyn_log(level, line);
  line_length = 0;
}

int32_t WASI(fd_write)(int32_t descriptor, int32_t pieces, int32_t count, int32_t written) {
  const piece *from = (const piece *)pieces;
  pyn_level level = descriptor == 2 ? PYN_WARN : PYN_INFO;
  uint32_t total = 0;
  for (int32_t i = 0; i < count; i++) {
    for (uint32_t at = 0; at < from[i].length; at++) {
      char byte = (char)from[i].bytes[at];
      if (byte != '\n') line[line_length++] = byte;
      if (byte == '\n' || line_length == LINE_MAX_BYTES) end_line(level);
    }
    total += from[i].length;
  }
  memcpy((void *)written, &total, sizeof total);
  return SUCCESS;
}

_Noreturn void WASI(proc_exit)(int32_t code) {
  (void)code;
  pyn_log(PYN_ERROR, "the detector called exit");
  __builtin_trap();
}

int32_t WASI(clock_time_get)(int32_t clock, int64_t precision, int32_t to) {
  (void)clock, (void)precision;
  memset((void *)to, 0, 8);
  return SUCCESS;
}

int32_t WASI(random_get)(int32_t to, int32_t length) {
  /* All randomness comes from the seed of the call. */
  (void)to, (void)length;
  return NOT_SUPPORTED;
}

/* Two lists, of no entries. */
static int32_t nothing(int32_t count, int32_t bytes) {
  memset((void *)count, 0, 4);
  memset((void *)bytes, 0, 4);
  return SUCCESS;
}

int32_t WASI(args_sizes_get)(int32_t count, int32_t bytes) { return nothing(count, bytes); }
int32_t WASI(environ_sizes_get)(int32_t count, int32_t bytes) { return nothing(count, bytes); }

/* The others are refused: no descriptor is open but those that fd_write knows. */
#define REFUSE_AS(ERROR, NAME, ...) \
  int32_t WASI(NAME)(__VA_ARGS__) { return ERROR; }
#define REFUSE(NAME, ...) REFUSE_AS(BAD_DESCRIPTOR, NAME, __VA_ARGS__)

#pragma GCC diagnostic ignored "-Wunused-parameter"

REFUSE_AS(SUCCESS, args_get, int32_t a, int32_t b)
REFUSE_AS(SUCCESS, environ_get, int32_t a, int32_t b)
REFUSE_AS(SUCCESS, sched_yield, void)
REFUSE_AS(NOT_SUPPORTED, clock_res_get, int32_t a, int32_t b)
REFUSE_AS(NOT_SUPPORTED, poll_oneoff, int32_t a, int32_t b, int32_t c, int32_t d)
REFUSE_AS(NOT_SUPPORTED, proc_raise, int32_t a)
REFUSE(fd_advise, int32_t a, int64_t b, int64_t c, int32_t d)
REFUSE(fd_allocate, int32_t a, int64_t b, int64_t c)
REFUSE(fd_close, int32_t a)
REFUSE(fd_datasync, int32_t a)
REFUSE(fd_fdstat_get, int32_t a, int32_t b)
REFUSE(fd_fdstat_set_flags, int32_t a, int32_t b)
REFUSE(fd_fdstat_set_rights, int32_t a, int64_t b, int64_t c)
REFUSE(fd_filestat_get, int32_t a, int32_t b)
REFUSE(fd_filestat_set_size, int32_t a, int64_t b)
REFUSE(fd_filestat_set_times, int32_t a, int64_t b, int64_t c, int32_t d)
REFUSE(fd_pread, int32_t a, int32_t b, int32_t c, int64_t d, int32_t e)
REFUSE(fd_prestat_dir_name, int32_t a, int32_t b, int32_t c)
REFUSE(fd_prestat_get, int32_t a, int32_t b)
REFUSE(fd_pwrite, int32_t a, int32_t b, int32_t c, int64_t d, int32_t e)
REFUSE(fd_read, int32_t a, int32_t b, int32_t c, int32_t d)
REFUSE(fd_readdir, int32_t a, int32_t b, int32_t c, int64_t d, int32_t e)
REFUSE(fd_renumber, int32_t a, int32_t b)
REFUSE(fd_seek, int32_t a, int64_t b, int32_t c, int32_t d)
REFUSE(fd_sync, int32_t a)
REFUSE(fd_tell, int32_t a, int32_t b)
REFUSE(path_create_directory, int32_t a, int32_t b, int32_t c)
REFUSE(path_filestat_get, int32_t a, int32_t b, int32_t c, int32_t d, int32_t e)
REFUSE(path_filestat_set_times, int32_t a, int32_t b, int32_t c, int32_t d, int64_t e, int64_t f,
       int32_t g)
REFUSE(path_link, int32_t a, int32_t b, int32_t c, int32_t d, int32_t e, int32_t f, int32_t g)
REFUSE(path_open, int32_t a, int32_t b, int32_t c, int32_t d, int32_t e, int64_t f, int64_t g,
       int32_t h, int32_t i)
REFUSE(path_readlink, int32_t a, int32_t b, int32_t c, int32_t d, int32_t e, int32_t f)
REFUSE(path_remove_directory, int32_t a, int32_t b, int32_t c)
REFUSE(path_rename, int32_t a, int32_t b, int32_t c, int32_t d, int32_t e, int32_t f)
REFUSE(path_symlink, int32_t a, int32_t b, int32_t c, int32_t d, int32_t e)
REFUSE(path_unlink_file, int32_t a, int32_t b, int32_t c)
REFUSE(sock_accept, int32_t a, int32_t b, int32_t c)
REFUSE(sock_recv, int32_t a, int32_t b, int32_t c, int32_t d, int32_t e, int32_t f)
REFUSE(sock_send, int32_t a, int32_t b, int32_t c, int32_t d, int32_t e)
REFUSE(sock_shutdown, int32_t a, int32_t b)
