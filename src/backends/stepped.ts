// Executables that compute on the calling thread, step by step: one description of the work serves run, which lets other tasks
// in between, stops on abort and reports progress, and runSync, which does not yield.
import { HelixError } from "../errors.js";
import type { Operand } from "../problem/problem.js";
import type { Control, Executable, Outcome, Output } from "./backend.js";

/** Yields the fraction that is done after each step. */
export type Steps = Generator<number, Outcome, void>;

/** How long the event loop may be held, ms. */
const TURN = 40;

export abstract class Stepped implements Executable {
  abstract steps(signal: Operand, out: Output): Steps;
  abstract setKernel(kernel: Operand): void;
  abstract dispose(): void;

  async run(signal: Operand, out: Output, control: Control): Promise<Outcome> {
    const steps = this.steps(signal, out);
    let turn = performance.now();
    try {
      for (;;) {
        const step = advance(steps, control);
        if (step.done) return step.value;
        if (performance.now() - turn > TURN) {
          await new Promise((resolve) => setTimeout(resolve));
          turn = performance.now();
        }
      }
    } finally {
      // What an abort leaves in the middle must give back what it holds.
      steps.return("refused");
    }
  }

  runSync(signal: Operand, out: Output, control: Control): Outcome {
    const steps = this.steps(signal, out);
    try {
      for (;;) {
        const step = advance(steps, control);
        if (step.done) return step.value;
      }
    } finally {
      steps.return("refused");
    }
  }
}

function advance(steps: Steps, { abort, onProgress }: Control): IteratorResult<number, Outcome> {
  if (abort?.aborted) throw aborted(abort);
  const step = steps.next();
  if (onProgress) onProgress(step.done ? 1 : step.value);
  return step;
}

export function aborted(signal: AbortSignal): HelixError {
  return new HelixError("aborted", "the convolution was aborted by its signal; nothing was returned", {
    cause: signal.reason,
  });
}
