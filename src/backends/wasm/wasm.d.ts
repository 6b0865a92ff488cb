/** A compiled module in hexadecimal digits; the bundler inlines it, so that nobody has to find a file. */
declare module "*.wasm" {
  const digits: string;
  export default digits;
}
