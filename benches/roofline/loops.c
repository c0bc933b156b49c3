/* The bare loops of a simulation, as fast as a compiler makes them: no clock, no queue, no instants. `benches/roofline.rs`
 * compiles and runs this, and puts what the product takes for the same beside it. Prints a name and nanoseconds per
 * element, the least of several rounds. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { NEURONS = 6250, ROW = 625, ROWS = 2000, BATCH = 512, DENSE = 1200, ROUNDS = 15 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static uint64_t x = 88172645463325252ULL;
static uint64_t draw(void) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x * 2685821657736338717ULL;
}

static double u[NEURONS + 8];
static uint16_t targets[ROWS][ROW];
static float weights[ROWS][ROW];
static float matrix[DENSE][DENSE];
static unsigned candidates;

static int ascending(const void *a, const void *b) {
    return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

__attribute__((noinline)) static void row_untested(const uint16_t *row, double amount) {
    for (int k = 0; k < ROW; k++) u[row[k]] += amount;
}

__attribute__((noinline)) static void row_tested(const uint16_t *row, double amount, double threshold) {
    for (int k = 0; k + 4 <= ROW; k += 4) {
        double highest = -INFINITY;
        for (int i = 0; i < 4; i++) {
            double sum = u[row[k + i]] + amount;
            u[row[k + i]] = sum;
            highest = sum > highest ? sum : highest;
        }
        if (highest >= threshold) candidates++;
    }
}

__attribute__((noinline)) static void row_weighted(const uint16_t *row, const float *w, double scale, double threshold) {
    for (int k = 0; k < ROW; k++) {
        double sum = u[row[k]] + (double)w[k] * scale;
        u[row[k]] = sum;
        if (sum >= threshold) candidates++;
    }
}

__attribute__((noinline)) static int row_dense(double *restrict v, const float *restrict w, double scale, double threshold) {
    int any = 0;
    for (int j = 0; j < DENSE; j++) {
        v[j] += (double)w[j] * scale;
        any |= v[j] >= threshold;
    }
    return any;
}

/* Numbers side by side, as many as a vector holds. */
#ifdef __AVX512F__
enum { WIDE = 8 };
#else
enum { WIDE = 4 };
#endif
typedef uint64_t words __attribute__((vector_size(8 * WIDE), aligned(8)));
typedef int64_t ints __attribute__((vector_size(8 * WIDE), aligned(8)));
typedef double reals __attribute__((vector_size(8 * WIDE), aligned(8)));

static words state[4];
static int64_t bits[BATCH];
static uint16_t entities[BATCH];
static double growth[BATCH];

static inline __attribute__((always_inline)) words next(words *s) {
    words sum = s[0] + s[3], t = s[1] << 17, word = ((sum << 23) | (sum >> 41)) + s[0];
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 45) | (s[3] >> 19);
    return word;
}

/* A batch of the superposed process: random bits, exponential gaps, their sums, whose event it is, what it has grown to. */
__attribute__((noinline)) static void noise(double mean, double rate) {
    words s[4] = {state[0], state[1], state[2], state[3]};
    for (int i = 0; i < BATCH; i += WIDE) {
        reals uniform = 2.0 - (reals)((next(s) >> 12) | 0x3FF0000000000000ULL);
        words shifted = (words)uniform - 0x3FE6A09E667F3BCDULL;
        reals m = (reals)((shifted & 0x000FFFFFFFFFFFFFULL) + 0x3FE6A09E667F3BCDULL);
        reals e = (reals)(((shifted + (1024ULL << 52)) >> 52) | 0x4330000000000000ULL);
        reals k = e - (4503599627370496.0 + 1024.0), z = (m - 1.0) / (m + 1.0), y = z * z;
        reals p = ((((2.0 / 13 * y + 2.0 / 11) * y + 2.0 / 9) * y + 2.0 / 7) * y + 2.0 / 5) * y + 2.0 / 3;
        reals gap = -(k * 0.6931471805599453 + (z * 2.0 + z * y * p)) * mean + 6755399441055744.0;
        *(ints *)&bits[i] = (ints)gap - 0x4338000000000000LL;
    }
    int64_t sum = 0;
    for (int i = 0; i < BATCH; i++) bits[i] = sum += bits[i];
    for (int i = 0; i < BATCH; i += WIDE) {
        words picked = ((next(s) >> 32) * NEURONS) >> 32;
        for (int k = 0; k < WIDE; k++) entities[i + k] = (uint16_t)picked[k];
        words offset = (words) * (ints *)&bits[i] | 0x4330000000000000ULL;
        reals r = ((reals)offset - 4503599627370496.0) * rate;
        *(reals *)&growth[i] = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6 + r * (1.0 / 24 + r / 120.0))));
    }
    for (int i = 0; i < 4; i++) state[i] = s[i];
}

__attribute__((noinline)) static void events(double amount, double threshold) {
    for (int k = 0; k < BATCH; k++) {
        double sum = u[entities[k]] + growth[k] * amount;
        u[entities[k]] = sum;
        if (sum >= growth[k] * threshold) candidates++;
    }
}

#define BEST(name, elements, body)                                  \
    do {                                                            \
        double best = INFINITY;                                     \
        for (int round = 0; round < ROUNDS; round++) {              \
            double start = now();                                   \
            body;                                                   \
            double took = (now() - start) / (double)(elements);     \
            best = took < best ? took : best;                       \
        }                                                           \
        printf("%s %.4f\n", name, best);                            \
    } while (0)

int main(void) {
    for (int r = 0; r < ROWS; r++) {
        for (int k = 0; k < ROW; k++) {
            targets[r][k] = (uint16_t)(((draw() >> 32) * NEURONS) >> 32);
            weights[r][k] = 1e-6f;
        }
        qsort(targets[r], ROW, sizeof **targets, ascending);
    }
    for (int k = 0; k < 4 * WIDE; k++) ((uint64_t *)state)[k] = draw();
    for (int k = 0; k < DENSE * DENSE; k++) (&matrix[0][0])[k] = 1e-6f;
    BEST("row_untested", ROWS * ROW, for (int r = 0; r < ROWS; r++) row_untested(targets[r], 1e-6));
    BEST("row_tested", ROWS * ROW, for (int r = 0; r < ROWS; r++) row_tested(targets[r], 1e-6, 1e9));
    BEST("row_weighted", ROWS * ROW, for (int r = 0; r < ROWS; r++) row_weighted(targets[r], weights[r], 1.0, 1e9));
    BEST("noise", 400 * BATCH, for (int r = 0; r < 400; r++) noise(8e3, 1e-10));
    BEST("noise_delivered", 400 * BATCH, for (int r = 0; r < 400; r++) { noise(8e3, 1e-10); events(1e-6, 1e9); });
    int any = 0;
    BEST("row_dense", DENSE * DENSE, for (int r = 0; r < DENSE; r++) any |= row_dense(u, matrix[r], 1.0, 1e9));
    return (int)(candidates & 1) + any > 1;
}
