// The version of the package, which scripts/bundle.mjs puts in.
declare const HELIXCONV_VERSION: string;

export const version = HELIXCONV_VERSION;
