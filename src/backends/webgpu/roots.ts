// Twiddles from float64: WGSL's sin and cos may be off by 2^-11.

/** e^(-2πi n/length) for n < count, interleaved. */
export function roots(count: number, length: number): Float32Array<ArrayBuffer> {
  const table = new Float32Array(2 * count);
  for (let n = 0; n < count; n++) {
    const angle = (-2 * Math.PI * n) / length;
    table[2 * n] = Math.cos(angle);
    table[2 * n + 1] = Math.sin(angle);
  }
  return table;
}
