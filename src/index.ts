// The public API, and nothing else.
export { type BackendReport, backends } from "./api/backends.js";
export { type CalibrateOptions, calibrate, useCalibration } from "./api/calibrate.js";
export { convolve, convolveSync, correlate, correlateSync } from "./api/convolve.js";
export type { CandidateExplanation, Explanation } from "./api/explain.js";
export { explain } from "./api/explain.js";
export type { Fallback } from "./api/fallback.js";
export type { ConvolutionOptions, SharedOptions } from "./api/options.js";
export { type Prepared, prepare, type RunOptions } from "./api/prepare.js";
export type { OperandSpec, Operation } from "./api/reduce.js";
export type { BackendInfo, BackendName } from "./backends/backend.js";
export type { Calibration } from "./dispatch/calibration.js";
export type { GivenPlan } from "./dispatch/given.js";
export { type ErrorCode, type ErrorFields, HelixError } from "./errors.js";
export type { Dtype, FloatArray, NdArray } from "./ndarray.js";
export type { Method, Plan } from "./plan/plan.js";
export type { Mode } from "./problem/convolve.js";
