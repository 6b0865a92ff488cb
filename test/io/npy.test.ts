// .npy files: NumPy's own (npy.json, made by make_npy.py), round trips, and files that are damaged or hostile.
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { convolveSync, HelixError } from "../../src/index.js";
import { decodeNpy, encodeNpy, type NpyOptions } from "../../src/io/npy.js";
import type { NdArray, RealArray, View } from "../../src/ndarray.js";
import { throwsHelixError } from "../throws.js";
import { classes } from "../views.js";
import golden from "./npy.json" with { type: "json" };

const test = suite("npy");

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
const isComplex = (dtype: string | undefined) => dtype?.startsWith("complex") ?? false;

/** The elements in row-major order, a complex one as two numbers. */
function elementsOf({ data, dtype, shape, stride = [], offset = 0 }: NdArray): number[] {
  const parts = isComplex(dtype) ? 2 : 1;
  let places = [offset];
  shape.forEach((n, d) => {
    places = places.flatMap((place) => Array.from({ length: n }, (_, i) => place + i * (stride[d] ?? Number.NaN)));
  });
  return places.flatMap((place) =>
    Array.from({ length: parts }, (_, part) => data[parts * place + part] ?? Number.NaN),
  );
}

/** Unlike ===, tells 0 from -0 and finds NaN equal to NaN. */
function sameNumbers(actual: readonly number[], expected: readonly number[], label: string) {
  assert.is(actual.length, expected.length, label);
  const different = expected.findIndex((value, i) => !Object.is(value, actual[i]));
  assert.is(different, -1, `${label}: element ${different} is ${actual[different]}, not ${expected[different]}`);
}

/** A file with any header. */
function fileOf(dict: string, data: ArrayLike<number> = [], { version = 1, length = dict.length } = {}): Uint8Array {
  const field = Array.from({ length: version === 1 ? 2 : 4 }, (_, i) => Math.floor(length / 256 ** i) % 256);
  const text = Array.from(dict, (letter) => letter.charCodeAt(0));
  return Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, ...field, ...text, ...Array.from(data)]);
}

const headerOf = (descr: string, shape: string, order = "False") =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;

// --- NumPy's files

const dtypes: Record<string, string> = {
  i1: "int8",
  u1: "uint8",
  i2: "int16",
  u2: "uint16",
  i4: "int32",
  u4: "uint32",
  f2: "float32",
  f4: "float32",
  f8: "float64",
  c8: "complex64",
  c16: "complex128",
};

for (const { name, descr, shape, values, file } of golden.read)
  test(`it reads NumPy's file ${name}`, () => {
    const array = decodeNpy(bytesOf(file));
    assert.is(array.dtype, dtypes[descr.slice(1)]);
    assert.equal(array.shape, shape);
    sameNumbers(elementsOf(array), values.map(Number), name);
  });

test("it writes, byte for byte, what NumPy writes", () => {
  let compared = 0;
  for (const { name, descr, version, shape, file } of golden.read) {
    const bytes = bytesOf(file);
    const isWritable = shape.length > 0 && !shape.includes(0) && !descr.endsWith("f2");
    if (!isWritable) continue;
    const order = new TextDecoder("latin1").decode(bytes).includes("True") ? "F" : "C";
    const endian = descr.startsWith(">") ? "big" : "little";
    const written = encodeNpy(decodeNpy(bytes), { order, endian, version: version as 1 | 2 | 3 });
    assert.equal(Array.from(written), Array.from(bytes), name);
    compared++;
  }
  assert.ok(compared > 40, `only ${compared} files were compared`);
});

test("it reads every float16: they grow with their bits, from the least subnormal to the greatest", () => {
  const count = 0x7c00;
  const dict = headerOf("<f2", `(2, ${count})`);
  const bits = Uint16Array.from({ length: 2 * count }, (_, i) => (i < count ? i : 0x8000 + i - count));
  const { data } = decodeNpy(fileOf(dict, new Uint8Array(bits.buffer)));
  assert.is(data[1], 2 ** -24);
  assert.is(data[count - 1], 65504);
  for (let i = 1; i < count; i++) {
    assert.ok((data[i] as number) > (data[i - 1] as number), `bits ${i}`);
    assert.is(data[count + i], -(data[i] as number));
  }
});

// --- round trips

