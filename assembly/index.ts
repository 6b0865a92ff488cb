// Entry points. Pointers in, pointers out; nothing here allocates: src/backends/wasm lays out the memory.
export { LANES } from "./complex";
export { directComplex, directReal, narrow, ROWS_AXIS, rows, TABLE, TILE } from "./direct";
export { convolve, forward, inverse } from "./fft";
export { AXIS, gather, TAP, unwind, wind } from "./helix";
export { applyStrips, COLUMN, divideStrips, FAR, GROUP, WEIGHTS } from "./recursion";
export { multiplyAccumulate, SUM } from "./spectrum";
export { OUTPUTS, pack, tiles } from "./tiles";

/** The first address that is free for data. */
export const HEAP: usize = __heap_base;

export function clear(address: usize, bytes: usize): void {
  memory.fill(address, 0, bytes);
}

/** memory[to + i] ← memory[from + i] for all i < bytes; they may overlap. */
export function move(to: usize, from: usize, bytes: usize): void {
  memory.copy(to, from, bytes);
}
