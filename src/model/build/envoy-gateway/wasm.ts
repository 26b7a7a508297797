import type { WasmSpec } from '../../../policy/envoy-gateway/wasm.ts';
import type { BuildContext } from '../context.ts';
import type { ExtensionDocument } from '../documents.ts';
import { type BuiltFilters, padded, together } from '../own-filters/built-filters.ts';
import { wasmFilter } from '../own-filters/wasm.ts';

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
      const settings = {
        title: spec.name ?? '',
        rootId: spec.rootID ?? '',
        ...(spec.config !== undefined && { configuration: JSON.stringify(spec.config) }),
        isOptional: spec.failOpen,
        environment: spec.env?.hostKeys ?? [],
      };
      const from = { path: `${path}.http.url`, url, sha256 };
      return wasmFilter(document, `wasm/${padded(index)}`, from, settings, context);
    }),
  );
}
