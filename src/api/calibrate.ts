// calibrate and useCalibration: how fast this machine is, measured, taken out and brought in.
import { CALIBRATION_VERSION, type Calibration } from "../dispatch/calibration.js";
import { isCalibration } from "../dispatch/checkCalibration.js";
import { adopt, adoptGiven, currentCalibration, keep, lookUp, machineKey } from "../dispatch/known.js";
import { measureNow } from "../dispatch/measure.js";
import { HelixError } from "../errors.js";
import { show } from "../ndarray.js";

export interface CalibrateOptions {
  /** Measures even if this machine has been measured before. */
  force?: boolean;
  /** Told which fraction is done. */
  onProgress?: (fraction: number) => void;
}

/**
 * How fast this machine is, by which plans are chosen: what is in use or remembered, or else measured, in some seconds. What is measured
 * is remembered for later processes, where that is possible: a file in the user's cache folder (XDG_CACHE_HOME or ~/.cache), or local storage.
 *
 * Nobody need call this: once a call takes long enough to be worth it, the same is measured in idle time. HELIXCONV_CALIBRATION=off in
 * the environment prevents that, and keeps to the default rates. The value is JSON, for `useCalibration`.
 *
 * @throws HelixError "option"
 * @example
 * const calibration = await calibrate({ force: true });
 * calibration.rates.wasm?.f32?.spectral.flops; // 3.1e10
 */
export async function calibrate({ force = false, onProgress }: CalibrateOptions = {}): Promise<Calibration> {
  if (!force && lookUp()) {
    const calibration = currentCalibration();
    if (calibration) return calibration;
  }
  const calibration = await measureNow(onProgress);
  adopt(calibration);
  keep(calibration);
  return calibration;
}

export interface UseCalibrationOptions {
  /**
   * Whether what calls take refines the rates, within bounds, so that a wrong prediction is not made for ever; default false. Calls may take
   * another plan then, and differ in their last bits, whenever something is learnt, and what is learnt is remembered as what is measured is.
   * Calls with a `plan`, and what is prepared, teach nothing.
   */
  learn?: boolean;
}

/**
 * Makes plans be chosen by a calibration that `calibrate` gave, here or in another process, or by the default rates; in this process, until
 * it is called again. Nothing is measured unasked from then on.
 *
 * @throws HelixError "option" for what is no calibration, or another machine's
 * @example
 * useCalibration(JSON.parse(await readFile("calibration.json", "utf8")));
 * useCalibration(await calibrate(), { learn: true });
 */
export function useCalibration(
  calibration: Calibration | "default",
  { learn = false }: UseCalibrationOptions = {},
): void {
  if (calibration !== "default") {
    if (!isCalibration(calibration))
      throw new HelixError(
        "option",
        `a calibration must be what calibrate() gives, of version ${CALIBRATION_VERSION}, or "default"; got ${show(calibration)}; measure it again`,
        { actual: calibration },
      );
    if (calibration.key !== machineKey())
      throw new HelixError(
        "option",
        `a calibration holds for the machine, engine and version that it was measured with; this is "${machineKey()}", and it is for "${calibration.key}"; measure it again`,
        { expected: machineKey(), actual: calibration.key },
      );
  }
  adoptGiven(calibration === "default" ? undefined : calibration, learn);
}
