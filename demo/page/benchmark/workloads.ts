// The workloads of the page, of those that all numbers in this project refer to.
import { type Workload, workloads } from "../../../src/cli/workloads.js";

export const shown: readonly Workload[] = workloads.filter(({ name }) => /^W[1-5]$/.test(name));
