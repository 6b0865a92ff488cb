// Filters on a helix, of any rank: helixconv/filter.
export { type ApplyOptions, apply, applyAdjoint, divide, divideAdjoint, type FilterOptions } from "./apply.js";
export type { Convergence, IterationOptions } from "./conjugateGradients.js";
export { type FillOptions, fillMissing } from "./fillMissing.js";
export { type HelixFilter, readFilter } from "./filter.js";
export { type KolmogoroffOptions, kolmogoroff } from "./kolmogoroff.js";
export { outputMask } from "./mask.js";
export { boxOffsets, type PredictionOptions, predictionError } from "./predictionError.js";
export { type Factorisation, type FactorOptions, type WilsonBurgOptions, wilsonBurg } from "./wilsonBurg.js";
