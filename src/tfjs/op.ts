// convNd as an op of TensorFlow.js, with a registered gradient. tfjs calls ops synchronously, so helixconv computes on the CPU, whichever
// tfjs backend holds the tensors; it must be one that can be read synchronously: "cpu" and "wasm" can.
import {
  engine,
  getBackend,
  getGradient,
  getKernel,
  type KernelBackend,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  registerGradient,
  registerKernel,
  type Tensor,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import {
  convGradBiasSync,
  convGradInputSync,
  convGradWeightSync,
  convSync,
  HelixError,
  type LayerOptions,
} from "../index.js";
import { reduceConv } from "../problem/conv.js";
import type { ArraySpec } from "../problem/convolve.js";
import { channelsFirst, type DataFormat, shapeIn, weightView } from "./layout.js";

export interface ConvNdOpOptions extends LayerOptions {
  /** One number for each output channel, shape (O). */
  bias?: Tensor;
  /** Whether channels come last, as is usual in TensorFlow, or after the batch; default "channelsLast". */
  dataFormat?: DataFormat;
}

/** What a kernel is told besides its tensors. */
interface Settings {
  options: LayerOptions;
  format: DataFormat;
  /** Of a gradient, the shape of what it belongs to. */
  shape: number[];
}

/**
 * conv3d for any number of spatial axes: x (N, d1, …, dn, C), or (N, C, d1, …, dn) with `dataFormat` "channelsFirst", and a filter
 * (k1, …, kn, C/groups, O), TensorFlow's. The other options are those of helixconv's `conv`. float32. It can be differentiated once.
 *
 * @throws HelixError, as `conv` does
 * @example
 * const y = convNd(tf.randomNormal([2, 8, 8, 8, 8, 3]), tf.randomNormal([3, 3, 3, 3, 3, 16]), { padding: "same" });
 */
export function convNd(x: Tensor, filter: Tensor, options: ConvNdOpOptions = {}): Tensor {
  const { bias, dataFormat = "channelsLast", ...layer } = options;
  if (dataFormat !== "channelsLast" && dataFormat !== "channelsFirst")
    throw new HelixError("option", `dataFormat must be "channelsLast" or "channelsFirst"; got "${dataFormat}"`, {
      actual: dataFormat,
    });
  return run("HelixConvNd", bias ? { x, filter, bias } : { x, filter }, {
    options: layer,
    format: dataFormat,
    shape: [],
  });
}

/** The shape of `convNd`'s result. */
export function outputShape(
  x: readonly number[],
  filter: readonly number[],
  options: LayerOptions,
  format: DataFormat,
): number[] {
  const spec = (view: { shape: readonly number[] }): ArraySpec => ({ shape: view.shape, dtype: "float32" });
  const none = new Float32Array();
  const { outShape } = reduceConv(spec(channelsFirst(none, x, format)), spec(weightView(none, filter)), options);
  return shapeIn(format, outShape);
}

type Kernel = (tensor: (name: string) => Loaded, settings: Settings) => Loaded;

/** A tensor's numbers. */
interface Loaded {
  data: Float32Array;
  shape: number[];
}

const kernels: Record<string, Kernel> = {
  HelixConvNd(tensor, { options, format }) {
    const [x, filter] = [tensor("x"), tensor("filter")];
    const bias = tensor("bias");
    const y = zeros(outputShape(x.shape, filter.shape, options, format));
    convSync(channelsFirst(x.data, x.shape, format), weightView(filter.data, filter.shape), {
      ...options,
      ...(bias.data.length > 0 && { bias }),
      out: channelsFirst(y.data, y.shape, format),
    });
    return y;
  },
  HelixConvNdGradInput(tensor, { options, format, shape }) {
    const [dy, filter, dx] = [tensor("dy"), tensor("filter"), zeros(shape)];
    const out = channelsFirst(dx.data, shape, format);
    convGradInputSync(channelsFirst(dy.data, dy.shape, format), weightView(filter.data, filter.shape), {
      ...options,
      inputShape: out.shape,
      out,
    });
    return dx;
  },
  HelixConvNdGradFilter(tensor, { options, format, shape }) {
    const [dy, x, filter] = [tensor("dy"), tensor("x"), zeros(shape)];
    const out = weightView(filter.data, shape);
    convGradWeightSync(channelsFirst(dy.data, dy.shape, format), channelsFirst(x.data, x.shape, format), {
      ...options,
      kernelShape: out.shape,
      out,
    });
    return filter;
  },
  HelixConvNdGradBias(tensor, { format }) {
    const dy = tensor("dy");
    const { data, shape } = convGradBiasSync(channelsFirst(dy.data, dy.shape, format));
    return { data: data as Float32Array, shape: [...shape] };
  },
};

const zeros = (shape: number[]): Loaded => ({ data: new Float32Array(shape.reduce((n, m) => n * m, 1)), shape });

function run(name: string, inputs: Record<string, Tensor>, settings: Settings): Tensor {
  register(name, getBackend());
  return engine().runKernel(name, inputs, settings as unknown as NamedAttrMap) as Tensor;
}

/** Registers a kernel for a backend of tfjs when it is first called there. */
function register(name: string, backendName: string): void {
  if (!getGradient(name) && name === "HelixConvNd")
    registerGradient({ kernelName: name, inputsToSave: ["x", "filter"], gradFunc: gradient });
  if (getKernel(name, backendName)) return;
  registerKernel({
    kernelName: name,
    backendName,
    kernelFunc: ({ inputs, backend, attrs }) => {
      const found = (kernels[name] as Kernel)(
        (input) => load(inputs, input, backend as KernelBackend),
        attrs as unknown as Settings,
      );
      const dataId = (backend as KernelBackend).write(found.data, found.shape, "float32");
      return { dataId, shape: found.shape, dtype: "float32" };
    },
  });
}

/** Empty if there is no such tensor. */
function load(inputs: NamedTensorInfoMap, name: string, backend: KernelBackend): Loaded {
  const info: TensorInfo | undefined = inputs[name];
  if (!info) return { data: new Float32Array(), shape: [] };
  const values = backend.readSync(info.dataId);
  return {
    data: values instanceof Float32Array ? values : Float32Array.from(values as ArrayLike<number>),
    shape: info.shape,
  };
}

function gradient(dy: Tensor | Tensor[], saved: Tensor[], attrs: NamedAttrMap) {
  const [x, filter] = saved as [Tensor, Tensor];
  const settings = attrs as unknown as Settings;
  const grad = dy as Tensor;
  const of = (name: string, inputs: Record<string, Tensor>, shape: number[]) => () =>
    run(name, inputs, { ...settings, shape });
  return {
    x: of("HelixConvNdGradInput", { dy: grad, filter }, x.shape),
    filter: of("HelixConvNdGradFilter", { dy: grad, x }, filter.shape),
    // Asked for only where there is a bias.
    bias: of("HelixConvNdGradBias", { dy: grad }, []),
  };
}
