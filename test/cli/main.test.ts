// The command line as a process: what it writes, prints and returns, and what it leaves behind.
// It runs from a copy of build/js in a folder of its own, as it is published: there is no node_modules to lean on.
import { execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { version } from "../../package.json";
import { backends, convolve, correlate, explain, type NdArray } from "../../src/index.js";
import { encodeNpy, type NpyOptions } from "../../src/io/npy.js";
import { Random } from "../random.js";

const test = suite("command line");

const home = fs.mkdtempSync(join(tmpdir(), "helixconv-cli-"));
const program = join(home, "js", "cli", "main.js");
/** Where commands run, and the only folder they write to. */
const work = join(home, "work");

interface Outcome {
  /** The exit status, or the name of the signal that ended the process. */
  status: number | string | null;
  stdout: Buffer;
  stderr: string;
}

interface Circumstances {
  /** What stands on standard input; null keeps it open and empty. */
  input?: Uint8Array | null;
  /** Statements that run in the process first. */
  before?: string;
  /** Sends a signal once standard error matches. */
  kill?: { signal: "SIGINT" | "SIGTERM"; after: RegExp };
  /** Standard output has a reader that goes away at the first bytes, or one that never reads. */
  reader?: "leaves" | "sleeps";
}

function run(args: readonly string[], { input = new Uint8Array(0), before = "", kill, reader }: Circumstances = {}) {
  const preload = before ? ["--import", `data:text/javascript,${encodeURIComponent(before)}`] : [];
  const child = spawn(process.execPath, [...preload, program, ...args], {
    cwd: work,
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  if (input) child.stdin.end(input);
  child.stdin.on("error", () => {});
  const stdout: Buffer[] = [];
  let stderr = "";
  if (reader === "sleeps") child.on("exit", () => child.stdout.destroy());
  else
    child.stdout.on("data", (chunk: Buffer) => {
      stdout.push(chunk);
      if (reader === "leaves") child.stdout.destroy();
    });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk;
    if (!child.killed && kill?.after.test(stderr)) child.kill(kill.signal);
  });
  return new Promise<Outcome>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ status: code ?? signal, stdout: Buffer.concat(stdout), stderr }));
  });
}

/** Runs a command that must succeed and say nothing on standard error; returns standard output. */
async function succeed(args: readonly string[], circumstances?: Circumstances): Promise<Buffer> {
  const { status, stdout, stderr } = await run(args, circumstances);
  assert.is(stderr, "");
  assert.is(status, 0);
  return stdout;
}

const contents = (name: string): Buffer => fs.readFileSync(join(work, name));
const sameBytes = (actual: Uint8Array, expected: Uint8Array, label = "") =>
  assert.ok(
    Buffer.compare(actual, expected) === 0,
    `${label}: ${actual.length} bytes are not the ${expected.length} expected`,
  );

/** No file is left whose name a person did not give. */
const noTemporaryFile = () =>
  assert.equal(
    fs.readdirSync(work).filter((name) => name.endsWith(".tmp")),
    [],
  );

const random = new Random(1);
const array = (shape: number[], dtype: "float32" | "float64" | "complex64" = "float32"): NdArray => {
  const reals = random.reals(shape.reduce((size, n) => size * n, dtype === "complex64" ? 2 : 1));
  return { data: dtype === "float64" ? reals : Float32Array.from(reals), shape, dtype };
};
const image = array([40, 30]);
const kernel = array([5, 3]);
const movie = array([3, 16, 16], "complex64");
const patch = array([4, 5], "complex64");
/** Takes the js backend seconds. */
const slowImage = array([600, 600], "float64");
const slowKernel = array([17, 17], "float64");
const slow = [
  "convolve",
  "slow.npy",
  "slowkernel.npy",
  "--backend",
  "js",
  "--method",
  "direct",
  "--out",
  "slow.out.npy",
];

