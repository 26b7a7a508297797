import type { BigIntStats } from 'node:fs';

export interface ListedFile {
  readonly path: string;
  readonly size: number;
  /** Differs if the file differs: a replaced file has another inode, a rewritten one other times. */
  readonly signature: string;
  readonly changedAtMs: number;
}

export function listedFile(path: string, stats: BigIntStats): ListedFile {
  const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = stats;
  const signature = `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
  return { path, size: Number(size), signature, changedAtMs: Number(ctimeMs) };
}

/**
 * The endings, of whatever case, also keep out what editors leave for a moment: `x.yaml~`, `#x.yaml#`, `x.yaml.swp`,
 * `4913`.
 */
export function isPolicyFile(name: string): boolean {
  return /^[^.#].*\.(ya?ml|json)$/is.test(name);
}

/** Dotfiles are nobody's policy: `.git`, `..data` and `..2026_01_01` of Kubernetes mounts, `.#x` of editors. */
export function isHidden(name: string): boolean {
  return name.startsWith('.');
}

export function inOrder(files: Iterable<ListedFile>): readonly ListedFile[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
}