/** Any dtype and shape, its axes in any order in memory, some of them reversed, some with gaps. */
const arrays: fc.Arbitrary<NdArray> = fc
  .record({
    dtype: fc.constantFrom(...(Object.keys(classes) as (keyof typeof classes)[])),
    axes: fc.array(
      fc.record({ n: fc.integer({ min: 1, max: 4 }), place: fc.double(), reversed: fc.boolean(), gap: fc.nat(1) }),
      { minLength: 1, maxLength: 5 },
    ),
    seed: fc.nat(255),
  })
  .map(({ dtype, axes, seed }) => {
    const shape = axes.map(({ n }) => n);
    const stride = shape.map(() => 0);
    let [length, offset] = [1, 0];
    const inMemory = axes.map((axis, d) => ({ ...axis, d })).sort((a, b) => a.place - b.place);
    for (const { n, reversed, gap, d } of inMemory) {
      stride[d] = reversed ? -length : length;
      if (reversed) offset += length * (n - 1);
      length *= n + gap;
    }
    const bytes = new Uint8Array(length * 16).map((_, i) => (seed + 41 * i) % 251);
    const reals = isComplex(dtype) ? 2 * length : length;
    return { data: new classes[dtype](bytes.buffer, 0, reals), dtype, shape, stride, offset };
  });

const everyWay: fc.Arbitrary<NpyOptions> = fc.record({
  order: fc.constantFrom("C", "F"),
  endian: fc.constantFrom("little", "big"),
  version: fc.constantFrom(1, 2, 3),
});

test("what it writes it reads again, from any strides, in every order, byte order and version", () => {
  fc.assert(
    fc.property(arrays, everyWay, (array, options) => {
      const file = encodeNpy(array, options);
      const read = decodeNpy(file);
      assert.is(read.dtype, array.dtype);
      assert.equal(read.shape, array.shape);
      sameNumbers(elementsOf(read), elementsOf(array), JSON.stringify(options));
      assert.is(file[6], options.version);
      assert.is(file.length % 64, (read.data.length * read.data.BYTES_PER_ELEMENT) % 64, "elements start at 64 n");
    }),
    { numRuns: 500, seed: 1 },
  );
});

test("it writes version 1, little-endian and row-major unless asked otherwise", () => {
  const file = encodeNpy({ data: [1, 2], shape: [2] });
  assert.is(file[6], 1);
  assert.is(new TextDecoder().decode(file.subarray(10, 128)), `${headerOf("<f8", "(2,)").padEnd(117)}\n`);
  assert.equal(Array.from(new Float64Array(file.slice(128).buffer)), [1, 2]);
});

/** Stands in for a Float16Array, which few engines have: half-precision bits in memory, and numbers by index. */
function float16Array(bits: number[], numbers: number[]): ArrayLike<number> {
  const Float16Array = class Float16Array extends Uint16Array {};
  const memory = Float16Array.from(bits);
  const get = (_: object, key: string | symbol) => numbers[Number(String(key))] ?? Reflect.get(memory, key);
  return new Proxy<ArrayLike<number>>(memory, { get });
}

test("it writes a Float16Array bit for bit", () => {
  const numbers = [1.5, -2, 65504];
  const array = { data: float16Array([0x3e00, 0xc000, 0x7bff], numbers), shape: [3] };
  for (const order of ["C", "F"] as const) {
    const { data, dtype } = decodeNpy(encodeNpy(array, { order }));
    assert.is(dtype, "float32");
    assert.equal(Array.from(data), numbers);
  }
});

test("it writes as many axes as NumPy has, 64, and refuses more", async () => {
  const deep = (rank: number) => ({ data: [5], shape: new Array<number>(rank).fill(1) });
  const file = encodeNpy(deep(64));
  assert.is(file[6], 1);
  assert.is(decodeNpy(file).shape.length, 64);
  await throwsHelixError(() => encodeNpy(deep(65)), "shape", /at most 64 axes.*got 65; reshape/);
});

test("it refuses to write what is no array, and options that it does not have", async () => {
  const array = { data: [1, 2], shape: [2] };
  await throwsHelixError(() => encodeNpy({ data: [1], shape: [] }), "shape", /at least one axis/);
  await throwsHelixError(() => encodeNpy({ data: [1], shape: [2] }), "shape", /array\.data must hold one number/);
  const wrong = (options: unknown) => () => encodeNpy(array, options as NpyOptions);
  await throwsHelixError(wrong({ order: "K" }), "option", /order must be one of "C", "F"; got "K"/);
  await throwsHelixError(wrong({ endian: "middle" }), "option", /endian must be/);
  await throwsHelixError(wrong({ version: 4 }), "option", /version must be one of 1, 2, 3; got 4/);
});

// --- copies

const sample = Float32Array.of(1, 2, 3, 4, 5, 6);
const matrix = { data: sample, shape: [2, 3] };