const save = (name: string, saved: NdArray, options?: NpyOptions) =>
  fs.writeFileSync(join(work, name), encodeNpy(saved, options));

test.before(() => {
  if (!fs.existsSync("build/js/cli/main.js"))
    throw new Error("build/js/cli/main.js is missing; run npm run build:js first");
  fs.cpSync("build/js", join(home, "js"), { recursive: true });
  fs.writeFileSync(join(home, "package.json"), '{ "type": "module" }');
  fs.mkdirSync(work);
  save("image.npy", image);
  save("kernel.npy", kernel);
  save("movie.npy", movie, { order: "F", endian: "big" });
  save("patch.npy", patch);
  save("slow.npy", slowImage);
  save("slowkernel.npy", slowKernel);
});
test.after(() => fs.rmSync(home, { recursive: true, force: true }));

// --- results

test("convolve and correlate write what the library computes, in every mode", async () => {
  for (const [name, operation] of Object.entries({ convolve, correlate }))
    for (const mode of ["full", "same", "valid"] as const) {
      const stdout = await succeed([name, "image.npy", "kernel.npy", "--mode", mode, "--out", "out.npy"]);
      assert.is(stdout.length, 0);
      sameBytes(contents("out.npy"), encodeNpy(await operation(image, kernel, { mode })), `${name} ${mode}`);
    }
  noTemporaryFile();
});

test("mode is full if it is left out", async () => {
  await succeed(["convolve", "image.npy", "kernel.npy", "--out", "out.npy"]);
  sameBytes(contents("out.npy"), encodeNpy(await convolve(image, kernel)));
});

test("axes may count from the end, with an equals sign or without", async () => {
  const expected = encodeNpy(await correlate(movie, patch, { mode: "same", axes: [1, 2] }));
  for (const axes of [["--axes", "1,2"], ["--axes=1,2"], ["--axes", "-2,-1"], ["--axes=-2,-1"]]) {
    await succeed(["correlate", "movie.npy", "patch.npy", "--mode=same", ...axes, "--out", "out.npy"]);
    sameBytes(contents("out.npy"), expected, axes.join(" "));
  }
});

test("backend and method are those that are asked for", async () => {
  const results = new Set<string>();
  for (const backend of ["js", "wasm"] as const)
    for (const method of ["direct", "fft"] as const) {
      const asked = ["--backend", backend, "--method", method];
      await succeed(["convolve", "image.npy", "kernel.npy", ...asked, "--out", "out.npy"]);
      const label = asked.join(" ");
      sameBytes(contents("out.npy"), encodeNpy(await convolve(image, kernel, { backend, method })), label);
      results.add(contents("out.npy").toString("base64"));
    }
  assert.ok(results.size > 1, "every backend and method rounds alike, so this test tells nothing");
});

test("a kernel that is an outer product is convolved along one axis after the other, if that is asked for", async () => {
  const box = { data: new Float32Array(12).fill(0.5), shape: [3, 4] };
  fs.writeFileSync(join(work, "box.npy"), encodeNpy(box));
  const args = ["convolve", "image.npy", "box.npy", "--method", "separable"];
  await succeed([...args, "--out", "out.npy"]);
  sameBytes(contents("out.npy"), encodeNpy(await convolve(image, box, { method: "separable" })), "separable");
  assert.match(String(await succeed([...args, "--explain"])), /^wasm +separable .*chosen$/m);
});

test("- is standard input for signal or kernel, and standard output for the result", async () => {
  const expected = encodeNpy(await convolve(image, kernel));
  const input = contents("image.npy");
  sameBytes(await succeed(["convolve", "-", "kernel.npy", "--out", "-"], { input }), expected, "signal");
  const other = { input: contents("kernel.npy") };
  sameBytes(await succeed(["convolve", "image.npy", "-", "--out=-"], other), expected, "kernel");
});

