import type { ExtProcSpec } from '../../../policy/envoy-gateway/ext-proc.ts';
import type { ProcessorDirection } from '../../own-filter.ts';
import { type BackendDocuments, serviceBackend } from '../backend/service.ts';
import type { BuildContext } from '../context.ts';
import type { ExtensionDocument } from '../documents.ts';
import { type BuiltFilters, padded, together } from '../own-filters/built-filters.ts';
import { processorFilter } from '../own-filters/processor.ts';

/** Metadata by which the processor of this gateway talks to Envoy, and what Envoy itself goes by. */
const takenNamespaces = ['sluice.', 'envoy.'];

export function buildProcessors(
  document: ExtensionDocument,
  processors: readonly ExtProcSpec[],
  known: BackendDocuments,
  context: BuildContext,
): BuiltFilters {
  return together(
    processors.map((spec, index) => {
      const path = `spec.extProc[${index}]`;
      const [ref] = spec.backendRefs;
      const isAllowed = refuseTakenNamespaces(document, `${path}.metadata.writableNamespaces`, spec, context);
      const backend =
        ref && serviceBackend(document, `${path}.backendRefs[0]`, ref, known, context, { protocol: 'http2' });
      if (backend === undefined || !isAllowed) return undefined;
      const { request, response, allowModeOverride = false } = spec.processingMode ?? {};
      return processorFilter(document, `processor/${padded(index)}`, backend, {
        messageTimeoutMs: spec.messageTimeout,
        isOptional: spec.failOpen,
        ...(request && { request: direction(request) }),
        ...(response && { response: direction(response) }),
        mayChangeMode: allowModeOverride,
        readableMetadata: spec.metadata?.accessibleNamespaces ?? [],
        writableMetadata: spec.metadata?.writableNamespaces ?? [],
      });
    }),
  );
}

type DirectionSpec = NonNullable<NonNullable<ExtProcSpec['processingMode']>['request']>;

const bodies: Readonly<Record<NonNullable<DirectionSpec['body']>, ProcessorDirection['body']>> = {
  Streamed: 'streamed',
  Buffered: 'buffered',
  BufferedPartial: 'bufferedPartial',
  FullDuplexStreamed: 'duplex',
};

function direction({ body, attributes }: DirectionSpec): ProcessorDirection {
  return { body: body === undefined ? 'none' : bodies[body], attributes };
}

/** Whoever could write these could choose the provider of a request, and write somebody else's name into the log. */
function refuseTakenNamespaces(
  document: ExtensionDocument,
  path: string,
  { metadata }: ExtProcSpec,
  context: BuildContext,
): boolean {
  const taken = (metadata?.writableNamespaces ?? []).filter((name) =>
    takenNamespaces.some((prefix) => name.startsWith(prefix)),
  );
  for (const name of taken) {
    const message = `${name} is the gateway's own`;
    context.reject(document, path, message, 'name one of your own', 'UnsupportedValue');
  }
  return taken.length === 0;
}
