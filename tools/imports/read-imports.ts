import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const statement = /(?:^|\n|;)\s*(?:import|export)\b(?:[^'"`;]*?\bfrom)?\s*(['"])([^'"\n]+)\1/g;
const dynamic = /\bimport\(\s*(['"])([^'"\n]+)\1/g;

/** What a file imports, as written, types included: a type ties two places together as much as a value does. */
export function importsOf(text: string): string[] {
  const code = text.replace(/^\s*(\/\/.*|\/\*[\s\S]*?\*\/)/gm, '');
  return [...code.matchAll(statement), ...code.matchAll(dynamic)].map((match) => match[2] ?? '');
}

export type Import =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'built-in' };

/** Where an import leads, relative to the root of the repository. */
export function resolveImport(from: string, specifier: string): Import {
  if (specifier.startsWith('.')) return { kind: 'file', path: normalize(join(dirname(from), specifier)) };
  if (specifier.startsWith('node:')) return { kind: 'built-in' };
  const parts = specifier.split('/');
  return { kind: 'package', name: parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/') };
}

export function readImports(root: string, from: string): Import[] {
  return importsOf(readFileSync(join(root, from), 'utf8')).map((specifier) => resolveImport(from, specifier));
}
