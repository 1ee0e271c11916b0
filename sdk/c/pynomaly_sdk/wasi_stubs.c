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

int32_t WASI(environ_sizes_get)(int32_t count, int32_t bytes) {
  memset((void *)count, 0, 4);
  memset((void *)bytes, 0, 4);
  return SUCCESS;
}

int32_t WASI(environ_get)(int32_t list, int32_t bytes) {
  (void)list, (void)bytes;
  return SUCCESS;
}

int32_t WASI(fd_close)(int32_t descriptor) {
  (void)descriptor;
  return BAD_DESCRIPTOR;
}

int32_t WASI(fd_seek)(int32_t descriptor, int64_t offset, int32_t whence, int32_t to) {
  (void)descriptor, (void)offset, (void)whence, (void)to;
  return BAD_DESCRIPTOR;
}

int32_t WASI(fd_fdstat_get)(int32_t descriptor, int32_t to) {
  (void)descriptor, (void)to;
  return BAD_DESCRIPTOR;
}

int32_t WASI(fd_read)(int32_t descriptor, int32_t pieces, int32_t count, int32_t read) {
  (void)descriptor, (void)pieces, (void)count, (void)read;
  return BAD_DESCRIPTOR;
}
