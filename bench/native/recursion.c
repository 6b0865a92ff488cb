// Division by a sparse filter in a tight loop, y[t] = x[t] - sum_k a_k y[t - lag_k], float: recursion N TAPS LAGS.. WEIGHTS.. prints milliseconds, the
// least of three. The first samples, which lack some lags, have a loop of their own.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e3 * t.tv_sec + 1e-6 * t.tv_nsec;
}

static void divide(float *restrict y, const float *restrict x, long n, const long *restrict lag, const float *restrict a, int taps) {
  long head = 0;
  for (int k = 0; k < taps; k++) head = lag[k] > head ? lag[k] : head;
  head = head < n ? head : n;
  for (long t = 0; t < head; t++) {
    float sum = x[t];
    for (int k = 0; k < taps; k++) if (t >= lag[k]) sum -= a[k] * y[t - lag[k]];
    y[t] = sum;
  }
  for (long t = head; t < n; t++) {
    float sum = x[t];
    for (int k = 0; k < taps; k++) sum -= a[k] * y[t - lag[k]];
    y[t] = sum;
  }
}

int main(int count, char **args) {
  const long n = atol(args[1]);
  const int taps = atoi(args[2]);
  if (count != 3 + 2 * taps) return 1;
  long *lag = malloc(sizeof(long) * taps);
  float *a = malloc(sizeof(float) * taps), *x = malloc(sizeof(float) * n), *y = malloc(sizeof(float) * n);
  for (int k = 0; k < taps; k++) lag[k] = atol(args[3 + k]), a[k] = atof(args[3 + taps + k]);
  for (long t = 0; t < n; t++) x[t] = (t * 7919) % 2003 / 1000.0f - 1, y[t] = 0;
  double least = 1e99;
  for (int run = 0; run < 4; run++) {
    const double start = now();
    divide(y, x, n, lag, a, taps);
    const double time = now() - start;
    if (run > 0 && time < least) least = time;
  }
  printf("%g %g\n", least, y[n - 1]);
  return 0;
}
