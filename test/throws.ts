// Asserts that something fails with a HelixError of a code, a message and fields that a program can read.
import * as assert from "uvu/assert";
import { type ErrorCode, HelixError } from "../src/errors.js";

/** The fields of the error. */
export interface Thrown {
  expected?: unknown;
  actual?: unknown;
}

export async function throwsHelixError(work: () => unknown, code: ErrorCode, message: RegExp): Promise<Thrown> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof HelixError)) throw error;
    assert.is(error.code, code, error.message);
    assert.match(error.message, message);
    return { expected: error.expected, actual: error.actual };
  }
  return assert.unreachable(`nothing was thrown; expected ${code} ${message}`) as never;
}
