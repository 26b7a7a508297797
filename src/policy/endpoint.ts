import { reject, warn } from './schema/place.ts';
import type { Schema } from './schema/schema.ts';
import { notedJson } from './schema/server-notes.ts';
import { kindOf } from './schema/show.ts';

/** A URL, taken apart once. */
export interface Endpoint {
  /** Without trailing slash. */
  readonly url: string;
  readonly protocol: 'http' | 'https';
  /** A name or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Empty or beginning with a slash; without trailing slash. */
  readonly path: string;
}

export interface EndpointRule {
  /** The path is put in place of the client’s `/v1`, and is easily forgotten. */
  readonly expectsPath: boolean;
  readonly example: string;
}

/**
 * Where something is reached. Messages repeat a URL only when it holds nothing behind `@`, `?` or `#`: that is where
 * people put keys.
 */
export function endpoint(options: EndpointRule): Schema<Endpoint> {
  const remedy = `write an address such as ${options.example}`;
  return {
    json: notedJson(
      { type: 'string', pattern: '^https?://[^\\s@?#]+$', maxLength: 2048 },
      { rules: [{ rule: 'isURL(self)', message: remedy }] },
    ),
    parse: (value, place) => {
      if (typeof value !== 'string') return reject(place, `${kindOf(value)} stands here instead of a URL`, remedy);
      if (value.length > 2048) return reject(place, 'is longer than 2048 characters', remedy);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: URL parsers drop tabs and line ends; we refuse them.
      if (/[\u0000-\u0020\u007f]/.test(value)) return reject(place, 'has spaces or control characters in it', remedy);
      const isClean = !/[@?#]/.test(value);
      const shown = isClean ? value : 'the value (not repeated here)';
      if (!/^https?:\/\//i.test(value))
        return reject(place, `${shown} does not begin with http:// or https://`, remedy);
      const url = URL.canParse(value) ? new URL(value) : undefined;
      if (url === undefined) return reject(place, `${shown} is not a URL`, remedy);
      if (url.username !== '' || url.password !== '' || value.includes('@')) {
        return reject(place, 'has credentials in the URL (not repeated here)', 'remove them; use credential');
      }
      if (!isClean) return reject(place, 'has a query or fragment (not repeated here)', 'remove what follows ? or #');
      if (url.port === '0') return reject(place, `${shown} has port 0`, remedy);
      if (options.expectsPath && url.pathname === '/' && !value.endsWith('/')) {
        warn(place, `${value} has no path, so requests go to /chat/completions and the like`, pathRemedy(value));
      }
      return parts(url);
    },
  };
}

function parts(url: URL): Endpoint {
  const protocol = url.protocol === 'https:' ? 'https' : 'http';
  const path = url.pathname.replace(/\/+$/, '');
  const port = url.port === '' ? (protocol === 'https' ? 443 : 80) : Number(url.port);
  return { url: `${url.origin}${path}`, protocol, host: url.hostname.replace(/^\[|\]$/g, ''), port, path };
}

function pathRemedy(url: string): string {
  return `most services expect ${url}/v1; write ${url}/ if it is meant`;
}
