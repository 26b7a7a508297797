import { reject } from '../schema/place.ts';
import type { Schema } from '../schema/schema.ts';
import { show } from '../schema/show.ts';
import { text } from '../schema/text.ts';

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** A host name without wildcard. */
export const preciseHostname = text({
  pattern: `^${label}(\\.${label})*$`,
  complaint: 'is not a host name',
  remedy: 'write a host name in lower case, such as api.example.com',
});

/** As RFC 3986 has it, and as certificates hold it: compared letter by letter. */
export const absoluteUri = text({
  pattern: '^[A-Za-z][A-Za-z0-9+.-]*://[^/?#\\s]+[^\\s]*$',
  longest: 253,
  complaint: 'is not an absolute URI',
  remedy: 'write one with scheme and authority, such as spiffe://example.com/name',
});

export const hostname = text({
  pattern: `^(\\*\\.)?${label}(\\.${label})*$`,
  complaint: 'is not a host name',
  remedy: 'write a host name in lower case; *. may stand in front: *.example.com',
});

/** Of these forms; whether each number is small enough, Envoy says. */
export const addressPattern = '^([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$';

/** API group; empty: that of Kubernetes itself. */
export const apiGroup: Schema<string> = {
  json: { type: 'string', maxLength: 253, pattern: `^$|^${label}(\\.${label})*$` },
  parse: (value, place) => {
    const isGroup = typeof value === 'string' && value.length <= 253 && groupText.test(value);
    if (isGroup) return value;
    return reject(place, `${show(value)} is not an API group`, 'write a group such as gateway.envoyproxy.io, or ""');
  },
};

const groupText = new RegExp(`^$|^${label}(\\.${label})*$`);

export const apiKind = text({
  pattern: '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$',
  longest: 63,
  complaint: 'is not a kind',
  remedy: 'write a kind such as Service',
});

/** Part of something: a listener of a Gateway, a rule of a route, a port of a Service. */
export const sectionName = text({
  pattern: `^${label}(\\.${label})*$`,
  complaint: 'is not the name of a section',
  remedy: 'write the name of a listener, rule or port',
});

/** What headers and query parameters may be called. */
export const tokenName = text({
  pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_`|~]+$",
  longest: 256,
  complaint: 'is not a name',
  remedy: 'use letters, digits and -, such as x-team',
});

export const gatewayApiGroup = 'gateway.networking.k8s.io';
export const aiGatewayGroup = 'aigateway.envoyproxy.io';
export const envoyGatewayGroup = 'gateway.envoyproxy.io';
