/** The text of a shader; the bundler inlines it, so that nobody has to find a file. */
declare module "*.wgsl" {
  const text: string;
  export default text;
}
