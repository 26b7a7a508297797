import { describe, expect, it } from 'vitest';
import { problemsOf, specOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, ...string[]])[] = [
  ['{}', 'error spec is for nothing — add targetRefs: [{group: …, kind: …, name: …}]'],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, wasm: [{}]}',
    'error spec.wasm[0].code is missing, and no module is looked up by its name — add code: {type: HTTP, http: {url: …, sha256: …}}',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, wasm: [{code: {type: Image}}]}',
    'error spec.wasm[0].code.image is missing: type is Image — add image, or change type',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, wasm: [{code: {type: HTTP, image: {url: a}}}]}',
    'error spec.wasm[0].code.image is given, but type is HTTP — remove it, or change type',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, wasm: [{code: {type: File, http: {url: "https://a.example"}}}]}',
    'error spec.wasm[0].code.type "File" is not a possible value — write HTTP or Image',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, wasm: [{code: {type: HTTP, http: {url: "ftp://a.example"}}}]}',
    'error spec.wasm[0].code.http.url "ftp://a.example" is not an address — write an address such as https://files.example.com/filter.wasm',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, wasm: [{code: {type: HTTP, http: {url: "https://a.example/a.wasm", sha256: abc}}}]}',
    'error spec.wasm[0].code.http.sha256 "abc" is not a SHA-256 — write 64 hexadecimal digits in lower case',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, wasm: [{code: {type: Image, image: {url: "a:b", tls: {}}}}]}',
    'error spec.wasm[0].code.image.tls is not served: the system’s certificates are used — remove it',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, extProc: [{backendRefs: [{name: a, port: 1}], messageTimeout: 2h}]}',
    'error spec.extProc[0].messageTimeout is longer than 1h — make it shorter',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, lua: [{type: ValueRef}]}',
    'error spec.lua[0].valueRef is missing: type is ValueRef — add valueRef, or change type',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, lua: [{inline: ""}]}',
    'error spec.lua[0].inline "" is not a script — write a script in Lua',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, lua: [{type: ValueRef, valueRef: {kind: Secret, name: a}}]}',
    'error spec.lua[0].valueRef.kind "Secret" is not a possible value — write ConfigMap',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, extProc: [{}]}',
    'error spec.extProc[0].backendRefs is missing — add backendRefs: the processor: a Service that speaks gRPC',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, extProc: [{backendRefs: [{name: a, port: 1}, {name: b, port: 1}]}]}',
    'error spec.extProc[0].backendRefs has 2 entries, which is more than 1 — give at most 1',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, extProc: [{backendRefs: [{name: a}]}]}',
    'error spec.extProc[0].backendRefs[0].port is missing: Service a may have several — add port: 8080',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, extProc: [{backendRefs: [{name: a, port: 1}], processingMode: {request: {body: All}}}]}',
    'error spec.extProc[0].processingMode.request.body "All" is not a possible value — write Streamed, Buffered, BufferedPartial or FullDuplexStreamed',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, extProc: [{backendRefs: [{name: a, port: 1}], failOpen: true, processingMode: {response: {body: FullDuplexStreamed}}}]}',
    'error spec.extProc[0].failOpen is true, but bodies are FullDuplexStreamed — write failOpen: false',
  ],
  [
    '{targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: a}, dynamicModule: [{name: a}]}',
    'error spec.dynamicModule is not served: Envoy loads no libraries — remove it',
  ],
];

describe('EnvoyExtensionPolicy', () => {
  it('says that it is not served yet, and is read all the same', () => {
    const spec = `{
      targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: a},
      lua: [{inline: "x = 1"}], wasm: [{code: {type: Image, image: {url: "oci://registry.example.com/waf:v1"}}}],
      extProc: [{backendRefs: [{name: guard, port: 9002}], processingMode: {request: {}}}]
    }`;
    expect(specOf('EnvoyExtensionPolicy', spec)).toMatchObject({
      lua: [{ type: 'Inline', inline: 'x = 1' }],
      wasm: [{ code: { type: 'Image', image: { url: 'oci://registry.example.com/waf:v1' } }, failOpen: false }],
      extProc: [
        {
          backendRefs: [{ group: '', kind: 'Service', name: 'guard', port: 9002 }],
          messageTimeout: 200,
          failOpen: false,
          processingMode: { request: { attributes: [] } },
        },
      ],
    });
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('EnvoyExtensionPolicy', spec)).toEqual(problems);
  });
});