test("it copies nothing where the bytes can be used as they are, in Fortran order too", () => {
  for (const order of ["C", "F"] as const) {
    const file = encodeNpy(matrix, { order });
    const { data, stride } = decodeNpy(file);
    assert.is(data.buffer, file.buffer);
    assert.equal(stride, order === "C" ? [3, 1] : [1, 2]);
  }
});

test("it copies, and leaves the file as it was, where alignment or byte order ask for it", () => {
  const shifted = new Uint8Array(200).subarray(1);
  const file = encodeNpy(matrix);
  shifted.set(file);
  const aligned = decodeNpy(shifted.subarray(0, file.length));
  assert.is.not(aligned.data.buffer, shifted.buffer);
  assert.equal(Array.from(aligned.data), Array.from(sample));

  const big = encodeNpy(matrix, { endian: "big" });
  const before = Array.from(big);
  assert.equal(Array.from(decodeNpy(big).data), Array.from(sample));
  assert.equal(Array.from(big), before);
});

test("it reads from a part of a buffer, as Node's are, and from shared memory", () => {
  const file = encodeNpy(matrix);
  const pooled = new Uint8Array(file.length + 3).subarray(3);
  pooled.set(file);
  const shared = new Uint8Array(new SharedArrayBuffer(file.length + 2), 2);
  shared.set(file);
  for (const bytes of [pooled, shared]) assert.equal(Array.from(decodeNpy(bytes).data), Array.from(sample));
});

// --- headers

const three = Uint8Array.of(7, 8, 9);
const spellings = {
  "keys in another order": "{'shape': (3,), 'descr': '|u1', 'fortran_order': False}",
  "double quotes": `{"descr": "|u1", "fortran_order": False, "shape": (3,)}\n`,
  "no spaces": "{'descr':'|u1','fortran_order':False,'shape':(3,)}",
  "many spaces": "\n { 'descr' :\t'|u1' ,\r\n 'fortran_order' : False , 'shape' : ( 3 , ) , } \n\n",
  "a trailing comma in a longer shape": headerOf("|u1", "(1, 3, )"),
  "a byte order where there is none": headerOf(">u1", "(3,)"),
  "the machine's own byte order": headerOf("=u1", "(3,)"),
};
for (const [name, dict] of Object.entries(spellings))
  test(`it reads a header with ${name}`, () => {
    for (const version of [1, 2, 3])
      assert.equal(Array.from(decodeNpy(fileOf(dict, three, { version })).data), [7, 8, 9]);
  });

test("'=' is the machine's own byte order", () => {
  const { data } = decodeNpy(fileOf(headerOf("=u4", "(1,)"), new Uint8Array(Uint32Array.of(123456789).buffer)));
  assert.is(data[0], 123456789);
});

test("an array of rank 0, or without elements, is read; the library then says that it cannot convolve it", async () => {
  const scalar = decodeNpy(fileOf(headerOf("|u1", "()"), [7]));
  assert.equal(scalar.shape, []);
  assert.equal(Array.from(scalar.data), [7]);
  const kernel = { data: [1], shape: [1] };
  await throwsHelixError(() => convolveSync(scalar, kernel), "shape", /at least one axis/);
  const empty = decodeNpy(fileOf(headerOf("<f8", `(3, 0, ${2 ** 40}, ${2 ** 40})`)));
  assert.equal(empty.shape, [3, 0, 2 ** 40, 2 ** 40]);
  await throwsHelixError(() => convolveSync(empty, kernel), "shape", /axis 1 of shape .* has none/);
});

// --- dtypes that are refused

const refusals: Record<string, RegExp> = {
  int64: /^int64 is not supported; save it with a\.astype\('int32'\) or a\.astype\('float64'\)$/,
  uint64: /^uint64 is not supported; save it with a\.astype\('uint32'\) or a\.astype\('float64'\)$/,
  "int64, big-endian": /^int64 /,
  bool: /^bool is not supported; save it with a\.astype\('uint8'\)$/,
  object: /^object \(pickled Python\) is not supported; save it with a\.astype\('float64'\)$/,
  bytes: /^text .*if it holds numbers/,
  text: /^text /,
  void: /^void /,
  datetime64: /^datetime64 /,
  timedelta64: /^timedelta64 /,
  longdouble: /^longdouble /,
  clongdouble: /^clongdouble .*complex128/,
  structured: /^a structured dtype is not supported; save one field at a time, as a\['name'\]$/,
};
for (const { name, file } of golden.refused)
  test(`it refuses NumPy's ${name}, and says what to save instead`, async () => {
    await throwsHelixError(() => decodeNpy(bytesOf(file)), "dtype", refusals[name] ?? /^$/);
  });

