// Arrays that lie on a GPU from the start: to be measured with, without what it takes to bring them there.
import { type FloatArray, rowMajor, type View } from "../../ndarray.js";
import type { DeviceMemory } from "../backend.js";
import type { Gpu } from "./gpu.js";
import { GpuData } from "./gpuData.js";
import { STORAGE } from "./transfer.js";

export function memoryOf({ device, pool }: Gpu): DeviceMemory {
  const lease = pool.lease();
  return {
    array(numbers: Float32Array<ArrayBuffer>): View<FloatArray> {
      const buffer = lease.take(numbers.byteLength, STORAGE);
      device.queue.writeBuffer(buffer, 0, numbers);
      const shape = [numbers.length];
      const data = new GpuData(buffer, 0, numbers.length) as unknown as FloatArray;
      return { data, dtype: "float32", shape, stride: rowMajor(shape), offset: 0 };
    },
    finished: async () => {
      await device.queue.onSubmittedWorkDone();
    },
    dispose: () => lease.release(),
  };
}
