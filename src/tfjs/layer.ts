// convNd as a layer of TensorFlow.js, to be trained and saved like its own.
import { serialization, type Tensor } from "@tensorflow/tfjs-core";
import { initializers, layers, type Shape } from "@tensorflow/tfjs-layers";
import type { LayerOptions } from "../index.js";
import type { DataFormat } from "./layout.js";
import { convNd, outputShape } from "./op.js";

export interface ConvNdLayerConfig extends LayerOptions {
  /** Output channels. */
  filters: number;
  /** Taps along each spatial axis; as many axes as the layer has. */
  kernelShape: readonly number[];
  /** Default "channelsLast". */
  dataFormat?: DataFormat;
  /** Default true. */
  useBias?: boolean;
  /** Of the initial numbers; random if left out. */
  seed?: number;
  name?: string;
  /** Without the batch: of a model's first layer. */
  inputShape?: readonly number[];
  trainable?: boolean;
}

/** Kernel and bias start uniform between ±1 / sqrt(k), k = C / groups · taps, as PyTorch's do. */
export class ConvNdLayer extends layers.Layer {
  static readonly className = "HelixConvNd";
  private readonly config: ConvNdLayerConfig;
  private kernel: ReturnType<layers.Layer["addWeight"]> | undefined;
  private bias: ReturnType<layers.Layer["addWeight"]> | undefined;

  constructor(config: ConvNdLayerConfig) {
    super(config as object);
    this.config = config;
  }

  override build(inputShape: Shape | Shape[]): void {
    const { filters, kernelShape, useBias = true, seed } = this.config;
    const shape = this.filterShape(single(inputShape));
    const limit = 1 / Math.sqrt(shape.slice(0, kernelShape.length + 1).reduce((n, m) => n * m, 1));
    const initializer = (offset: number) =>
      initializers.randomUniform({ minval: -limit, maxval: limit, ...(seed !== undefined && { seed: seed + offset }) });
    this.kernel = this.addWeight("kernel", shape, "float32", initializer(0));
    if (useBias) this.bias = this.addWeight("bias", [filters], "float32", initializer(1));
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const shape = single(inputShape);
    const known = shape.map((n) => n ?? 1);
    const found = outputShape(known, this.filterShape(shape), this.layerOptions(), this.format());
    return [shape[0] ?? null, ...found.slice(1)];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = Array.isArray(inputs) ? (inputs[0] as Tensor) : inputs;
    if (!this.kernel) throw new Error("build comes before call");
    return convNd(x, this.kernel.read(), {
      ...this.layerOptions(),
      dataFormat: this.format(),
      ...(this.bias && { bias: this.bias.read() }),
    });
  }

  override getConfig(): serialization.ConfigDict {
    const { kernelShape, ...config } = this.config;
    return { ...super.getConfig(), ...(config as object), kernelShape: [...kernelShape] } as serialization.ConfigDict;
  }

  private format(): DataFormat {
    return this.config.dataFormat ?? "channelsLast";
  }

  private filterShape(inputShape: Shape): number[] {
    const { filters, kernelShape, groups = 1 } = this.config;
    const channels = inputShape[this.format() === "channelsLast" ? inputShape.length - 1 : 1] ?? 1;
    return [...kernelShape, channels / groups, filters];
  }

  private layerOptions(): LayerOptions {
    const { stride, padding, dilation, groups, paddingMode } = this.config;
    return { stride, padding, dilation, groups, paddingMode };
  }
}

serialization.registerClass(ConvNdLayer);

/**
 * A layer for `tf.sequential` and `tf.model`: conv3d for any number of spatial axes.
 *
 * @example
 * const model = tf.sequential();
 * model.add(convNdLayer({ filters: 8, kernelShape: [3, 3, 3, 3], padding: "same", inputShape: [8, 8, 8, 8, 1] }));
 * model.add(tf.layers.reLU());
 */
export const convNdLayer = (config: ConvNdLayerConfig): ConvNdLayer => new ConvNdLayer(config);

const single = (shape: Shape | Shape[]): Shape => (Array.isArray(shape[0]) ? (shape[0] as Shape) : (shape as Shape));
