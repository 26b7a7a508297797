import { secretReference } from '../gateway-api/object-reference.ts';
import { headerName } from '../header.ts';
import { boolean } from '../schema/boolean.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import type { Infer } from '../schema/schema.ts';
import { except, refused } from '../schema/verdict.ts';

const extractFrom = object({
  headers: defaulted(
    except(list(headerName, { most: 16 }), 'for models authorization, x-api-key and api-key; others are reported'),
    [],
    'Headers that may hold the key.',
  ),
  params: refused('keys in addresses end up in logs'),
  cookies: refused('callers are programs'),
});

/** Keys of callers: every entry of these Secrets is a client and its key. */
export const apiKeyAuth = object({
  credentialRefs: required(
    list(secretReference, { least: 1, most: 64, emptyRemedy: 'name a Secret with keys' }),
    'Secrets whose entries are clients and their keys.',
  ),
  extractFrom: required(
    list(extractFrom, { least: 1, most: 16, emptyRemedy: 'add {headers: [x-api-key]}' }),
    'Where a request has its key.',
  ),
  forwardClientIDHeader: optional(
    except(headerName, 'for ordinary services; for models it is reported'),
    'Header that tells the backend which client it is.',
  ),
  sanitize: optional(boolean, 'true: the key does not reach the service. Providers never see it.'),
});

export type ApiKeyAuth = Infer<typeof apiKeyAuth>;
