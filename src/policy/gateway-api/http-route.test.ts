import { describe, expect, it } from 'vitest';
import { problemsOf, specOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, ...string[]])[] = [
  ['{rules: []}', 'error spec.rules is empty — add a rule with backendRefs'],
  ['{rules: [{name: a}, {name: a}]}', 'error spec.rules[1].name a is another rule — give each its own name'],
  ['{parentRefs: [{}]}', 'error spec.parentRefs[0].name is missing — add name: name of the parent'],
  [
    '{parentRefs: [{name: a, sectionName: b}, {name: a}]}',
    'error spec.parentRefs[1] names Gateway a once more — give each its own sectionName',
  ],
  [
    '{parentRefs: [{name: a, sectionName: b}, {name: a, sectionName: b}]}',
    'error spec.parentRefs[1] names Gateway a once more — give each its own sectionName',
  ],
  [
    '{parentRefs: [{name: a, namespace: A}]}',
    'error spec.parentRefs[0].namespace "A" is not a DNS label — use lower-case letters, digits and -, at most 63, beginning and ending with a letter or digit',
  ],
  [
    '{hostnames: ["a.*.example"]}',
    'error spec.hostnames[0] "a.*.example" is not a host name — write a host name in lower case; *. may stand in front: *.example.com',
  ],
  [
    '{rules: [{matches: [{path: {value: api}}]}]}',
    'error spec.rules[0].matches[0].path.value does not begin with / — write a path such as /v1',
  ],
  [
    '{rules: [{matches: [{path: {value: /a//b}}]}]}',
    'error spec.rules[0].matches[0].path.value has // in it — write the path as it is after normalisation',
  ],
  [
    '{rules: [{matches: [{path: {value: /a/../b}}]}]}',
    'error spec.rules[0].matches[0].path.value has /../ in it — write the path as it is after normalisation',
  ],
  [
    '{rules: [{matches: [{path: {value: /a/.}}]}]}',
    'error spec.rules[0].matches[0].path.value has /. in it — write the path as it is after normalisation',
  ],
  [
    '{rules: [{matches: [{path: {value: "/a%2fb"}}]}]}',
    'error spec.rules[0].matches[0].path.value has %2f in it — write the path as it is after normalisation',
  ],
  [
    '{rules: [{matches: [{path: {value: "/a b"}}]}]}',
    'error spec.rules[0].matches[0].path.value has characters that no path has — percent-encode them',
  ],
  [
    '{rules: [{matches: [{path: {type: Prefix, value: /a}}]}]}',
    'error spec.rules[0].matches[0].path.type "Prefix" is not a possible value — write Exact, PathPrefix or RegularExpression',
  ],
  [
    '{rules: [{matches: [{path: {type: RegularExpression, value: "/[a"}}]}]}',
    'error spec.rules[0].matches[0].path.value missing closing ]: [a (character 2) — write a pattern in RE2 syntax, such as gpt-4.*',
  ],
  [
    '{rules: [{matches: [{method: get}]}]}',
    'error spec.rules[0].matches[0].method "get" is not a possible value — write GET (possible: GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE or PATCH)',
  ],
  [
    '{rules: [{matches: [{headers: [{name: a, type: RegularExpression, value: "(?=a)"}]}]}]}',
    'error spec.rules[0].matches[0].headers[0].value invalid or unsupported Perl syntax: (?= (look-around is not available in RE2: match the surroundings too, or use \\b) (character 1) — write a pattern in RE2 syntax, such as gpt-4.*',
  ],
  [
    '{rules: [{matches: [{queryParams: [{name: a}]}]}]}',
    'error spec.rules[0].matches[0].queryParams[0].value is missing — add value: value to compare with',
  ],
  [
    '{rules: [{backendRefs: [{name: a}]}]}',
    'error spec.rules[0].backendRefs[0].port is missing: Service a may have several — add port: 8080',
  ],
  [
    '{rules: [{backendRefs: [{name: a, port: 70000}]}]}',
    'error spec.rules[0].backendRefs[0].port 70000 is more than 65535 — write a whole number from 1 to 65535',
  ],
  [
    '{rules: [{backendRefs: [{name: a, port: 80, weight: 1000001}]}]}',
    'error spec.rules[0].backendRefs[0].weight 1000001 is more than 1000000 — write a whole number from 0 to 1000000',
  ],
  [
    '{rules: [{filters: [{type: ExtensionRef, extensionRef: {group: a, kind: B, name: c}}]}]}',
    'error spec.rules[0].filters[0].type ExtensionRef is not served: filters of other implementations are not known here — write RequestHeaderModifier, ResponseHeaderModifier, RequestMirror, RequestRedirect, URLRewrite or CORS',
    'error spec.rules[0].filters[0].extensionRef is not served: filters of other implementations are not known here — remove it',
  ],
  [
    '{rules: [{filters: [{requestHeaderModifier: {}}]}]}',
    'error spec.rules[0].filters[0].type is missing — add type: which filter it is',
  ],
  [
    '{rules: [{filters: [{type: RequestHeaderModifier}]}]}',
    'error spec.rules[0].filters[0].requestHeaderModifier is missing: type is RequestHeaderModifier — add requestHeaderModifier, or change type',
  ],
  [
    '{rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {}, urlRewrite: {}}]}]}',
    'error spec.rules[0].filters[0].urlRewrite is given, but type is RequestHeaderModifier — remove it, or change type',
  ],
  [
    '{rules: [{filters: [{type: Rewrite}]}]}',
    'error spec.rules[0].filters[0].type "Rewrite" is not a possible value — write RequestHeaderModifier, ResponseHeaderModifier, RequestMirror, RequestRedirect, URLRewrite or CORS',
  ],
  [
    '{rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: "b\\nc"}]}}]}]}',
    'error spec.rules[0].filters[0].requestHeaderModifier.set[0].value the value holds a control character — write one line of text without control characters',
  ],
  [
    '{rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {}}, {type: RequestHeaderModifier, requestHeaderModifier: {}}]}]}',
    'error spec.rules[0].filters[1] is a second RequestHeaderModifier — put both into one',
  ],
  [
    '{rules: [{filters: [{type: URLRewrite, urlRewrite: {}}, {type: RequestRedirect, requestRedirect: {}}]}]}',
    'error spec.rules[0].filters redirect and rewrite at once — keep one of RequestRedirect and URLRewrite',
  ],
  [
    '{rules: [{filters: [{type: RequestRedirect, requestRedirect: {statusCode: 304}}]}]}',
    'error spec.rules[0].filters[0].requestRedirect.statusCode 304 is not a redirection — write 301, 302, 303, 307, 308',
  ],
  [
    '{rules: [{filters: [{type: RequestRedirect, requestRedirect: {}}], backendRefs: [{name: a, port: 80}]}]}',
    'error spec.rules[0].backendRefs is given, but every request is redirected — remove it',
  ],
  [
    '{rules: [{filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /a}}}], matches: [{path: {type: Exact, value: /b}}]}]}',
    'error spec.rules[0].matches must be one PathPrefix, because a filter replaces the prefix that matched — write one match with path: {type: PathPrefix, value: …}',
  ],
  [
    '{rules: [{filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replacePrefixMatch: /a}}}]}]}',
    'error spec.rules[0].filters[0].urlRewrite.path.replacePrefixMatch is given, but type is ReplaceFullPath — remove it, or change type',
  ],
  [
    '{rules: [{filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: "/a?b"}}}]}]}',
    'error spec.rules[0].filters[0].urlRewrite.path.replaceFullPath has spaces, control characters, ? or # in it — write a path such as /v2',
  ],
  [
    '{rules: [{filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: "/a\\0"}}}]}]}',
    'error spec.rules[0].filters[0].requestRedirect.path.replaceFullPath has spaces, control characters, ? or # in it — write a path such as /v2',
  ],
  [
    '{rules: [{matches: [{path: {type: RegularExpression, value: "/(a{300}){1,1000}"}}]}]}',
    'error spec.rules[0].matches[0].path.value the pattern needs more than 2500 steps: lower its repetition counts (character 1) — write a pattern in RE2 syntax, such as gpt-4.*',
  ],
  [
    '{rules: [{filters: [{type: RequestMirror, requestMirror: {backendRef: {name: a, port: 80}, percent: 1, fraction: {numerator: 1}}}]}]}',
    'error spec.rules[0].filters[0].requestMirror has percent and fraction — keep one of them',
  ],
  [
    '{rules: [{filters: [{type: RequestMirror, requestMirror: {backendRef: {name: a, port: 80}, fraction: {numerator: 2, denominator: 1}}}]}]}',
    'error spec.rules[0].filters[0].requestMirror.fraction.numerator is more than denominator — write a part of the whole',
  ],
  [
    '{rules: [{filters: [{type: CORS, cors: {allowOrigins: ["*", "https://a.example"]}}]}]}',
    'error spec.rules[0].filters[0].cors.allowOrigins[0] "*" stands beside others — keep "*", or name them one by one',
  ],
  [
    '{rules: [{filters: [{type: CORS, cors: {allowOrigins: [a.example]}}]}]}',
    'error spec.rules[0].filters[0].cors.allowOrigins[0] "a.example" is not an origin — write scheme, host and port, such as https://app.example.com or https://*.example.com, or "*"',
  ],
  [
    '{rules: [{timeouts: {request: 10s, backendRequest: 20s}}]}',
    'error spec.rules[0].timeouts.backendRequest is longer than request, which holds all attempts — make it shorter, or request longer',
  ],
  [
    '{rules: [{timeouts: {request: ten}}]}',
    'error spec.rules[0].timeouts.request "ten" is not a duration — write a duration such as 30s, 1m30s or 250ms',
  ],
  [
    '{rules: [{retry: {codes: [200]}}]}',
    'error spec.rules[0].retry.codes[0] 200 is less than 400 — write a whole number from 400 to 599',
  ],
  [
    '{rules: [{sessionPersistence: {sessionName: a}}]}',
    'error spec.rules[0].sessionPersistence is not served: requests are not bound to one endpoint — remove it',
  ],
  ['{rule: []}', 'error spec.rule is not a known field — write rules'],
  [
    '{rules: [{backendRefs: [{name: a, port: 80, filters: [{type: URLRewrite, urlRewrite: {}}]}]}]}',
    'error spec.rules[0].backendRefs[0].filters[0].type URLRewrite is not served: it is for all backends of a rule — write RequestHeaderModifier or ResponseHeaderModifier',
    'error spec.rules[0].backendRefs[0].filters[0].urlRewrite is not served: it is for all backends of a rule — remove it',
  ],
  [
    '{rules: [{backendRefs: [{name: a, port: 80, filters: [{type: RequestHeaderModifier, requestHeaderModifier: {}}, {type: RequestHeaderModifier, requestHeaderModifier: {}}]}]}]}',
    'error spec.rules[0].backendRefs[0].filters[1] is a second RequestHeaderModifier — put both into one',
  ],
  [
    '{rules: [{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: Host, value: a}]}}]}]}',
    'error spec.rules[0].filters[0].requestHeaderModifier.set[0].name host is no header to change — write the filter URLRewrite',
  ],
];

