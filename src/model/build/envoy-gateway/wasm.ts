import { contentVersion } from '../../../lib/hash.ts';
import type { WasmSpec } from '../../../policy/envoy-gateway/wasm.ts';
import type { BuildContext } from '../context.ts';
import type { ExtensionDocument } from '../documents.ts';
import { type BuiltFilters, padded, together } from './built-filters.ts';
import { fetchedFile } from './fetched-file.ts';

/**
 * Their names say their content: Envoy fetches code for a filter that is new, and for one that changes never. Requests
 * would go past it from then on.
 */
export function buildWasm(
  document: ExtensionDocument,
  filters: readonly WasmSpec[],
  context: BuildContext,
): BuiltFilters {
  return together(
    filters.map((spec, index) => {
      const path = `spec.wasm[${index}].code`;
      const { code } = spec;
      if (code.type === 'Image') {
        const message = 'is not served: nobody here unpacks images';
        const remedy = 'put the file onto a web server and write type: HTTP';
        context.reject(document, `${path}.image`, message, remedy, 'UnsupportedValue');
        return undefined;
      }
      const { url, sha256 } = code.http;
      if (sha256 === undefined) {
        const message = 'is missing: Envoy runs fetched code only when it is known';
        context.reject(document, `${path}.http.sha256`, message, 'write its SHA-256', 'UnsupportedValue');
        return undefined;
      }
      const fetched = fetchedFile(document, `${path}.http.url`, url, context);
      if (fetched === undefined) return undefined;
      return {
        filter: {
          kind: 'wasm',
          name: `${document.id}/wasm/${padded(index)}@${contentVersion(JSON.stringify(spec)).slice(0, 8)}`,
          title: spec.name ?? '',
          rootId: spec.rootID ?? '',
          code: { ...fetched.file, sha256 },
          ...(spec.config !== undefined && { configuration: JSON.stringify(spec.config) }),
          isOptional: spec.failOpen,
          environment: spec.env?.hostKeys ?? [],
          origins: [document.id],
        },
        backend: fetched.backend,
      };
    }),
  );
}
