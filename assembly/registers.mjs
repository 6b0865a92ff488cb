// asc --transform: keeps values of small classes in locals (scalar replacement).
// A value's address comes from the imported function registers(). Each call becomes a constant address of its own, Binaryen
// carries it to the loads and stores, and these become locals. An address that is left over escaped: the build fails.
import { Transform } from "assemblyscript/transform";
import binaryen from "binaryen";

const FIRST = 0x7a000000; // addresses that no memory reaches
const SIZE = 64;

export default class extends Transform {
  afterCompile(module) {
    binaryen.setAlwaysInlineMaxSize(12);
    module.runPasses(["inlining"]); // field accessors are calls until now
    const functions = Array.from({ length: module.getNumFunctions() }, (_, i) => module.getFunctionByIndex(i));
    const infos = functions.map(binaryen.getFunctionInfo);
    const registers = infos.find((info) => info.base === "registers")?.name;
    if (!registers) return;
    infos.forEach((info, i) => {
      if (!info.base && textOf(functions[i]).includes(`(call $${registers}`)) promote(module, functions[i], registers);
    });
    module.removeFunction(registers);
  }
}

function promote(module, func, registers) {
  let end = FIRST;
  const fields = new Map();
  /** The local that stands for a field, if the pointer is one of our addresses. */
  const localOf = (pointer, offset, type) => {
    if (!is(pointer, binaryen.ConstId)) return undefined;
    const address = binaryen.Const.getValueI32(pointer);
    if (address < FIRST || address >= end) return undefined;
    const key = `${address + offset} ${type}`;
    if (!fields.has(key)) fields.set(key, binaryen._BinaryenFunctionAddVar(func, type));
    return fields.get(key);
  };
  module.runPassesOnFunction(func, ["precompute-propagate", "vacuum", "flatten"]);
  edit(func, (e) => {
    if (!is(e, binaryen.CallId) || binaryen.Call.getTarget(e) !== registers) return e;
    end += SIZE;
    return module.i32.const(end - SIZE);
  });
  module.runPassesOnFunction(func, ["precompute-propagate"]);
  edit(func, (e) => {
    if (is(e, binaryen.LoadId)) {
      const type = binaryen.getExpressionType(e);
      const local = localOf(binaryen.Load.getPtr(e), binaryen.Load.getOffset(e), type);
      if (local !== undefined) return module.local.get(local, type);
    } else if (is(e, binaryen.StoreId)) {
      const value = binaryen.Store.getValue(e);
      const local = localOf(binaryen.Store.getPtr(e), binaryen.Store.getOffset(e), binaryen.getExpressionType(value));
      if (local !== undefined) return module.local.set(local, value);
    }
    return e;
  });
  module.runPassesOnFunction(func, ["simplify-locals-notee-nostructure", "vacuum"]);
  for (const [, value] of textOf(func).matchAll(/i32\.const (\d+)/g)) {
    if (value >= FIRST && value < end)
      throw Error(`${binaryen.getFunctionInfo(func).name}: a value escapes from its registers`);
  }
}

const is = (e, id) => binaryen.getExpressionId(e) === id;
const textOf = (func) => binaryen.emitText(binaryen.Function.getBody(func));
const edit = (func, change) => binaryen.Function.setBody(func, rewrite(binaryen.Function.getBody(func), change));

/** Rewrites flat code: statements, and the values of local.set. */
function rewrite(e, change) {
  const { Block, If, Loop, LocalSet } = binaryen;
  if (is(e, binaryen.BlockId)) {
    for (let i = 0; i < Block.getNumChildren(e); i++) Block.setChildAt(e, i, rewrite(Block.getChildAt(e, i), change));
  } else if (is(e, binaryen.IfId)) {
    If.setIfTrue(e, rewrite(If.getIfTrue(e), change));
    if (If.getIfFalse(e)) If.setIfFalse(e, rewrite(If.getIfFalse(e), change));
  } else if (is(e, binaryen.LoopId)) {
    Loop.setBody(e, rewrite(Loop.getBody(e), change));
  } else if (is(e, binaryen.LocalSetId)) {
    LocalSet.setValue(e, rewrite(LocalSet.getValue(e), change));
  }
  return change(e);
}
