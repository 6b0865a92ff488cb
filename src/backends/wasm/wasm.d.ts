/** A compiled module, base64; the bundler inlines it, so that nobody has to find a file. */
declare module "*.wasm" {
  const base64: string;
  export default base64;
}