for (const descr of ["|f4", "f4", "<i3", "float32", "<f", "<toString1", "", "<f4\n"])
  test(`it refuses ${JSON.stringify(descr)}, which is no dtype that NumPy writes`, async () => {
    await throwsHelixError(
      () => decodeNpy(fileOf(headerOf(descr, "(0,)"))),
      "dtype",
      /^dtype ".*" is not supported; save/,
    );
  });

// --- damaged and hostile files

const long = "9".repeat(100_000);
const damaged: Record<string, [file: Uint8Array, message: RegExp]> = {
  "an empty file": [new Uint8Array(0), /begins with byte 0x93.*an empty file; write the file with numpy\.save/],
  "a text file": [new TextEncoder().encode("1 2 3\n4 5 6\n"), /got "1 2 3\\n"/],
  "a .npz archive": [Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), /unzip the \.npz/],
  "half a magic string": [fileOf("").subarray(0, 4), /begins with/],
  "only a magic string": [fileOf("").subarray(0, 6), /header reaches to byte 10; got a file of 6 bytes/],
  "version 0": [fileOf("{}", [], { version: 0 }), /1\.0, 2\.0 or 3\.0; got 0\.0/],
  "version 4": [fileOf("{}", [], { version: 4 }), /got 4\.0/],
  "version 1.1": [fileOf("{}").with(7, 1), /got 1\.1/],
  "a header longer than the file": [
    fileOf("{}", [], { length: 118 }),
    /reaches to byte 128; got a file of 12 bytes; .*cut off/,
  ],
  "a header of 4 GiB": [fileOf("{}", [], { version: 2, length: 2 ** 32 - 1 }), /reaches to byte 4294967307/],
  "an empty header": [fileOf(""), /dict like .* with \{ next; got its end/],
  "no dict": [fileOf("[1, 2]"), /got "\[1, 2\]" at character 0/],
  "an open dict": [fileOf("{'descr': '|u1'"), /a comma next; got its end/],
  "an open quote": [fileOf("{'descr': '|u1"), /a dtype in quotes next; got "'\|u1"/],
  "different quotes": [fileOf(`{'descr": '|u1'}`), /a colon next; got "\|u1/],
  "an escape": [fileOf("{'\\x64escr': '|u1'}"), /a key in quotes/],
  "no colon": [fileOf("{'descr' '|u1'}"), /a colon next/],
  "no comma": [fileOf("{'descr': '|u1' 'shape': (3,)}"), /a comma next/],
  "two commas": [fileOf("{'descr': '|u1',, 'shape': (3,)}"), /a key in quotes next/],
  "something after the dict": [fileOf(`${headerOf("|u1", "(3,)")} x`), /nothing next; got "x"/],
  "a call": [fileOf("{'descr': __import__('os').system('true')}"), /a dtype in quotes/],
  "no keys": [fileOf("{}"), /needs the keys descr, fortran_order and shape; got none/],
  "a missing key": [fileOf("{'descr': '|u1', 'shape': (3,)}"), /needs the keys .*; got descr, shape/],
  "an unknown key": [fileOf("{'descr': '|u1', 'color': 'red'}"), /keys are descr, .*; got "color"/],
  "a key of every object": [fileOf("{'__proto__': (3,), }"), /got "__proto__"/],
  "a key twice": [fileOf("{'descr': '|u1', 'descr': '|u1'}"), /each key once; got "descr" twice/],
  "an order that is no boolean": [fileOf(headerOf("|u1", "(3,)", "0")), /True or False next; got "0/],
  "an order of another case": [fileOf(headerOf("|u1", "(3,)", "false")), /True or False next/],
  "a longer word than True": [fileOf(headerOf("|u1", "(3,)", "Trueish")), /True or False next/],
  "a dtype without quotes": [fileOf("{'descr': None}"), /a dtype in quotes next; got "None/],
  "a shape that is a number": [fileOf(headerOf("|u1", "3")), /a tuple next/],
  "a shape that is a list": [fileOf(headerOf("|u1", "[3]")), /a tuple next/],
  "a shape in parentheses without a comma": [fileOf(headerOf("|u1", "(3)")), /a comma next; got "\)/],
  "a shape of a comma": [fileOf(headerOf("|u1", "(,)")), /a whole number next/],
  "an open shape": [fileOf("{'shape': (3, 4"), /a comma next; got its end/],
  "a nested shape": [fileOf(headerOf("|u1", "((3,),)")), /a whole number next/],
  "a negative size": [fileOf(headerOf("|u1", "(-1,)")), /size in shape must be a whole number.*; got -1/],
  "a fractional size": [fileOf(headerOf("|u1", "(1.5,)")), /got 1\.5/],
  "an exponent": [fileOf(headerOf("|u1", "(1e1,)")), /got 1e1/],
  "hexadecimal digits": [fileOf(headerOf("|u1", "(0x3,)")), /got 0x3/],
  "a leading zero": [fileOf(headerOf("|u1", "(03,)")), /got 03/],
  "a long of Python 2": [fileOf(headerOf("|u1", "(3L,)")), /got 3L/],
  "a size of 2^53": [fileOf(headerOf("|u1", `(${2 ** 53},)`)), /got 9007199254740992/],
  "a size of many digits": [fileOf(headerOf("|u1", `(${long},)`), [], { version: 2 }), /got 9{57}…/],
  "a product of 2^80": [fileOf(headerOf("|u1", `(${2 ** 40}, ${2 ** 40})`)), /at most 2\^53 - 1 elements/],
  "a product beyond all numbers": [
    fileOf(headerOf("<f8", `(${`${2 ** 52}, `.repeat(30)})`), [], { version: 2 }),
    /at most 2\^53 - 1 elements/,
  ],
  "a product of 2^40, and no data": [
    fileOf(headerOf("<c16", `(${2 ** 20}, ${2 ** 20})`)),
    /needs 17592186044416 bytes.*; got 0/,
  ],
  "65 axes": [fileOf(headerOf("|u1", `(${"1, ".repeat(65)})`), [7]), /at most 64 axes; got 65/],
  "a million brackets": [fileOf("(".repeat(1e6), [], { version: 2 }), /with \{ next/],
  "truncated data": [
    fileOf(headerOf("<f4", "(2, 3)"), new Uint8Array(23)),
    /needs 24 bytes after the header; got 23; .*cut off/,
  ],
  "data left over": [
    fileOf(headerOf("<f4", "(2, 3)"), new Uint8Array(25)),
    /needs 24 bytes .*; got 25; keep one array/,
  ],
  "no data": [fileOf(headerOf("<f2", "(3,)")), /needs 6 bytes .*; got 0/],
  "data for an array without elements": [fileOf(headerOf("<f4", "(0,)"), [0]), /needs 0 bytes .*; got 1/],
  "data missing for a scalar": [fileOf(headerOf("<f4", "()")), /shape \(\) .*needs 4 bytes .*; got 0/],
};
for (const [name, [file, message]] of Object.entries(damaged))
  test(`it refuses ${name}`, async () => {
    await throwsHelixError(() => decodeNpy(file), "format", message);
  });

test("an error says what was expected and what was found", async () => {
  const file = fileOf(headerOf("<f4", "(2, 3)"), new Uint8Array(23));
  assert.equal(await throwsHelixError(() => decodeNpy(file), "format", /./), { expected: 24, actual: 23 });
});

test("a file that is cut off anywhere is refused", async () => {
  const file = encodeNpy(matrix);
  for (let length = 0; length < file.length; length++)
    await throwsHelixError(() => decodeNpy(file.subarray(0, length)), "format", /./);
});

test("no damage to a file causes any error but a HelixError", () => {
  const file = encodeNpy(matrix);
  const damage = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  let refused = 0;
  fc.assert(
    fc.property(damage, (changes) => {
      const bytes = new Uint8Array(file);
      for (const [place, byte] of changes) bytes[place] = byte;
      try {
        decodeNpy(bytes);
      } catch (error) {
        assert.instance(error, HelixError);
        refused++;
      }
    }),
    { numRuns: 3000, seed: 1 },
  );
  assert.ok(refused > 500, `only ${refused} of 3000 were refused`);
});

test("an ArrayBuffer is refused with how to wrap it", async () => {
  const buffer = new ArrayBuffer(8) as unknown as Uint8Array;
  const message = /needs a Uint8Array; got \[object ArrayBuffer\]; wrap an ArrayBuffer as new Uint8Array\(buffer\)/;
  await throwsHelixError(() => decodeNpy(buffer), "format", message);
});

test("what is read can be convolved as it is, Fortran order and all", () => {
  const signal: View<RealArray> = decodeNpy(encodeNpy(matrix, { order: "F", endian: "big" }));
  const kernel = { data: Float32Array.of(1, -1), shape: [1, 2] };
  assert.equal(convolveSync(signal, kernel), convolveSync(matrix, kernel));
});

test.run();
