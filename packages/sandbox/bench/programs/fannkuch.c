// How many flips the worst permutation of n takes: integers, short loops, branches hard to predict.
#include <stdlib.h>
#include "answer.h"

enum { SIDE_MAX = 12 };

static int flips(const int *permutation, int n) {
  int stack[SIDE_MAX], count = 0;
  for (int i = 0; i < n; i++) stack[i] = permutation[i];
  for (int first = stack[0]; first != 0; first = stack[0], count++) {
    for (int low = 0, high = first; low < high; low++, high--) {
      int kept = stack[low];
      stack[low] = stack[high], stack[high] = kept;
    }
  }
  return count;
}

/** The next permutation, by rotating ever longer beginnings; 0 after the last. */
static int advance(int *permutation, int *counters, int n) {
  for (int i = 1; i < n; i++) {
    int first = permutation[0];
    for (int j = 0; j < i; j++) permutation[j] = permutation[j + 1];
    permutation[i] = first;
    if (++counters[i] <= i) return 1;
    counters[i] = 0;
  }
  return 0;
}

int main(int count, char **arguments) {
  int n = count == 2 ? atoi(arguments[1]) : 0;
  if (n < 1 || n > SIDE_MAX) return 2;
  int permutation[SIDE_MAX], counters[SIDE_MAX] = {0}, most = 0, sum = 0;
  for (int i = 0; i < n; i++) permutation[i] = i;
  int odd = 0;
  do {
    int found = flips(permutation, n);
    if (found > most) most = found;
    sum += odd ? -found : found;
    odd = !odd;
  } while (advance(permutation, counters, n));
  return answer((unsigned)sum * 100u + (unsigned)most);
}
