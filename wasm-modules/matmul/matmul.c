// Multiplies two square matrices of doubles and returns the sum of the product's entries. Without
// libc and without imports: a module that is called by the name of its function. Built natively,
// for comparison, it is that function alone.
#pragma STDC FP_CONTRACT OFF

typedef unsigned int u32;

enum { PAGE = 65536, SIDE_MAX = 2048 };

/** Numbers in [-1, 1) from a xorshift generator. */
static void fill(double *entries, u32 count, u32 seed) {
  u32 x = seed | 1;
  for (u32 i = 0; i < count; i++) {
    x ^= x << 13, x ^= x >> 17, x ^= x << 5;
    entries[i] = (double)(int)x / 2147483648.0;
  }
}

#ifdef __wasm__
#define EXPORT(name) __attribute__((export_name(name)))

// The linker puts this symbol after the stack and all static data; what follows is free.
extern unsigned char __heap_base;

/** The free memory from `__heap_base` on, grown to hold `bytes`. Every call gets the same. */
static double *reserve(u32 bytes) {
  u32 start = ((u32)&__heap_base + 7) & ~7u;
  u32 pages = (start + bytes + PAGE - 1) / PAGE;
  u32 present = __builtin_wasm_memory_size(0);
  if (pages > present && __builtin_wasm_memory_grow(0, pages - present) == (u32)-1) {
    __builtin_trap();
  }
  return (double *)start;
}
#else
#define EXPORT(name)

static double *reserve(u32 bytes) {
  static double store[3 * SIDE_MAX * SIDE_MAX];
  return bytes <= sizeof store ? store : 0;
}
#endif

EXPORT("multiply") double multiply(u32 side, u32 seed) {
  if (side > SIDE_MAX) __builtin_trap();
  u32 count = side * side;
  double *a = reserve(3 * count * sizeof(double)), *b = a + count, *c = b + count;
  fill(a, count, seed);
  fill(b, count, seed ^ 0x9e3779b9);
  for (u32 i = 0; i < count; i++) c[i] = 0;

  for (u32 i = 0; i < side; i++) {
    for (u32 k = 0; k < side; k++) {
      double factor = a[i * side + k];
      for (u32 j = 0; j < side; j++) c[i * side + j] += factor * b[k * side + j];
    }
  }

  double sum = 0;
  for (u32 i = 0; i < count; i++) sum += c[i];
  return sum;
}
