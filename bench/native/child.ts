// A native program that takes turns with helixconv. It answers every line of its input by one line of output:
//
//   open ID …          ok             makes an entry; what follows the ID is the program's own
//   run ID CALLS       milliseconds   all calls together, by its own clock
//   write ID FILE      ok             the last result, as raw numbers
//
// or "error MESSAGE". It ends when its input does.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Program } from "./programs.js";

export class Child {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly waiting: { request: string; resolve(line: string): void; reject(error: Error): void }[] = [];
  private ended: string | undefined;
  private complaints = "";

  constructor(private readonly program: Program) {
    this.process = spawn(program.command, program.args, { env: { ...process.env, ...program.env } });
    this.process.stderr.on("data", (text) => {
      this.complaints += text;
    });
    this.process.on("error", (error) => this.fail(error.message));
    // What a program that has ended is asked fails by its end, not by the pipe.
    this.process.stdin.on("error", () => {});
    this.process.on("exit", (status, signal) => this.fail(`ended with ${signal ?? `status ${status}`}`));
    createInterface({ input: this.process.stdout }).on("line", (line) => this.waiting.shift()?.resolve(line));
  }

  async open(id: string, ...words: (string | number)[]): Promise<void> {
    await this.ask(["open", id, ...words]);
  }

  async run(id: string, calls: number): Promise<number> {
    return Number(await this.ask(["run", id, calls]));
  }

  async write(id: string, file: string): Promise<void> {
    await this.ask(["write", id, file]);
  }

  end(): void {
    this.process.stdin.end();
  }

  private async ask(words: readonly (string | number)[]): Promise<string> {
    const request = words.join(" ");
    const line = await new Promise<string>((resolve, reject) => {
      this.waiting.push({ request, resolve, reject });
      if (this.ended === undefined) this.process.stdin.write(`${request}\n`);
      else this.fail(this.ended);
    });
    if (line.startsWith("error")) throw new Error(`${this.program.name} must answer "${request}"; got "${line}"`);
    return line;
  }

  private fail(what: string): void {
    this.ended = what;
    for (const { request, reject } of this.waiting.splice(0))
      reject(new Error(`${this.program.name} ${what} before it answered "${request}"\n${this.complaints}`));
  }
}
