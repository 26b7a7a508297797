import type { PolicyDocument } from '../../../policy/document.ts';
import type { ProcessorFilter } from '../../own-filter.ts';
import type { ServiceBackend } from '../../service.ts';
import type { BuiltFilter } from './built-filters.ts';

type Settings = Omit<ProcessorFilter, 'kind' | 'name' | 'cluster' | 'authority' | 'origins'>;

export function processorFilter(
  document: PolicyDocument,
  name: string,
  backend: ServiceBackend,
  settings: Settings,
): BuiltFilter {
  return {
    filter: {
      kind: 'processor',
      name: `${document.id}/${name}`,
      cluster: backend.cluster,
      authority: backend.endpoints[0]?.host ?? '',
      ...settings,
      origins: [document.id],
    },
    backend,
  };
}
