// Filters in one dimension give what scipy.signal.lfilter gives: lfilter.json holds the cases, which make_lfilter.py computed.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { apply, divide, type HelixFilter, readFilter } from "../../src/filter/index.js";
import { difference } from "../filter/random.js";
import golden from "./lfilter.json";

interface GoldenCase {
  name: string;
  shape: number[];
  dtype: string;
  data: number[];
  filter: HelixFilter;
  applied: number[];
  divided: number[];
}

const test = suite("golden cases from scipy.signal.lfilter");

for (const { name, shape, dtype, data, filter, applied, divided } of golden.cases as GoldenCase[])
  for (const backend of ["js", "wasm"] as const)
    test(`agrees with lfilter on ${backend}: ${name}`, () => {
      const x = { data: Float64Array.from(data), shape, dtype };
      const read = readFilter(filter);
      for (const [operator, expected] of [
        [apply, applied],
        [divide, divided],
      ] as const) {
        const y = operator(read, x, { backend });
        assert.is(y.dtype, dtype);
        assert.ok(difference(y, { data: expected }) < 1e-13, `${operator.name}: ${difference(y, { data: expected })}`);
        const single = operator(
          read,
          { ...x, data: Float32Array.from(data), dtype: dtype === "float64" ? "float32" : "complex64" },
          { backend },
        );
        // A recursion amplifies its rounding by its gain: some hundred for order 8.
        const error = difference(single, { data: expected });
        assert.ok(error < 5e-5, `${operator.name} float32: ${error}`);
      }
    });

test.run();
