import { lstat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { isGone } from './fault.ts';
import { inOrder, isHidden, isPolicyFile, type ListedFile, listedFile } from './listed-file.ts';
import type { Listing } from './listing.ts';

/**
 * The listing with only these paths looked at again, or `undefined` when a full look is needed. Saving one file of ten
 * thousand then costs the look at one.
 */
export async function relist(listing: Listing, paths: ReadonlySet<string>): Promise<Listing | undefined> {
  // Behind a symlink a change shows under another name than the one that is listed.
  if (listing.isMissing || listing.hasSymlinks || listing.unreadable.length > 0) return undefined;
  const folders = new Set(listing.folders);
  const changes = new Map<string, ListedFile | undefined>();
  for (const path of paths) {
    if (!folders.has(dirname(path))) return undefined;
    const name = basename(path);
    try {
      const stats = await lstat(path, { bigint: true });
      if (stats.isFile()) {
        if (isPolicyFile(name)) changes.set(path, listedFile(path, stats));
      } else if (!isHidden(name)) return undefined;
    } catch (error) {
      if (!isGone(error) || folders.has(path)) return undefined;
      changes.set(path, undefined);
    }
  }
  if (changes.size === 0) return listing;
  const files = new Map(listing.files.map((file) => [file.path, file]));
  for (const [path, file] of changes) {
    if (file === undefined) files.delete(path);
    else files.set(path, file);
  }
  return { ...listing, files: inOrder(files.values()) };
}
