// Calls matmul natively: multiply(side, seed), its result as the bytes of a double.
#include <stdlib.h>
#include <unistd.h>

double multiply(unsigned side, unsigned seed);

int main(int count, char **arguments) {
  if (count != 3) return 2;
  double sum = multiply((unsigned)atoi(arguments[1]), (unsigned)atoi(arguments[2]));
  return write(1, &sum, sizeof sum) == sizeof sum ? 0 : 1;
}
