import { runProgram, type Task } from "./program.js";

console.log(JSON.stringify(await runProgram(JSON.parse(process.argv[2] as string) as Task)));
