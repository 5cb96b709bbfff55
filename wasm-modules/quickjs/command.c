// Turns the QuickJS engine of the npm package `quickjs-wasi`, which is a library that a JavaScript
// host drives through exports and six imports, into a WASI command: {"script", "input"} on stdin,
// the result as JSON on stdout, the console on stderr. wasm-merge joins the two modules, and each
// becomes the other's host.
//
// They share one memory. The engine puts its stack first, in [0, 1 MiB), growing downwards; this
// file is linked to live at the bottom of it, in [1 KiB, 20 KiB), and `STACK_MAX` keeps scripts
// far above that.
#include <stddef.h>
#include <stdint.h>

#include "bootstrap.h"

#define ENGINE(name) __attribute__((import_module("engine"), import_name(#name)))
#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name)))
#define EXPORT(name) __attribute__((export_name(#name)))

enum { STDIN = 0, STDOUT = 1, STDERR = 2 };
enum { DONE = 0, SCRIPT_FAILED = 1, NEVER_SETTLED = 3, BROKEN = 4 };
enum { PENDING = 0, FULFILLED = 1 };
enum { STACK_MAX = 512 * 1024, CHUNK = 65536 };

// The engine hands out values by reference; each reference is freed by whoever got it.
typedef struct value *value;

ENGINE(_initialize) void engine_start(void);
ENGINE(wasm_malloc) void *allocate(size_t bytes);
ENGINE(wasm_free) void release(void *bytes);
ENGINE(qjs_init) int engine_init(void);
ENGINE(qjs_set_max_stack_size) void set_stack_max(size_t bytes);
ENGINE(qjs_eval) value evaluate(const char *code, size_t length, const char *file, int flags);
ENGINE(qjs_call) value call(value function, value self, int count, value *arguments);
ENGINE(qjs_new_host_function) value new_host_function(const char *name, size_t length, int arity);
ENGINE(qjs_new_string) value new_string(const char *text, size_t length);
ENGINE(qjs_new_number) value new_number(double number);
ENGINE(qjs_get_undefined) value undefined(void);
ENGINE(qjs_get_string_len) const char *string_of(value value, size_t *length);
ENGINE(qjs_free_cstring) void release_string(const char *text);
ENGINE(qjs_get_prop_string) value property(value object, const char *name);
ENGINE(qjs_is_exception) int is_exception(value value);
ENGINE(qjs_is_error) int is_error(value value);
ENGINE(qjs_is_string) int is_string(value value);
ENGINE(qjs_get_exception) value take_exception(void);
ENGINE(qjs_is_job_pending) int is_job_pending(void);
ENGINE(qjs_execute_pending_job) int execute_pending_job(void);
ENGINE(qjs_promise_state) int promise_state(value promise);
ENGINE(qjs_promise_result) value promise_result(value promise);

struct iovec {
  const void *at;
  size_t length;
};

WASI(fd_read) int fd_read(int fd, const struct iovec *vectors, size_t count, size_t *done);
WASI(fd_write) int fd_write(int fd, const struct iovec *vectors, size_t count, size_t *done);
WASI(random_get) int random_get(void *to, size_t length);
WASI(proc_exit) _Noreturn void proc_exit(int code);

static void write_all(int fd, const char *text, size_t length) {
  while (length > 0) {
    struct iovec vector = {text, length};
    size_t done = 0;
    if (fd_write(fd, &vector, 1, &done) != 0) proc_exit(BROKEN);
    text += done, length -= done;
  }
}

static void write_value(int fd, value value) {
  size_t length = 0;
  const char *text = string_of(value, &length);
  if (text == NULL) { // its toString throws
    static const char message[] = "(a value that cannot be shown)";
    write_all(fd, message, sizeof message - 1);
    return;
  }
  write_all(fd, text, length);
  release_string(text);
}

/** Everything on stdin, and a zero after it. */
static char *read_all(size_t *length) {
  size_t room = CHUNK, filled = 0;
  char *text = allocate(room + 1);
  for (;;) {
    if (text == NULL) proc_exit(BROKEN);
    struct iovec vector = {text + filled, room - filled};
    size_t done = 0;
    if (fd_read(STDIN, &vector, 1, &done) != 0) proc_exit(BROKEN);
    if (done == 0) break;
    filled += done;
    if (filled < room) continue;
    char *wider = allocate(2 * room + 1);
    if (wider != NULL) __builtin_memcpy(wider, text, filled);
    release(text);
    text = wider, room *= 2;
  }
  text[filled] = 0;
  *length = filled;
  return text;
}

/** Writes what was thrown, with the stack where it is an error, and ends. */
static _Noreturn void fail(value thrown) {
  write_value(STDERR, thrown);
  write_all(STDERR, "\n", 1);
  value stack = is_error(thrown) ? property(thrown, "stack") : undefined();
  if (is_string(stack)) write_value(STDERR, stack);
  proc_exit(SCRIPT_FAILED);
}

static value checked(value value) {
  if (is_exception(value)) fail(take_exception());
  return value;
}

static value run(const char *document, size_t length) {
  uint32_t seed[4];
  if (random_get(seed, sizeof seed) != 0) proc_exit(BROKEN);
  value arguments[6] = {new_string(document, length), new_host_function("write", 5, 1)};
  for (int i = 0; i < 4; i++) arguments[2 + i] = new_number(seed[i]);
  value function = checked(evaluate(BOOTSTRAP, sizeof BOOTSTRAP - 1, "<bootstrap>", 0));
  return checked(call(function, undefined(), 6, arguments));
}

EXPORT(_start) void start(void) {
  engine_start();
  if (engine_init() != 0) proc_exit(BROKEN);
  set_stack_max(STACK_MAX);

  size_t length = 0;
  char *document = read_all(&length);
  value promise = run(document, length);
  release(document);
  while (is_job_pending()) {
    if (execute_pending_job() < 0) fail(take_exception());
  }

  if (promise_state(promise) == PENDING) {
    static const char message[] = "the script waits for something that never happens\n";
    write_all(STDERR, message, sizeof message - 1);
    proc_exit(NEVER_SETTLED);
  }
  value result = promise_result(promise);
  if (promise_state(promise) != FULFILLED) fail(result);
  write_value(STDOUT, result);
}

// What the engine imports. It calls the one host function there is, `write`, and asks for the
// offset of local time, which is UTC; the rest is for handlers that nobody has set.

EXPORT(host_call) value host_call(const char *name, size_t size, value self, int count, value *all) {
  (void)name, (void)size, (void)self;
  if (count > 0) write_value(STDERR, all[0]);
  return undefined();
}

EXPORT(host_get_timezone_offset) int host_get_timezone_offset(int high, int low) {
  (void)high, (void)low;
  return 0;
}

EXPORT(host_interrupt) int host_interrupt(void) {
  return 0;
}

EXPORT(host_promise_rejection) void host_promise_rejection(value promise, value why, int handled) {
  (void)promise, (void)why, (void)handled;
}

EXPORT(host_module_normalize) char *host_module_normalize(const char *base, const char *name) {
  (void)base, (void)name;
  return NULL;
}

EXPORT(host_module_load) char *host_module_load(const char *name, size_t *length) {
  (void)name, (void)length;
  return NULL;
}