test("names of files may look like numbers, options or commands", async () => {
  for (const name of ["1", "007", "1e3", "-5", "convolve", "-kernel.npy"]) save(name, kernel);
  const expected = encodeNpy(await convolve(image, kernel));
  for (const name of ["1", "007", "1e3", "-5", "convolve"]) {
    await succeed(["convolve", "image.npy", name, "--out", "0x10"]);
    sameBytes(contents("0x10"), expected, name);
    fs.rmSync(join(work, "0x10"));
  }
  await succeed(["convolve", "--out", "out.npy", "--", "image.npy", "-kernel.npy"]);
  sameBytes(contents("out.npy"), expected);
});

test("the result may replace the file that it was computed from", async () => {
  save("self.npy", image);
  await succeed(["convolve", "self.npy", "kernel.npy", "--out", "self.npy"]);
  sameBytes(contents("self.npy"), encodeNpy(await convolve(image, kernel)));
});

test("a replaced file keeps its permissions, and a link goes on pointing to it", async () => {
  fs.writeFileSync(join(work, "secret.npy"), "old");
  fs.chmodSync(join(work, "secret.npy"), 0o600);
  fs.symlinkSync("secret.npy", join(work, "link.npy"));
  await succeed(["convolve", "image.npy", "kernel.npy", "--out", "link.npy"]);
  assert.ok(fs.lstatSync(join(work, "link.npy")).isSymbolicLink());
  sameBytes(contents("secret.npy"), encodeNpy(await convolve(image, kernel)));
  assert.is(fs.statSync(join(work, "secret.npy")).mode & 0o777, 0o600);
});

test("a pipe is written to, not replaced, and read from", async () => {
  execFileSync("mkfifo", [join(work, "pipe")]);
  const pipe = await open(join(work, "pipe"), "r+");
  try {
    await succeed(["convolve", "image.npy", "kernel.npy", "--out", "pipe"]);
    assert.ok(fs.lstatSync(join(work, "pipe")).isFIFO());
    const { buffer, bytesRead } = await pipe.read({ buffer: Buffer.alloc(65536) });
    sameBytes(buffer.subarray(0, bytesRead), encodeNpy(await convolve(image, kernel)));
  } finally {
    await pipe.close();
  }
});

// --- what is printed

/** The lines of a table whose first cell is one of these. */
const rowsOf = (text: string, names: readonly string[]) =>
  text.split("\n").filter((line) => names.some((name) => line.startsWith(`${name} `) && line.includes("  ")));

test("explain prints every candidate, the choice and the reason, and computes nothing", async () => {
  const before = fs.readdirSync(work);
  const text = String(await succeed(["convolve", "image.npy", "kernel.npy", "--mode", "same", "--explain"]));
  assert.equal(fs.readdirSync(work), before);
  const explanation = await explain("convolve", { signal: image, kernel }, { mode: "same" });
  const rows = rowsOf(text, ["wasm", "js"]);
  const isOut = ({ rejected }: { rejected?: string }) => Number(rejected !== undefined);
  const inOrder = explanation.candidates.toSorted((a, b) => isOut(a) - isOut(b) || a.seconds - b.seconds);
  assert.is(rows.length, inOrder.length);
  inOrder.forEach((candidate, i) => {
    const { backend, method, form, outer, blocks, threads, length, helix, textbook, chosen } = candidate;
    const count = (n: number) => n.toLocaleString("en-US");
    const numbers = [outer, blocks, threads, length, helix, textbook].map(count);
    const how = form === "rows" ? "direct, row by row" : method;
    assert.equal((rows[i] as string).split(/ {2,}/).slice(0, 8), [backend, how, ...numbers]);
    assert.is((rows[i] as string).endsWith("chosen"), chosen);
  });
  assert.match(text, "convolve gives float32 of shape (40, 30)");
  assert.match(text, `chosen: ${explanation.backend} ${explanation.plan.method}`);
  assert.match(text, `why: ${explanation.reason}`);
  assert.match(text, /\d% .*(B|iB) .*(µs|ms| s) /);
});

