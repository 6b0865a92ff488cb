// FFTW beside helixconv, one thread, plans by MEASURE: real transforms there and back, and convolutions on the tight helix.
// Speaks the protocol of native/child.ts. Compiled by native/programs.ts, with -DSINGLE for float. The argument is a file that keeps what
// was measured: planning 2^22 takes a minute.
//
//   open ID transform LENGTH
//   open ID helix f32|f64 m,m,… n,n,… SIGNAL_FILE KERNEL_FILE        as rivals/winding.ts
#include <fftw3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef SINGLE
typedef float Real;
#define FFTW(name) fftwf_##name
#else
typedef double Real;
#define FFTW(name) fftw_##name
#endif

enum { MAX_RANK = 8, MAX_ENTRIES = 64, LINE = 4096 };

typedef FFTW(complex) Complex;
typedef FFTW(plan) Plan;

typedef struct {
  long count;         // rows of the array
  long length;        // of a row
  long *starts;       // where each begins on the helix
  Real *array;
} Rows;

typedef struct {
  char id[64];
  long length;
  Plan forward, backward;
  Real *x;            // length reals, and its spectrum
  Complex *spectrum;
  bool convolves;
  long first;
  Real *w;            // the kernel on the helix, and its spectrum
  Complex *kernel;
  Real *y;
  Rows signal, taps;
  Real *out;
} Entry;

static Entry entries[MAX_ENTRIES];
static int entry_count = 0;

static void *allocate(size_t bytes) {
  void *memory = FFTW(malloc)(bytes);
  if (!memory) {
    printf("error out of memory\n");
    exit(1);
  }
  memset(memory, 0, bytes);
  return memory;
}

static void make_plans(Entry *entry) {
  const long n = entry->length;
  entry->x = allocate(n * sizeof(Real));
  entry->y = allocate(n * sizeof(Real));
  entry->spectrum = allocate((n / 2 + 1) * sizeof(Complex));
  entry->forward = FFTW(plan_dft_r2c_1d)((int)n, entry->x, entry->spectrum, FFTW_MEASURE);
  entry->backward = FFTW(plan_dft_c2r_1d)((int)n, entry->spectrum, entry->y, FFTW_MEASURE);
  memset(entry->x, 0, n * sizeof(Real));
  memset(entry->spectrum, 0, (n / 2 + 1) * sizeof(Complex));
}

static int parse_shape(char *text, long shape[MAX_RANK]) {
  int rank = 0;
  for (char *rest = text; *rest && rank < MAX_RANK; rest += *rest == ',') shape[rank++] = strtol(rest, &rest, 10);
  return rank;
}

static Rows make_rows(int rank, const long shape[], const long stride[], const char *file) {
  Rows rows = {.count = 1, .length = shape[rank - 1]};
  for (int d = 0; d < rank - 1; d++) rows.count *= shape[d];
  rows.starts = allocate(rows.count * sizeof(long));
  for (long row = 0; row < rows.count; row++)
    for (long d = rank - 2, rest = row; d >= 0; rest /= shape[d], d--) rows.starts[row] += rest % shape[d] * stride[d];
  rows.array = allocate(rows.count * rows.length * sizeof(Real));
  FILE *stream = fopen(file, "rb");
  const size_t wanted = rows.count * rows.length;
  if (!stream || fread(rows.array, sizeof(Real), wanted, stream) != wanted) {
    printf("error cannot read %s\n", file);
    exit(1);
  }
  fclose(stream);
  return rows;
}

// The least 2^a 3^b 5^c 7^d, a >= 4, that is enough.
static long fast_length(long least) {
  for (long n = (least + 15) / 16 * 16;; n += 16) {
    long rest = n;
    for (int p = 2; p <= 7; p++)
      while (rest % p == 0) rest /= p;
    if (rest == 1) return n;
  }
}

static void open_helix(Entry *entry, char *signal, char *kernel, const char *signal_file, const char *kernel_file) {
  long m[MAX_RANK], n[MAX_RANK], stride[MAX_RANK];
  const int rank = parse_shape(signal, m);
  parse_shape(kernel, n);
  long last = 0, rest = 0, s = 1;
  for (int d = rank - 1; d >= 0; d--) {
    const long lo = (n[d] - 1) / 2, hi = lo + m[d] - 1, other = m[d] + n[d] - 2 - lo;
    stride[d] = s;
    entry->first += lo * s;
    last += hi * s;
    rest += other * s;
    s *= 1 + (hi > other ? hi : other);
  }
  entry->convolves = true;
  entry->length = fast_length(1 + (last > rest ? last : rest));
  make_plans(entry);
  entry->w = allocate(entry->length * sizeof(Real));
  entry->kernel = allocate((entry->length / 2 + 1) * sizeof(Complex));
  entry->signal = make_rows(rank, m, stride, signal_file);
  entry->taps = make_rows(rank, n, stride, kernel_file);
  entry->out = allocate(entry->signal.count * entry->signal.length * sizeof(Real));
}

