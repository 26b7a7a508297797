import { contentVersion } from '../../../lib/hash.ts';
import type { PolicyDocument } from '../../../policy/document.ts';
import type { WasmFilter } from '../../own-filter.ts';
import type { BuildContext } from '../context.ts';
import type { BuiltFilter } from './built-filters.ts';
import { fetchedFile } from './fetched-file.ts';

interface Code {
  readonly url: string;
  readonly sha256: string;
}

type Settings = Omit<WasmFilter, 'kind' | 'name' | 'code' | 'origins'>;

/**
 * Its name says its content: Envoy fetches code for a filter that is new, and for one that changes never. Requests would
 * go past it from then on.
 */
export function wasmFilter(
  document: PolicyDocument,
  name: string,
  { path, url, sha256 }: Code & { readonly path: string },
  settings: Settings,
  context: BuildContext,
): BuiltFilter | undefined {
  const fetched = fetchedFile(document, path, url, context);
  if (fetched === undefined) return undefined;
  const content = JSON.stringify({ url, sha256, ...settings });
  return {
    filter: {
      kind: 'wasm',
      name: `${document.id}/${name}@${contentVersion(content).slice(0, 8)}`,
      code: { ...fetched.file, sha256 },
      ...settings,
      origins: [document.id],
    },
    backend: fetched.backend,
  };
}
