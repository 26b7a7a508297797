import { defaulted } from '../schema/field.ts';
import { map } from '../schema/map.ts';
import { object } from '../schema/object.ts';
import { privateMap } from '../schema/private-map.ts';
import { refine, type Schema } from '../schema/schema.ts';
import { forOthers } from '../schema/verdict.ts';
import { entryBase64, entryName, entryText } from './entry.ts';
import { type Sealed, sealed } from './sealed.ts';

const remedy = 'write names and values: {apiKey: …}';

const fields = object({
  type: forOthers('Kubernetes'),
  data: defaulted(privateMap(map(entryName, entryBase64), remedy), {}, 'Entries in base64.'),
  stringData: defaulted(
    privateMap(map(entryName, entryText), remedy),
    {},
    'Entries as they are. They win over those of data.',
  ),
  immutable: forOthers('Kubernetes'),
});

export interface SecretSpec {
  readonly data: { readonly [name: string]: Sealed };
}

/** Kubernetes' Secret, for folders that hold whole manifests. */
export const secretSpec: Schema<SecretSpec> = refine(fields, ({ data, stringData }) => {
  const entries = Object.entries({ ...data, ...stringData });
  return { data: Object.fromEntries(entries.map(([name, value]) => [name, sealed(value)])) };
});
