// What a rival is: something from npm that users reach for today.
import type { Arrays, Competitor } from "../competitor.js";
import type { Workload } from "../workloads.js";

export interface Rival {
  /** Its ways to compute a workload: none if it cannot, or is not installed. */
  competitors(workload: Workload, arrays: Arrays): Promise<Competitor[]>;
}
