// The public API, and nothing else.
export { type BackendReport, backends } from "./api/backends.js";
export { type CalibrateOptions, calibrate, type UseCalibrationOptions, useCalibration } from "./api/calibrate.js";
export {
  conv,
  convGradBias,
  convGradBiasSync,
  convGradInput,
  convGradInputSync,
  convGradWeight,
  convGradWeightSync,
  convSync,
  convTranspose,
  convTransposeSync,
} from "./api/conv.js";
export { ConvNd, type ConvNdOptions, type Gradients, type Parameter, type SavedConvNd } from "./api/convNd.js";
export { convolve, convolveSync, correlate, correlateSync } from "./api/convolve.js";
export type { CandidateExplanation, Explanation } from "./api/explain.js";
export { explain } from "./api/explain.js";
export type { Fallback } from "./api/fallback.js";
export type {
  ConvGradInputOptions,
  ConvGradWeightOptions,
  ConvOptions,
  ConvolutionOptions,
  ConvTransposeOptions,
  Operation,
  SharedOptions,
} from "./api/options.js";
export { type Prepared, prepare, prepareSync, type RunOptions } from "./api/prepare.js";
export type { OperandSpec } from "./api/reduce.js";
export { useWorker } from "./api/worker.js";
export type { BackendInfo, BackendName } from "./backends/backend.js";
export type { Calibration } from "./dispatch/calibration.js";
export type { GivenPlan } from "./dispatch/given.js";
export { type ErrorCode, type ErrorFields, HelixError } from "./errors.js";
export type { Dtype, FloatArray, NdArray, RealArray, View } from "./ndarray.js";
export type { Method, Plan } from "./plan/plan.js";
export type { BoundaryName, PaddingMode } from "./problem/boundary.js";
export type { Mode } from "./problem/convolve.js";
export type { LayerOptions, Padding, PerAxis } from "./problem/layerOptions.js";