test("of many lengths of blocks, explain prints the best four of each backend, and how many more there are", async () => {
  const long = (size: number) => ({ data: new Float32Array(size).fill(1), shape: [size] });
  const [signal, kernel] = [long(300_000), long(100)];
  fs.writeFileSync(join(work, "long.npy"), encodeNpy(signal));
  fs.writeFileSync(join(work, "short.npy"), encodeNpy(kernel));
  const text = String(await succeed(["convolve", "long.npy", "short.npy", "--explain", "--method", "overlap-save"]));
  const { candidates } = await explain("convolve", { signal, kernel }, { method: "overlap-save" });
  const blocks = candidates.filter(({ backend, method }) => backend === "wasm" && method === "overlap-save");
  const best = blocks.toSorted((a, b) => a.seconds - b.seconds).slice(0, 4);
  const cells = rowsOf(text, ["wasm"]).map((line) => line.split(/ {2,}/));
  assert.equal(
    cells.filter(([, method]) => method === "overlap-save").map((row) => row[3]),
    best.map((candidate) => String(candidate.blocks)),
  );
  assert.match(text, `and ${2 * (blocks.length - 4)} more in other blocks`);
});

test("explain says why a candidate is not taken", async () => {
  const asked = ["--explain", "--backend", "js", "--max-memory", "9e9"];
  const text = String(await succeed(["correlate", "movie.npy", "patch.npy", "--axes", "1,2", ...asked]));
  const rows = rowsOf(text, ["wasm"]);
  assert.ok(rows.length > 0);
  for (const row of rows) assert.match(row, /backend "js" was asked for$/);
});

test("explain with --out computes too; beside a result on standard output, it goes to standard error", async () => {
  const expected = encodeNpy(await convolve(image, kernel));
  const text = String(await succeed(["convolve", "image.npy", "kernel.npy", "--explain", "--out", "out.npy"]));
  assert.match(text, "chosen");
  sameBytes(contents("out.npy"), expected);
  const { status, stdout, stderr } = await run(["convolve", "image.npy", "kernel.npy", "--explain", "--out", "-"]);
  assert.is(status, 0);
  sameBytes(stdout, expected);
  assert.is(stderr, text);
});