static void wind(const Rows *rows, Real *helix) {
  for (long row = 0; row < rows->count; row++)
    memcpy(helix + rows->starts[row], rows->array + row * rows->length, rows->length * sizeof(Real));
}

static void convolve(Entry *entry) {
  const Real scale = (Real)1 / entry->length;
  wind(&entry->signal, entry->x);
  wind(&entry->taps, entry->w);
  FFTW(execute_dft_r2c)(entry->forward, entry->x, entry->spectrum);
  FFTW(execute_dft_r2c)(entry->forward, entry->w, entry->kernel);
  const Real *restrict w = (const Real *)entry->kernel;
  Real *restrict x = (Real *)entry->spectrum;
  for (long k = 0; k <= entry->length; k += 2) {
    const Real re = x[k] * w[k] - x[k + 1] * w[k + 1];
    x[k + 1] = x[k] * w[k + 1] + x[k + 1] * w[k];
    x[k] = re;
  }
  FFTW(execute_dft_c2r)(entry->backward, entry->spectrum, entry->y);
  const Rows *rows = &entry->signal;
  for (long row = 0; row < rows->count; row++) {
    const Real *from = entry->y + entry->first + rows->starts[row];
    Real *to = entry->out + row * rows->length;
    for (long i = 0; i < rows->length; i++) to[i] = from[i] * scale;
  }
}

static void run_once(Entry *entry) {
  if (entry->convolves) {
    convolve(entry);
    return;
  }
  FFTW(execute)(entry->forward);
  FFTW(execute)(entry->backward);
}

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec * 1e-6;
}

static Entry *find(const char *id) {
  for (int i = 0; i < entry_count; i++)
    if (strcmp(entries[i].id, id) == 0) return &entries[i];
  printf("error no entry %s\n", id);
  exit(1);
}

static void answer(char *words[], int count) {
  if (count >= 4 && strcmp(words[0], "open") == 0 && entry_count < MAX_ENTRIES) {
    Entry *entry = &entries[entry_count++];
    snprintf(entry->id, sizeof entry->id, "%s", words[1]);
    if (strcmp(words[2], "helix") == 0 && count == 8) {
      open_helix(entry, words[4], words[5], words[6], words[7]);
    } else {
      entry->length = atol(words[3]);
      make_plans(entry);
      for (long i = 0; i < entry->length; i++) entry->x[i] = 2 * (Real)rand() / (Real)RAND_MAX - 1;
    }
    printf("ok\n");
  } else if (count == 3 && strcmp(words[0], "run") == 0) {
    Entry *entry = find(words[1]);
    const long calls = atol(words[2]);
    const double start = milliseconds();
    for (long call = 0; call < calls; call++) run_once(entry);
    printf("%.9f\n", milliseconds() - start);
  } else if (count == 3 && strcmp(words[0], "write") == 0 && find(words[1])->convolves) {
    Entry *entry = find(words[1]);
    FILE *stream = fopen(words[2], "wb");
    const size_t size = entry->signal.count * entry->signal.length;
    const bool written = stream && fwrite(entry->out, sizeof(Real), size, stream) == size;
    if (stream) fclose(stream);
    printf(written ? "ok\n" : "error cannot write\n");
  } else {
    printf("error not understood\n");
  }
}

int main(int argument_count, char *arguments[]) {
  char line[LINE];
  const char *wisdom = argument_count > 1 ? arguments[1] : NULL;
  if (wisdom) FFTW(import_wisdom_from_filename)(wisdom);
  while (fgets(line, sizeof line, stdin)) {
    char *words[8];
    int count = 0;
    for (char *word = strtok(line, " \n"); word && count < 8; word = strtok(NULL, " \n")) words[count++] = word;
    answer(words, count);
    fflush(stdout);
    if (wisdom && count > 0 && strcmp(words[0], "open") == 0) FFTW(export_wisdom_to_filename)(wisdom);
  }
}