describe('HTTPRoute', () => {
  it('is for every path if it says nothing', () => {
    expect(specOf('HTTPRoute', '{}')).toEqual({
      parentRefs: [],
      hostnames: [],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' }, headers: [], queryParams: [] }],
          filters: [],
          backendRefs: [],
        },
      ],
    });
  });

  it('has rules for every request where their list of matches is empty, as where there is none', () => {
    expect(specOf('HTTPRoute', '{rules: [{matches: []}]}')).toEqual(specOf('HTTPRoute', '{rules: [{}]}'));
    const toPrefix = '{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /a}}}';
    expect(problemsOf('HTTPRoute', `{rules: [{matches: [], filters: [${toPrefix}]}]}`)).toEqual([]);
  });

  it('keeps of a filter what its type means', () => {
    const filters = '[{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: ""}}}]';
    expect(specOf('HTTPRoute', `{rules: [{filters: ${filters}, backendRefs: [{name: a, port: 80}]}]}`)).toMatchObject({
      rules: [
        {
          filters: [
            { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '' } } },
          ],
          backendRefs: [{ group: '', kind: 'Service', name: 'a', port: 80, weight: 1, filters: [] }],
        },
      ],
    });
  });

  it('counts the matches of all rules', () => {
    const rule = (count: number): string => `{matches: [${'{path: {value: /a}}, '.repeat(count)}]}`;
    expect(problemsOf('HTTPRoute', `{rules: [${rule(64)}, ${rule(64)}]}`)).toEqual([]);
    expect(problemsOf('HTTPRoute', `{rules: [${rule(64)}, ${rule(64)}, {}]}`)).toEqual([
      'error spec.rules have 129 matches, which is more than 128 — split the route',
    ]);
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('HTTPRoute', spec)).toEqual(problems);
  });
});