test("tune measures, prints the rates of every backend and where they are kept, and writes them for useCalibration", async () => {
  const before = `process.env.XDG_CACHE_HOME = ${JSON.stringify(home)};`;
  const text = String(await succeed(["tune", "--out", "rates.json"], { before }));
  const { rates, key } = JSON.parse(String(contents("rates.json")));
  assert.equal([Object.keys(rates), key.includes(version)], [["wasm", "js"], true]);
  assert.is(rowsOf(text, ["wasm", "js"]).length, 16);
  assert.match(text, `kept in ${home}/helixconv`);
  assert.is(fs.readdirSync(join(home, "helixconv")).length, 1);
  const { status, stderr } = await run(["tune", "--out"]);
  assert.equal([status, /--out <file>` value is missing/.test(stderr)], [2, true]);
});

test("backends lists what the library finds, and where it is alone, that the package for GPUs is missing", async () => {
  const text = String(await succeed(["backends"]));
  for (const { name, detail, available } of await backends()) {
    const [row = ""] = rowsOf(text, [name]);
    assert.match(row, name === "webgpu" ? 'the package "webgpu" is not installed: npm install webgpu' : detail);
    assert.match(row, name !== "webgpu" && available ? " yes " : " no ");
  }
});

test("help names every command and option, and version is the package's", async () => {
  const help = String(await succeed(["--help"]));
  for (const command of ["convolve", "correlate", "backends"]) assert.match(help, new RegExp(`^ +${command}`, "m"));
  const options = ["out", "mode", "axes", "backend", "method", "max-memory", "explain"];
  for (const command of ["convolve", "correlate"]) {
    const text = String(await succeed([command, "--help"]));
    for (const option of options) assert.match(text, `--${option} `);
  }
  assert.match(String(await succeed(["--version"])), `helixconv/${version} `);
});

// --- errors

const oneLine = (stderr: string, message: RegExp) => {
  assert.match(stderr, /^helixconv: [^\n]+\n$/);
  assert.match(stderr, message);
};

const files = ["image.npy", "kernel.npy"];
const usage: Record<string, [args: string[], message: RegExp]> = {
  "no command": [[], /a command is needed/],
  "an unknown command": [["frobnicate"], /unknown command "frobnicate"/],
  "an unknown option": [["convolve", ...files, "--out", "kept.npy", "--colour"], /unknown option `--colour`/i],
  "an unknown option before the command": [["--colour", "convolve", ...files], /unknown option `--colour`/i],
  "an unknown option of one letter": [["convolve", ...files, "--out", "kept.npy", "-x"], /unknown option `-x`/i],
  "an unknown option that every object has": [
    ["convolve", ...files, "--toString", "--out", "kept.npy"],
    /unknown option/i,
  ],
  "an unknown option that cac ignores": [
    ["convolve", ...files, "--constructor", "--out", "kept.npy"],
    /unknown option/i,
  ],
  "an option of another command": [["backends", "--mode", "same"], /unknown option `--mode`/i],
  "no kernel": [["convolve", "image.npy", "--out", "kept.npy"], /missing required args/],
  "a third file": [["convolve", ...files, "more.npy", "--out", "kept.npy"], /unused args: `more\.npy`/i],
  "neither --out nor --explain": [["convolve", ...files], /--out is needed/],
  "--out without a value": [["convolve", ...files, "--out"], /`--out <file>` value is missing/],
  "--out with an empty value": [["convolve", ...files, "--out="], /--out needs a value/],
  "--mode without a value": [["convolve", ...files, "--mode", "--out", "kept.npy"], /`--mode <mode>` value is missing/],
  "--mode twice": [
    ["convolve", ...files, "--mode", "same", "--mode=full", "--out", "kept.npy"],
    /--mode may be given once/,
  ],
  "--out twice": [["convolve", ...files, "--out", "a.npy", "--out", "kept.npy"], /--out may be given once; got it 2/],
  "--explain twice": [["convolve", ...files, "--explain", "--explain"], /--explain may be given once/],
  "a part of an option": [["convolve", ...files, "--mode.same", "x", "--out", "kept.npy"], /--mode needs a value/],
  "axes that are no numbers": [
    ["convolve", ...files, "--axes", "x,1", "--out", "kept.npy"],
    /--axes needs whole.*"x,1"/,
  ],
  "axes with a gap": [["convolve", ...files, "--axes", "0,,1", "--out", "kept.npy"], /--axes needs whole numbers/],
  "memory that is no number": [
    ["convolve", ...files, "--max-memory", "2G", "--out", "kept.npy"],
    /number of bytes.*"2G"/,
  ],
  "standard input twice": [["convolve", "-", "-", "--out", "kept.npy"], /cannot both be "-"/],
};

const failures: Record<string, [args: string[], message: RegExp]> = {
  "a signal that is not there": [["convolve", "nil.npy", "kernel.npy"], /^helixconv: nil\.npy: no such file$/m],
  "a kernel that is not there": [["convolve", "image.npy", "nil.npy"], /^helixconv: nil\.npy: no such file$/m],
  "a folder for a signal": [["convolve", ".", "kernel.npy"], /^helixconv: \.: is a directory$/m],
  "a file that is no .npy": [
    ["convolve", "text.npy", "kernel.npy"],
    /^helixconv: text\.npy: a \.npy file begins with/m,
  ],
  "a file that was cut off": [
    ["convolve", "cut.npy", "kernel.npy"],
    /^helixconv: cut\.npy: shape \(40, 30\) .* cut off/m,
  ],
  "integers of 64 bits": [
    ["convolve", "image.npy", "int64.npy"],
    /^helixconv: int64\.npy: int64 is not supported; save it/m,
  ],
  "nothing on standard input": [["convolve", "-", "kernel.npy"], /^helixconv: standard input: .*an empty file/m],
  "different ranks": [["convolve", "movie.npy", "kernel.npy"], /^helixconv: kernel has rank 2 but signal has rank 3/m],
  "an unknown mode": [["convolve", ...files, "--mode", "most"], /mode must be one of .*; got "most"/],
  "an unknown backend": [["convolve", ...files, "--backend", "abacus"], /backend must be one of .*; got "abacus"/],
  "an unknown method": [["convolve", ...files, "--method", "magic"], /method must be one of .*; got "magic"/],
  "a method that the kernel does not allow": [
    ["convolve", ...files, "--method", "separable"],
    /method "separable" needs a kernel that is, to rounding, an outer product .* it is not an outer product/,
  ],
  "an axis that is not there": [["convolve", ...files, "--axes", "2"], /axes must be .*; got \[2\]/],
  "too little memory": [["convolve", ...files, "--max-memory", "1000"], /must fit into 1000 bytes/],
  "negative memory": [["convolve", ...files, "--max-memory", "-1"], /maxMemory must be a positive number/],
};

/** Runs what must fail: one line on standard error, nothing else, and every file as it was. */
async function fail(args: readonly string[], expected: number, message: RegExp): Promise<void> {
  fs.writeFileSync(join(work, "kept.npy"), "kept");
  const before = fs.readdirSync(work);
  const { status, stdout, stderr } = await run(args);
  oneLine(stderr, message);
  assert.is(status, expected);
  assert.is(stdout.length, 0);
  assert.is(String(contents("kept.npy")), "kept");
  assert.equal(fs.readdirSync(work), before);
}

for (const [name, [args, message]] of Object.entries(usage))
  test(`${name}: a usage error, status 2`, () => fail(args, 2, message));

for (const [name, [args, message]] of Object.entries(failures))
  test(`${name}: status 1`, async () => {
    fs.writeFileSync(join(work, "text.npy"), "1 2 3\n");
    fs.writeFileSync(join(work, "cut.npy"), contents("image.npy").subarray(0, -1));
    fs.writeFileSync(
      join(work, "int64.npy"),
      String(contents("kernel.npy").toString("latin1")).replace("<f4", "<i8"),
      "latin1",
    );
    const ways = [["--out", "kept.npy"], ["--explain"]];
    await Promise.all(ways.map((way) => fail([...args, ...way], 1, message)));
  });

test("a place where nothing can be written: status 1, before any work is done", async () => {
  const slowTo = (out: string) => [...slow.slice(0, -1), out];
  await fail(slowTo("nowhere/out.npy"), 1, /^helixconv: nowhere\/out\.npy: no such directory: nowhere$/m);
  await fail(slowTo("kept.npy/out.npy"), 1, /^helixconv: kept\.npy\/out\.npy: not a directory$/m);
  await fail(slowTo("."), 1, /^helixconv: \.: is a directory$/m);
});

test("a write that fails half-way leaves the target as it was and nothing beside it", async () => {
  fs.writeFileSync(join(work, "target.npy"), "kept");
  // A disk that fills up, between the temporary file and its new name.
  const before = `
    import fs from "node:fs/promises";
    import { syncBuiltinESMExports } from "node:module";
    fs.rename = async () => { throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" }); };
    syncBuiltinESMExports();`;
  const { status, stderr } = await run(["convolve", ...files, "--out", "target.npy"], { before });
  oneLine(stderr, /^helixconv: target\.npy: no space left on device$/m);
  assert.is(status, 1);
  assert.is(String(contents("target.npy")), "kept");
  noTemporaryFile();
});

test("a reader that stops reading standard output ends it quietly", async () => {
  const { status, stderr } = await run([...slow.slice(0, 3), "--out", "-"], { reader: "leaves" });
  assert.is(stderr, "");
  assert.is(status, 128 + 13);
});

// --- progress and interruption

/** A pipe passes for a terminal 80 columns wide. */
const terminal = "Object.assign(process.stderr, { isTTY: true, columns: 80 });";
/** Whatever takes a millisecond seems to take a second. */
const slowMotion = "const now = performance.now.bind(performance); performance.now = () => 1000 * now();";
const cursor = { hidden: "\x1b[?25l", shown: "\x1b[?25h" };
const quick = ["convolve", ...files, "--out", "out.npy"];

test("slow work gets a progress bar on a terminal, which is gone in the end", async () => {
  const { status, stdout, stderr } = await run(quick, { before: terminal + slowMotion });
  assert.is(status, 0);
  assert.is(stdout.length, 0);
  assert.match(stderr, /convolve \[=*-*\] \d+%/);
  const last = stderr.slice(stderr.lastIndexOf("%"));
  assert.match(last, cursor.shown);
  assert.match(last, "\x1b[2K");
});

test("there is no progress bar where standard error is no terminal, nor for quick work", async () => {
  await succeed(quick, { before: slowMotion });
  await succeed(quick, { before: terminal });
});

test("an interrupt during the work ends it with status 130, and leaves the target as it was", async () => {
  fs.writeFileSync(join(work, "slow.out.npy"), "kept");
  const kill = { signal: "SIGINT", after: /%/ } as const;
  const { status, stderr } = await run(slow, { before: terminal + slowMotion, kill });
  assert.is(status, 130);
  assert.ok(stderr.endsWith("helixconv: interrupted\n"));
  assert.ok(stderr.lastIndexOf(cursor.shown) > stderr.lastIndexOf(cursor.hidden));
  assert.is(String(contents("slow.out.npy")), "kept");
  noTemporaryFile();
});

test("an interrupt while it waits for standard input ends it too, and so does a termination", async () => {
  // Its handlers stand once the last of them is there.
  const before = `process.on("newListener", (name) => name === "SIGTERM" && setTimeout(() => process.stderr.write("ready\\n"), 100))`;
  for (const [signal, expected] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    const kill = { signal, after: /ready/ };
    const { status, stderr } = await run(["convolve", "-", "kernel.npy", "--out", "-"], { before, input: null, kill });
    assert.is(stderr, "ready\nhelixconv: interrupted\n");
    assert.is(status, expected);
  }
});

test("an interrupt while nobody reads standard output ends it", async () => {
  const before = `
    const { write } = process.stdout;
    process.stdout.write = (...args) => process.stderr.write("writing\\n") && write.apply(process.stdout, args);`;
  const kill = { signal: "SIGINT", after: /writing/ } as const;
  const { status, stderr } = await run([...slow.slice(0, 3), "--out", "-"], { before, kill, reader: "sleeps" });
  assert.is(stderr, "writing\nhelixconv: interrupted\n");
  assert.is(status, 130);
});

test("an interrupt while the result is written removes the temporary file", async () => {
  fs.writeFileSync(join(work, "target.npy"), "kept");
  // A disk that is slow to say that it is done.
  const before = `
    import fs from "node:fs/promises";
    import { syncBuiltinESMExports } from "node:module";
    const { writeFile } = fs;
    fs.writeFile = async (path, bytes, { signal, ...options }) => {
      await writeFile(path, bytes, options);
      process.stderr.write("written\\n");
      while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 10));
      throw signal.reason;
    };
    syncBuiltinESMExports();`;
  const kill = { signal: "SIGINT", after: /written/ } as const;
  const { status, stderr } = await run(["convolve", ...files, "--out", "target.npy"], { before, kill });
  assert.is(stderr, "written\nhelixconv: interrupted\n");
  assert.is(status, 130);
  assert.is(String(contents("target.npy")), "kept");
  noTemporaryFile();
});

test.run();
