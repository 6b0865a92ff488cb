/** What is used of cli-progress, a CommonJS module that comes without types. */
declare module "cli-progress" {
  interface Options {
    stream?: NodeJS.WritableStream;
    format?: string;
    clearOnComplete?: boolean;
    hideCursor?: boolean;
  }

  interface Bar {
    start(total: number, startValue: number): void;
    update(value: number): void;
    stop(): void;
  }

  const cliProgress: { SingleBar: new (options: Options) => Bar };
  export = cliProgress;
}
