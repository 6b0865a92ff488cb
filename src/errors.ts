// Every error that this library throws on purpose. A message states the rule, then the values, then the remedy.

export type ErrorCode =
  | "shape"
  | "dtype"
  | "option"
  | "backend-unavailable"
  | "device-lost"
  | "out-of-memory"
  | "aborted"
  | "format"
  | "store";

/** The fields that a program may read; `expected` is the rule and `actual` the value that broke it. */
export interface ErrorFields {
  expected?: unknown;
  actual?: unknown;
  cause?: unknown;
}

/**
 * An error with a `code` for programs and a sentence for people.
 *
 * @example
 * try { await convolve(signal, kernel) } catch (error) {
 *   if (error instanceof HelixError && error.code === "shape") console.error(error.expected, error.actual);
 * }
 */
export class HelixError extends Error {
  override readonly name = "HelixError";
  readonly expected?: unknown;
  readonly actual?: unknown;

  constructor(
    readonly code: ErrorCode,
    message: string,
    { expected, actual, cause }: ErrorFields = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    if (expected !== undefined) this.expected = expected;
    if (actual !== undefined) this.actual = actual;
  }
}

/** How a shape is written in a message: (25, 25, 41, 51). */
export function formatShape(shape: readonly number[]): string {
  return `(${shape.join(", ")})`;
}
