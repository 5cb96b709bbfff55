// Sorts pseudorandom numbers by a recursive quicksort, again and again.
#include <stdlib.h>
#include "answer.h"

enum { NUMBERS = 200000, FEW = 12 };

static unsigned numbers[NUMBERS];

static void insertion_sort(unsigned *from, int count) {
  for (int i = 1; i < count; i++) {
    unsigned moved = from[i];
    int at = i;
    for (; at > 0 && from[at - 1] > moved; at--) from[at] = from[at - 1];
    from[at] = moved;
  }
}

static void sort(unsigned *from, int count) {
  if (count <= FEW) {
    insertion_sort(from, count);
    return;
  }
  unsigned pivot = from[count / 2];
  int low = 0, high = count - 1;
  while (low <= high) {
    while (from[low] < pivot) low++;
    while (from[high] > pivot) high--;
    if (low > high) break;
    unsigned kept = from[low];
    from[low++] = from[high], from[high--] = kept;
  }
  sort(from, high + 1);
  sort(from + low, count - low);
}

int main(int count, char **arguments) {
  int rounds = count == 2 ? atoi(arguments[1]) : 0;
  unsigned x = 20260721, sum = 0;
  for (int round = 0; round < rounds; round++) {
    for (int i = 0; i < NUMBERS; i++) {
      x ^= x << 13, x ^= x >> 17, x ^= x << 5;
      numbers[i] = x;
    }
    sort(numbers, NUMBERS);
    for (int i = 0; i < NUMBERS; i += 1000) sum = sum * 31 + numbers[i];
  }
  return answer(sum);
}
