// A star, four planets and gravity, integrated by leapfrog; the number of steps is the argument.
// It prints the energy of the system before and after, which the method should nearly conserve, and
// where the bodies are then.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#pragma STDC FP_CONTRACT OFF

enum { BODIES = 5, STEPS_MAX = 100000000 };

struct body {
  double x, y, z, vx, vy, vz, mass;
};

// Distances, masses and times in units in which the gravitational constant is one.
static const struct body START[BODIES] = {
    {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0},
    {1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.000003},
    {0.0, 1.5, 0.0, -0.8125, 0.0, 0.03125, 0.0000004},
    {-5.25, 0.0, 0.125, 0.0, -0.4375, 0.0, 0.00095},
    {0.0, -9.5, 0.25, 0.325, 0.0, 0.0, 0.000285},
};

static void kick(struct body *bodies, double dt) {
  for (int i = 0; i < BODIES; i++) {
    struct body *a = &bodies[i];
    for (int j = i + 1; j < BODIES; j++) {
      struct body *b = &bodies[j];
      double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
      double squared = dx * dx + dy * dy + dz * dz;
      double pull = dt / (squared * sqrt(squared));
      a->vx -= dx * b->mass * pull, a->vy -= dy * b->mass * pull, a->vz -= dz * b->mass * pull;
      b->vx += dx * a->mass * pull, b->vy += dy * a->mass * pull, b->vz += dz * a->mass * pull;
    }
  }
}

static void drift(struct body *bodies, double dt) {
  for (int i = 0; i < BODIES; i++) {
    struct body *a = &bodies[i];
    a->x += dt * a->vx, a->y += dt * a->vy, a->z += dt * a->vz;
  }
}

static double energy(const struct body *bodies) {
  double total = 0;
  for (int i = 0; i < BODIES; i++) {
    const struct body *a = &bodies[i];
    total += 0.5 * a->mass * (a->vx * a->vx + a->vy * a->vy + a->vz * a->vz);
    for (int j = i + 1; j < BODIES; j++) {
      const struct body *b = &bodies[j];
      double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
      total -= a->mass * b->mass / sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return total;
}

int main(int count, char **arguments) {
  char *end = NULL;
  long steps = count == 2 ? strtol(arguments[1], &end, 10) : -1;
  if (end == NULL || *end != '\0' || steps < 0 || steps > STEPS_MAX) {
    fprintf(stderr, "usage: nbody <steps, at most %d>\n", STEPS_MAX);
    return 2;
  }

  struct body bodies[BODIES];
  for (int i = 0; i < BODIES; i++) bodies[i] = START[i];
  const double dt = 0.015625;
  printf("%.15f\n", energy(bodies));
  for (long step = 0; step < steps; step++) {
    drift(bodies, dt / 2);
    kick(bodies, dt);
    drift(bodies, dt / 2);
  }
  printf("%.15f\n", energy(bodies));
  for (int i = 0; i < BODIES; i++) {
    printf("%.12f %.12f %.12f\n", bodies[i].x, bodies[i].y, bodies[i].z);
  }
  return 0;
}
