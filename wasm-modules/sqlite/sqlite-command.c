// Runs the SQL on stdin against a database in memory and prints the rows it answers with, the
// columns of each parted by `|`. SQLite is built without its own operating system layer; here is
// the little it still asks for: a clock, and no files.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sqlite3.h"

enum { CHUNK = 65536 };

// Milliseconds between the start of the Julian calendar's day count and 1970.
static const sqlite3_int64 EPOCH_MS = 210866760000000;

static int no_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out) {
  (void)vfs, (void)name, (void)flags, (void)out;
  file->pMethods = NULL;
  return SQLITE_CANTOPEN;
}

static int no_delete(sqlite3_vfs *vfs, const char *name, int sync) {
  (void)vfs, (void)name, (void)sync;
  return SQLITE_OK;
}

static int no_access(sqlite3_vfs *vfs, const char *name, int flags, int *found) {
  (void)vfs, (void)name, (void)flags;
  *found = 0;
  return SQLITE_OK;
}

static int same_name(sqlite3_vfs *vfs, const char *name, int room, char *out) {
  (void)vfs;
  if (strlen(name) >= (size_t)room) return SQLITE_CANTOPEN;
  strcpy(out, name);
  return SQLITE_OK;
}

static int random_bytes(sqlite3_vfs *vfs, int count, char *out) {
  (void)vfs;
  if (count > 256) count = 256; // the most that getentropy gives
  return getentropy(out, (size_t)count) == 0 ? count : 0;
}

static int no_sleep(sqlite3_vfs *vfs, int microseconds) {
  (void)vfs;
  return microseconds;
}

static int time_ms(sqlite3_vfs *vfs, sqlite3_int64 *out) {
  (void)vfs;
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return SQLITE_ERROR;
  *out = EPOCH_MS + (sqlite3_int64)now.tv_sec * 1000 + now.tv_nsec / 1000000;
  return SQLITE_OK;
}

static int time_days(sqlite3_vfs *vfs, double *out) {
  sqlite3_int64 ms;
  int code = time_ms(vfs, &ms);
  if (code == SQLITE_OK) *out = (double)ms / 86400000.0;
  return code;
}

int sqlite3_os_init(void) {
  static sqlite3_vfs vfs = {
      .iVersion = 2,
      .szOsFile = sizeof(sqlite3_file),
      .mxPathname = 64,
      .zName = "no-files",
      .xOpen = no_file,
      .xDelete = no_delete,
      .xAccess = no_access,
      .xFullPathname = same_name,
      .xRandomness = random_bytes,
      .xSleep = no_sleep,
      .xCurrentTime = time_days,
      .xCurrentTimeInt64 = time_ms,
  };
  return sqlite3_vfs_register(&vfs, 1);
}

int sqlite3_os_end(void) {
  return SQLITE_OK;
}

static char *read_all(void) {
  size_t room = CHUNK, filled = 0;
  char *text = malloc(room + 1);
  while (text != NULL) {
    size_t some = fread(text + filled, 1, room - filled, stdin);
    filled += some;
    if (some == 0) break;
    if (filled == room) text = realloc(text, 2 * room + 1), room *= 2;
  }
  if (text != NULL) text[filled] = '\0';
  return text;
}

static int print_row(void *context, int columns, char **values, char **names) {
  (void)context, (void)names;
  for (int i = 0; i < columns; i++) {
    if (i > 0) putchar('|');
    fputs(values[i] == NULL ? "NULL" : values[i], stdout);
  }
  putchar('\n');
  return 0;
}

int main(void) {
  char *sql = read_all();
  sqlite3 *database = NULL;
  char *message = NULL;
  int code = sql == NULL ? SQLITE_NOMEM : sqlite3_open(":memory:", &database);
  if (code == SQLITE_OK) code = sqlite3_exec(database, sql, print_row, NULL, &message);
  fflush(stdout);
  if (code == SQLITE_OK) return 0;
  fprintf(stderr, "sqlite: %s\n", message == NULL ? sqlite3_errstr(code) : message);
  return 1;
}
