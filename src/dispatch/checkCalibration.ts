// Whether a value that comes from a file, or from a caller, is a calibration that can be used.
import { CALIBRATION_VERSION, type Calibration, type Rates } from "./calibration.js";

const kinds = ["spectral", "strip", "tiles", "rows"] as const;

export function isCalibration(value: unknown): value is Calibration {
  if (!isRecord(value) || value.version !== CALIBRATION_VERSION || typeof value.key !== "string") return false;
  const { rates, gpu } = value;
  return (
    (gpu === undefined || typeof gpu === "string") &&
    isRecord(rates) &&
    Object.values(rates).every((byPrecision) => isRecord(byPrecision) && Object.values(byPrecision).every(areRates))
  );
}

function areRates(value: unknown): value is Rates {
  if (!isRecord(value)) return false;
  const { handing, link } = value;
  return (
    kinds.every((kind) => isRate(value[kind])) &&
    isRecord(handing) &&
    isPositive(handing.bytes) &&
    isPositive(handing.copy) &&
    isSeconds(handing.task) &&
    (link === undefined ||
      (isRecord(link) && isPositive(link.upload) && isPositive(link.readback) && isSeconds(link.latency)))
  );
}

const isRate = (value: unknown): boolean =>
  isRecord(value) &&
  isPositive(value.flops) &&
  isPositive(value.bytes) &&
  isSeconds(value.row) &&
  isSeconds(value.call) &&
  isSeconds(value.run);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isPositive = (value: unknown): value is number => typeof value === "number" && value > 0 && value < Infinity;
const isSeconds = (value: unknown): value is number => typeof value === "number" && value >= 0 && value < Infinity;
