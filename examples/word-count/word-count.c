// Counts lines, words and bytes of stdin, as a WASI command: plain C, its standard library, and a main.
#include <ctype.h>
#include <stdio.h>

int main(void) {
  static char buffer[65536];
  unsigned long lines = 0, words = 0, bytes = 0;
  int inside = 0;
  for (;;) {
    size_t got = fread(buffer, 1, sizeof buffer, stdin);
    if (got == 0) break;
    bytes += got;
    for (size_t at = 0; at < got; at++) {
      unsigned char letter = (unsigned char)buffer[at];
      if (letter == '\n') lines++;
      if (isspace(letter)) inside = 0;
      else if (!inside) { inside = 1; words++; }
    }
  }
  printf("%lu lines, %lu words, %lu bytes\n", lines, words, bytes);
  return ferror(stdin) ? 1 : 0;
}
