// An ONNX model of one Conv node, y = Conv(x, w), as protocol-buffer bytes. Field numbers are those of onnx.proto3:
//
//   ModelProto      1 ir_version, 7 graph, 8 opset_import        NodeProto       1 input, 2 output, 4 op_type, 5 attribute
//   GraphProto      1 node, 2 name, 11 input, 12 output          AttributeProto  1 name, 8 ints, 20 type (INTS = 7)
//   OperatorSetId   2 version                                    ValueInfoProto  1 name, 2 type
//   TypeProto       1 tensor_type: 1 elem_type (FLOAT = 1), 2 shape: 1 dim: 1 dim_value

/** `pads` are those before each axis, then those after each. */
export function convModel(
  x: readonly number[],
  w: readonly number[],
  y: readonly number[],
  pads: readonly number[],
): Uint8Array {
  const node = [
    text(1, "x"),
    text(1, "w"),
    text(2, "y"),
    text(4, "Conv"),
    message(5, text(1, "pads"), ...pads.map((pad) => integer(8, pad)), integer(20, 7)),
  ];
  const graph = [
    message(1, ...node),
    text(2, "convolution"),
    tensor(11, "x", x),
    tensor(11, "w", w),
    tensor(12, "y", y),
  ];
  return Uint8Array.from([...integer(1, 8), ...message(7, ...graph), ...message(8, integer(2, 17))]);
}

type Bytes = readonly number[];

function tensor(field: number, name: string, shape: readonly number[]): Bytes {
  const dimensions = shape.map((n) => message(1, integer(1, n)));
  return message(field, text(1, name), message(2, message(1, integer(1, 1), message(2, ...dimensions))));
}

const VARINT = 0;
const DELIMITED = 2;

const integer = (field: number, value: number): Bytes => [...varint(8 * field + VARINT), ...varint(value)];

const text = (field: number, value: string): Bytes => message(field, [...new TextEncoder().encode(value)]);

function message(field: number, ...parts: Bytes[]): Bytes {
  const body = parts.flat();
  return [...varint(8 * field + DELIMITED), ...varint(body.length), ...body];
}

function varint(value: number): Bytes {
  return value < 128 ? [value] : [128 + (value % 128), ...varint(Math.floor(value / 128))];
}
