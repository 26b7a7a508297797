import { codeSha256, codeUrl } from '../filter-words.ts';
import { secretReference } from '../gateway-api/object-reference.ts';
import { boolean } from '../schema/boolean.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { jsonValue } from '../schema/json-value.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import type { Parsed } from '../schema/parsed.ts';
import { under } from '../schema/place.ts';
import { type Infer, refine, type Schema } from '../schema/schema.ts';
import { tagged, variant } from '../schema/tagged.ts';
import { text } from '../schema/text.ts';
import { except, notApplicable, refuse, refused, reported } from '../schema/verdict.ts';

const name = text({ longest: 253, complaint: 'has control characters', remedy: 'write it on one line' });

const http = object({
  url: required(codeUrl, 'Where the code is.'),
  sha256: optional(
    except(codeSha256, 'code without it is reported and not run: Envoy runs only what is known'),
    'Hash of the code.',
  ),
  tls: refused('the system’s certificates are used'),
});

const image = object({
  url: required(
    text({
      pattern: '^(oci://)?[a-z0-9][A-Za-z0-9./:@_-]*$',
      longest: 512,
      complaint: 'is not an image',
      remedy: 'write an image such as registry.example.com/filters/waf:v1',
    }),
    'The image with the code.',
  ),
  sha256: optional(codeSha256, 'Hash of the code.'),
  pullSecretRef: optional(secretReference, 'Secret of type kubernetes.io/dockerconfigjson.'),
  tls: refused('the system’s certificates are used'),
});

const fields = object({
  name: optional(name, 'Name of the filter.'),
  rootID: optional(name, 'Name of the configuration that filters of the same code share.'),
  code: optional(
    tagged(
      'type',
      {
        HTTP: variant('http', http, 'A file.'),
        Image: variant('image', reported(image, 'nobody here unpacks images'), 'An OCI image.'),
      },
      'Where the code comes from.',
    ),
    'The code; needed.',
  ),
  config: optional(jsonValue, 'What the filter is told.'),
  failOpen: defaulted(boolean, false, 'true: requests go on without it when it fails.'),
  env: optional(
    object({ hostKeys: defaulted(list(name, { most: 64 }), [], 'Environment variables that it may read.') }),
    'Environment of the filter.',
  ),
  vmSharingScope: notApplicable('each filter has a machine of its own'),
  pullPolicy: notApplicable('the hash says which code it is'),
});

export type WasmSpec = Infer<typeof fields> & { readonly code: NonNullable<Infer<typeof fields>['code']> };

/**
 * Code of your own in the filter chain, such as a web application firewall. Without code the original looks its name up
 * among the modules of an EnvoyProxy; such a policy is stored, so that its status can say that nobody does that here.
 */
export const wasm: Schema<WasmSpec> = refine(fields, (spec, place): Parsed<WasmSpec> => {
  const { code } = spec;
  if (code !== undefined) return { ...spec, code };
  const message = 'is missing, and no module is looked up by its name';
  return refuse(under(place, 'code'), message, 'add code: {type: HTTP, http: {url: …, sha256: …}}');
});
