// SHA-256 (FIPS 180-4) of stdin, in hex. Plain C: it builds for the sandbox and natively alike.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 64, LENGTH_AT = 56 };

struct hash {
  uint32_t state[8];
  uint64_t length;
  uint8_t block[BLOCK];
  size_t filled;
};

// The first 32 bits of the fractions of the square roots of the first 8 primes (5.3.3) ...
static const uint32_t START[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

// ... and of the cube roots of the first 64 (4.2.2).
static const uint32_t ROUND[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t turn(uint32_t x, int by) {
  return x >> by | x << (32 - by);
}

static uint32_t load(const uint8_t *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void compress(uint32_t state[8], const uint8_t *block) {
  uint32_t w[64];
  for (int i = 0; i < 16; i++) w[i] = load(block + 4 * i);
  for (int i = 16; i < 64; i++) {
    uint32_t low = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3;
    uint32_t high = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + low + w[i - 7] + high;
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int i = 0; i < 64; i++) {
    uint32_t choice = (e & f) ^ (~e & g);
    uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
    uint32_t first = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + ROUND[i] + w[i];
    uint32_t second = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + majority;
    h = g, g = f, f = e, e = d + first;
    d = c, c = b, b = a, a = first + second;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

static void add(struct hash *hash, const uint8_t *bytes, size_t count) {
  hash->length += count;
  while (count > 0) {
    size_t room = BLOCK - hash->filled;
    size_t some = count < room ? count : room;
    memcpy(hash->block + hash->filled, bytes, some);
    hash->filled += some, bytes += some, count -= some;
    if (hash->filled == BLOCK) compress(hash->state, hash->block), hash->filled = 0;
  }
}

/** Pads with a one bit, zeros and the length in bits (5.1.1). */
static void finish(struct hash *hash) {
  uint64_t bits = hash->length * 8;
  uint8_t one = 0x80, zero = 0, length[8];
  for (int i = 0; i < 8; i++) length[i] = (uint8_t)(bits >> (56 - 8 * i));
  add(hash, &one, 1);
  while (hash->filled != LENGTH_AT) add(hash, &zero, 1);
  add(hash, length, sizeof length);
}

static void write_all(const char *text, size_t count) {
  while (count > 0) {
    ssize_t some = write(STDOUT_FILENO, text, count);
    if (some <= 0) exit(1);
    text += some, count -= (size_t)some;
  }
}

int main(void) {
  static uint8_t chunk[65536];
  struct hash hash = {.length = 0, .filled = 0};
  memcpy(hash.state, START, sizeof START);
  for (;;) {
    ssize_t count = read(STDIN_FILENO, chunk, sizeof chunk);
    if (count < 0) return 1;
    if (count == 0) break;
    add(&hash, chunk, (size_t)count);
  }
  finish(&hash);

  char line[65];
  for (int i = 0; i < 64; i++) {
    line[i] = "0123456789abcdef"[hash.state[i / 8] >> (28 - 4 * (i % 8)) & 15];
  }
  line[64] = '\n';
  write_all(line, sizeof line);
  return 0;
}
