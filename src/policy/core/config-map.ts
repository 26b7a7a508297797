import { defaulted } from '../schema/field.ts';
import { map } from '../schema/map.ts';
import { object } from '../schema/object.ts';
import { refine, type Schema } from '../schema/schema.ts';
import { forOthers } from '../schema/verdict.ts';
import { entryBase64, entryName, entryText } from './entry.ts';

const fields = object({
  data: defaulted(map(entryName, entryText), {}, 'Entries as they are.'),
  binaryData: defaulted(map(entryName, entryBase64), {}, 'Entries in base64.'),
  immutable: forOthers('Kubernetes'),
});

export interface ConfigMapSpec {
  readonly data: { readonly [name: string]: string };
}

/** Kubernetes' ConfigMap, for folders that hold whole manifests. */
export const configMapSpec: Schema<ConfigMapSpec> = refine(fields, ({ data, binaryData }) => ({
  data: { ...binaryData, ...data },
}));
