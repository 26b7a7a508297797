import { readFileSync } from 'node:fs';

/** The version of Sluice. Sources and compiled output lie equally deep below package.json. */
export const version = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
).version;
