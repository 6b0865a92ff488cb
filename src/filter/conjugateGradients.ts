// Least squares by conjugate gradients (M. Hestenes, E. Stiefel, 1952, as CGLS): the x, of those that minimise |F x - b|², that is smallest, F and its
// adjoint being functions. Complex numbers are pairs of reals, as long as F is linear over the reals.
import { HelixError } from "../errors.js";
import { show } from "../ndarray.js";

export interface IterationOptions {
  /** Ends when |Fᴴ (F x - b)|, relative to its first value, is below it; default 1e-8. */
  tolerance?: number;
  /** Default 200. */
  maxIterations?: number;
  /** Told after each iteration how many there were, and |F x - b| relative to |b|. */
  onProgress?: (iterations: number, residual: number) => void;
  /** Stops the work at its next iteration; the call then throws code "aborted". */
  abort?: AbortSignal;
}

export interface Convergence {
  iterations: number;
  /** Whether the tolerance was met. */
  converged: boolean;
  /** |F x - b| / |b| after each iteration, never growing. */
  history: number[];
}

export interface LeastSquares {
  forward(x: Float64Array): Float64Array;
  adjoint(r: Float64Array): Float64Array;
  /** b. */
  right: Float64Array;
  /** How many numbers x has. */
  unknowns: number;
}

/** How long the event loop may be held, ms. */
const TURN = 40;

export async function conjugateGradients(
  { forward, adjoint, right, unknowns }: LeastSquares,
  options: IterationOptions = {},
): Promise<Convergence & { x: Float64Array }> {
  const { tolerance = 1e-8, maxIterations = 200, onProgress, abort } = options;
  checkIterations(tolerance, maxIterations);
  const x = new Float64Array(unknowns);
  const r = right.slice();
  let s = adjoint(r);
  let direction = s.slice();
  let gamma = square(s);
  const [first, scale] = [gamma, Math.sqrt(square(right))];
  const history: number[] = [];
  let turn = performance.now();
  const isDone = () => gamma <= tolerance ** 2 * first;
  while (!isDone() && history.length < maxIterations) {
    if (abort?.aborted)
      throw new HelixError("aborted", "the iteration was aborted by its signal; nothing was returned", {
        cause: abort.reason,
      });
    const q = forward(direction);
    const alpha = gamma / square(q);
    addScaled(x, direction, alpha);
    addScaled(r, q, -alpha);
    s = adjoint(r);
    const next = square(s);
    const beta = next / gamma;
    direction = direction.map((value, i) => (s[i] as number) + beta * value);
    gamma = next;
    history.push(Math.sqrt(square(r)) / scale);
    onProgress?.(history.length, history.at(-1) as number);
    if (performance.now() - turn < TURN) continue;
    await new Promise((resolve) => setTimeout(resolve));
    turn = performance.now();
  }
  return { x, iterations: history.length, converged: isDone(), history };
}

function checkIterations(tolerance: unknown, maxIterations: unknown): void {
  const valid =
    typeof tolerance === "number" && tolerance >= 0 && Number.isInteger(maxIterations) && Number(maxIterations) > 0;
  if (valid) return;
  throw new HelixError(
    "option",
    `tolerance must not be negative and maxIterations a whole number, at least 1; got ${show(tolerance)} and ${show(maxIterations)}`,
    { actual: [tolerance, maxIterations] },
  );
}

const square = (values: Float64Array): number => values.reduce((sum, value) => sum + value * value, 0);

/** x ← x + s y */
function addScaled(x: Float64Array, y: Float64Array, s: number): void {
  for (let i = 0; i < x.length; i++) x[i] = (x[i] as number) + s * (y[i] as number);
}
