// Every rival of npm.

import type { Workload } from "../../src/cli/workloads.js";
import type { Arrays, Competitor } from "../competitor.js";
import { fftJs } from "./fftjs.js";
import { onnx } from "./onnx.js";
import { openCv } from "./opencv.js";
import { pffft } from "./pffft.js";
import type { Rival } from "./rival.js";

const rivals: readonly Rival[] = [pffft, fftJs, onnx, openCv];

export async function rivalCompetitors(workload: Workload, arrays: Arrays): Promise<Competitor[]> {
  const competitors: Competitor[] = [];
  for (const rival of rivals) competitors.push(...(await rival.competitors(workload, arrays)));
  return competitors;
}
