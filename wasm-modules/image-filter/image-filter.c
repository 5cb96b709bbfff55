// Reads a grey image (binary PGM) on stdin, filters it, writes it to stdout. The argument names the
// filter: blur (a 3x3 binomial kernel), edges (Sobel) or invert. Edge pixels are repeated outwards.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE_MAX = 16384, PIXELS_MAX = 16 * 1024 * 1024 };

struct image {
  int width, height;
  uint8_t *pixels;
};

typedef int (*filter)(const struct image *image, int x, int y);

static int pixel(const struct image *image, int x, int y) {
  if (x < 0) x = 0;
  if (y < 0) y = 0;
  if (x >= image->width) x = image->width - 1;
  if (y >= image->height) y = image->height - 1;
  return image->pixels[(size_t)y * (size_t)image->width + (size_t)x];
}

static int blurred(const struct image *image, int x, int y) {
  int sum = 0;
  for (int dy = -1; dy <= 1; dy++) {
    for (int dx = -1; dx <= 1; dx++) {
      sum += pixel(image, x + dx, y + dy) * (2 - abs(dx)) * (2 - abs(dy));
    }
  }
  return (sum + 8) / 16;
}

static int edge(const struct image *image, int x, int y) {
  int gx = 0, gy = 0;
  for (int d = -1; d <= 1; d++) {
    int weight = 2 - abs(d);
    gx += weight * (pixel(image, x + 1, y + d) - pixel(image, x - 1, y + d));
    gy += weight * (pixel(image, x + d, y + 1) - pixel(image, x + d, y - 1));
  }
  int strength = abs(gx) + abs(gy);
  return strength > 255 ? 255 : strength;
}

static int inverted(const struct image *image, int x, int y) {
  return 255 - pixel(image, x, y);
}

static filter named(const char *name) {
  if (strcmp(name, "blur") == 0) return blurred;
  if (strcmp(name, "edges") == 0) return edge;
  if (strcmp(name, "invert") == 0) return inverted;
  return NULL;
}

static void fail(const char *message) {
  fprintf(stderr, "image-filter: %s\n", message);
  exit(1);
}

/** The next number of the header; comments run from # to the end of the line. */
static int number(void) {
  int c = getchar();
  while (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '#') {
    if (c == '#') while (c != '\n' && c != EOF) c = getchar();
    c = getchar();
  }
  if (c < '0' || c > '9') fail("the header is not that of a binary PGM");
  int value = 0;
  for (; c >= '0' && c <= '9'; c = getchar()) {
    value = value * 10 + (c - '0');
    if (value > SIDE_MAX) fail("the image is too large");
  }
  return value; // and the one space after it is read
}

static struct image read_image(void) {
  if (getchar() != 'P' || getchar() != '5') fail("not a binary PGM (P5)");
  struct image image;
  image.width = number();
  image.height = number();
  if (number() != 255) fail("only images of 256 greys are read");
  size_t count = (size_t)image.width * (size_t)image.height;
  if (count == 0 || count > PIXELS_MAX) fail("the image is empty or too large");
  image.pixels = malloc(count);
  if (image.pixels == NULL) fail("no memory for the image");
  if (fread(image.pixels, 1, count, stdin) != count) fail("the image ends early");
  return image;
}

int main(int count, char **arguments) {
  filter apply = count == 2 ? named(arguments[1]) : NULL;
  if (apply == NULL) fail("usage: image-filter blur|edges|invert < in.pgm > out.pgm");

  struct image image = read_image();
  printf("P5\n%d %d\n255\n", image.width, image.height);
  for (int y = 0; y < image.height; y++) {
    for (int x = 0; x < image.width; x++) putchar(apply(&image, x, y));
  }
  return fflush(stdout) == 0 ? 0 : 1;
}
