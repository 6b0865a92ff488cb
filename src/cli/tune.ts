// helixconv tune: how fast this machine is, measured and remembered, as a table.
import { writeFile } from "node:fs/promises";
import { whereKept } from "../backends/platform/storage.js";
import { formatScaled, formatSeconds } from "../format.js";
import { type Calibration, calibrate } from "../index.js";
import { table } from "./table.js";

/** Measures everything anew; `out`: a file to which the calibration goes as JSON, for `useCalibration`. */
export async function tune(out: string | undefined, onProgress: (fraction: number) => void): Promise<string> {
  const calibration = await calibrate({ force: true, onProgress });
  if (out !== undefined) await writeFile(out, `${JSON.stringify(calibration, undefined, 2)}\n`);
  return tuneTable(calibration, whereKept());
}

const heading = ["backend", "precision", "kind of plan", "operations/s", "bytes/s", "a row", "a call", "a run"];

export function tuneTable({ key, gpu, rates }: Calibration, kept: string): string {
  const rows = Object.entries(rates).flatMap(([backend, precisions]) =>
    Object.entries(precisions).flatMap(([precision, found]) =>
      (["spectral", "strip", "tiles", "rows"] as const).map((kind) => {
        const { flops, bytes, row, call, run } = found[kind];
        return [
          backend,
          precision,
          kind,
          formatScaled(flops),
          formatScaled(bytes),
          ...[row, call, run].map(formatSeconds),
        ];
      }),
    ),
  );
  const handing = rates.wasm?.f32?.handing.task;
  const link = rates.webgpu?.f32?.link;
  return [
    key,
    "",
    table([heading, ...rows]),
    "",
    "spectral: transforms; direct sums: strip, along the helix; tiles, of a layer's channels; rows, row by row",
    ...(handing === undefined ? [] : [`a task that is another thread's costs ${formatSeconds(handing)} more`]),
    ...(link === undefined
      ? []
      : [
          `${gpu}: data goes there at ${formatScaled(link.upload)}B/s, and back at ${formatScaled(link.readback)}B/s, ${formatSeconds(link.latency)} more a call`,
        ]),
    `kept in ${kept}`,
    "",
  ].join("\n");
}
