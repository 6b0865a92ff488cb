// What a rival is: something from npm that users reach for today.

import type { Workload } from "../../src/cli/workloads.js";
import type { Arrays, Competitor } from "../competitor.js";

export interface Rival {
  /** Its ways to compute a workload: none if it cannot, or is not installed. */
  competitors(workload: Workload, arrays: Arrays): Promise<Competitor[]>;
}
