/** The module that runs in Node, under the name that its types do not have. */
declare module "wgsl_reflect/wgsl_reflect.module.js" {
  export * from "wgsl_reflect";
}
