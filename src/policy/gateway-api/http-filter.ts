import { enumeration } from '../schema/enumeration.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { integer } from '../schema/integer.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import type { Parsed } from '../schema/parsed.ts';
import { reject, under } from '../schema/place.ts';
import { type Infer, refine, type Schema } from '../schema/schema.ts';
import { show } from '../schema/show.ts';
import { refusedVariant, tagged, variant } from '../schema/tagged.ts';
import { corsFilter } from './http-cors.ts';
import { headerModifier } from './http-header.ts';
import { preciseHostname } from './name.ts';
import { backendReference } from './object-reference.ts';
import { portNumber } from './parent-reference.ts';
import { pathModifier } from './path-modifier.ts';

const fraction = refine(
  object({
    numerator: required(integer({ from: 0, to: 2 ** 31 - 1 }), 'How many.'),
    denominator: defaulted(integer({ from: 1, to: 2 ** 31 - 1 }), 100, 'Of how many.'),
  }),
  (spec, place) =>
    spec.numerator <= spec.denominator
      ? spec
      : reject(under(place, 'numerator'), 'is more than denominator', 'write a part of the whole'),
);

const requestMirror = refine(
  object({
    backendRef: required(backendReference, 'Who gets a copy of the request; the answer is dropped.'),
    percent: optional(integer({ from: 0, to: 100 }), 'How many requests are copied, in percent; all if absent.'),
    fraction: optional(fraction, 'The same as a fraction.'),
  }),
  (spec, place) =>
    spec.percent === undefined || spec.fraction === undefined
      ? spec
      : reject(place, 'has percent and fraction', 'keep one of them'),
);

const redirectCodes = [301, 302, 303, 307, 308] as const;

const redirectCode: Schema<(typeof redirectCodes)[number]> = {
  json: { enum: redirectCodes },
  parse: (value, place) =>
    redirectCodes.find((code) => code === value) ??
    reject(place, `${show(value)} is not a redirection`, `write ${redirectCodes.join(', ')}`),
};

const requestRedirect = object({
  scheme: optional(enumeration(['http', 'https']), 'Scheme of the new address; that of the request if absent.'),
  hostname: optional(preciseHostname, 'Host of the new address; that of the request if absent.'),
  path: optional(pathModifier, 'Path of the new address; that of the request if absent.'),
  port: optional(portNumber, 'Port of the new address; that of the scheme or listener if absent.'),
  statusCode: defaulted(redirectCode, 302, 'Status of the answer.'),
});

const urlRewrite = object({
  hostname: optional(preciseHostname, 'Host that the backend is asked for.'),
  path: optional(pathModifier, 'Path that the backend is asked for.'),
});

const headerFilters = {
  RequestHeaderModifier: variant('requestHeaderModifier', headerModifier, 'Changes of request headers.'),
  ResponseHeaderModifier: variant('responseHeaderModifier', headerModifier, 'Changes of response headers.'),
};

const noExtensions = 'filters of other implementations are not known here';

const filter = tagged(
  'type',
  {
    ...headerFilters,
    RequestMirror: variant('requestMirror', requestMirror, 'A copy of requests for somebody else.'),
    RequestRedirect: variant('requestRedirect', requestRedirect, 'An answer that points elsewhere.'),
    URLRewrite: variant('urlRewrite', urlRewrite, 'Another host or path for the backend.'),
    CORS: variant('cors', corsFilter, 'Calls from pages in browsers.'),
    ExtensionRef: refusedVariant('extensionRef', noExtensions),
  },
  'Which filter it is.',
);

export type HttpFilter = Infer<typeof filter>;

const forAll = 'it is for all backends of a rule';

const backendFilter = tagged(
  'type',
  {
    ...headerFilters,
    RequestMirror: refusedVariant('requestMirror', forAll),
    RequestRedirect: refusedVariant('requestRedirect', forAll),
    URLRewrite: refusedVariant('urlRewrite', forAll),
    CORS: refusedVariant('cors', forAll),
    ExtensionRef: refusedVariant('extensionRef', noExtensions),
  },
  'Which filter it is.',
);

/** For one backend of several. */
export const backendFilters = refine(list(backendFilter, { most: 16 }), (all, place) => {
  const again = all.findIndex(({ type }, index) => all.findIndex((other) => other.type === type) !== index);
  return again < 0 ? all : reject(under(place, again), `is a second ${all[again]?.type}`, 'put both into one');
});

/** Gateway API: only copies may be made several times, and a redirected request has no backend to rewrite for. */
export const httpFilters = refine(list(filter, { most: 16 }), (all, place): Parsed<readonly HttpFilter[]> => {
  for (const [index, { type }] of all.entries()) {
    if (type === 'RequestMirror') continue;
    if (all.slice(0, index).some((earlier) => earlier.type === type)) {
      return reject(under(place, index), `is a second ${type}`, 'put both into one');
    }
  }
  const has = (type: HttpFilter['type']): boolean => all.some((one) => one.type === type);
  if (!has('RequestRedirect') || !has('URLRewrite')) return all;
  const remedy = 'keep one of RequestRedirect and URLRewrite';
  return reject(place, 'redirect and rewrite at once', remedy, 'IncompatibleFilters');
});
