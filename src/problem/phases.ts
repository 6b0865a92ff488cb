// Of a signal that a stride s walks over, sample i belongs to the phase i mod s. An axis with a single tap meets one phase,
//
//   out[t] = x[lo + s t] w[0]
//
// which is a view of x with stride s: nothing is computed and thrown away, by any plan. With more taps every phase is met; plans of tiles (plan/tiles.ts) then
// compute what is wanted and no more. Phases as channels, for the spectral plans, lost: on x (2,8,32,32,32) with a weight (16,8,3,3,3) and stride 2 they
// took 2 to 3 times as long as computing all and keeping every eighth number, as spectra are then multiplied for 8 times as many channels.
import type { Axis, Operand, Reduction } from "./problem.js";

/** The same operation on the phases that are met. */
export function onMetPhases(reduction: Reduction): Reduction {
  const { problem } = reduction;
  const phases = problem.axes.map(phaseOf);
  if (phases.every(({ every }) => every === 1)) return reduction;
  return {
    ...reduction,
    problem: { ...problem, axes: phases.map(({ axis }) => axis) },
    x: (view) => {
      const operand = reduction.x(view);
      const start = phases.reduce((sum, { first }, d) => sum + first * at(operand, d), 0);
      return {
        ...operand,
        batch: operand.batch.map((element) => element + start),
        stride: phases.map(({ every }, d) => every * at(operand, d)),
      };
    },
  };
}

/** An axis on every `every`-th sample of x, from `first` on. */
function phaseOf(axis: Axis): { axis: Axis; first: number; every: number } {
  const { x, w, u, lo, step } = axis;
  // The first output that meets a sample.
  const t = Math.max(0, Math.ceil(-lo / step));
  const first = lo + step * t;
  if (w > 1 || u > 1 || step === 1 || first >= x) return { axis, first: 0, every: 1 };
  return { axis: { ...axis, x: Math.floor((x - 1 - first) / step) + 1, lo: -t, step: 1 }, first, every: step };
}

const at = ({ stride }: Operand, d: number): number => stride[d] as number;
