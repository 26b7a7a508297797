import { describe, expect, it } from 'vitest';
import { requestMetadata } from './metadata.ts';

const request = [':method', 'POST', ':scheme', 'http', ':path', '/a.B/C'];

describe('requestMetadata', () => {
  it('gives what a request says by name', () => {
    expect({ ...requestMetadata([...request, ':authority', 'x', 'te', 'trailers', 'x-empty', '']) }).toEqual({
      ...{ ':method': 'POST', ':scheme': 'http', ':path': '/a.B/C', ':authority': 'x', te: 'trailers', 'x-empty': '' },
    });
  });

  it.each([':method', ':scheme', ':path'])('refuses a request without %s', (name) => {
    const at = request.indexOf(name);
    expect(requestMetadata(request.toSpliced(at, 2))).toBeUndefined();
    expect(requestMetadata(request.with(at + 1, ''))).toBeUndefined();
  });

  it.each([':method', ':scheme', ':path', ':authority'])('refuses a second %s', (name) => {
    expect(requestMetadata([...request, ':authority', 'x', name, 'y'])).toBeUndefined();
  });

  it('refuses a second pseudo-header even when the first was empty', () => {
    expect(requestMetadata([...request, ':authority', '', ':authority', 'x'])).toBeUndefined();
  });

  it.each([':status', ':protocol', ':', ':Path', '::path'])('refuses %s, which no request has', (name) => {
    expect(requestMetadata([...request, name, '200'])).toBeUndefined();
  });

  it('refuses pseudo-headers behind others', () => {
    expect(requestMetadata([...request, 'x-a', '1', ':authority', 'x'])).toBeUndefined();
  });

  it.each(['X-a', 'x-A', 'TE', '', 'x a', 'x:a', 'x-\xe9', 'x\0', 'x\n', 'x-a\n', 'x/a', '"x"', 'x\x7f'])(
    'refuses %j as a name',
    (name) => {
      expect(requestMetadata([...request, name, '1'])).toBeUndefined();
    },
  );

  it.each(["!#$%&'*+-.^_`|~", '0123456789', 'abcdefghijklmnopqrstuvwxyz'])('takes %s as a name', (name) => {
    expect(requestMetadata([...request, name, '1'])?.[name]).toBe('1');
  });

  it.each(['a\0b', 'a\nb', 'a\rb', '\n', 'a\n', ' a', 'a ', '\ta', 'a\t', ' '])('refuses %j as a value', (value) => {
    expect(requestMetadata([...request, 'x-a', value])).toBeUndefined();
    expect(requestMetadata([...request, ':authority', value])).toBeUndefined();
  });

  it.each(['', 'a b', 'a\tb', 'caf\xe9', '\x80\xff'])('takes %j as a value', (value) => {
    expect(requestMetadata([...request, 'x-a', value])?.['x-a']).toBe(value);
  });

  it.each(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])(
    'refuses %s, which belongs to HTTP/1',
    (name) => {
      expect(requestMetadata([...request, name, 'x'])).toBeUndefined();
    },
  );

  it.each(['gzip', 'Trailers', 'trailers, gzip', ''])('refuses te: %s', (value) => {
    expect(requestMetadata([...request, 'te', value])).toBeUndefined();
  });

  it('joins what comes several times with commas, in order', () => {
    const list = [...request, 'x-a', '1', 'x-b', '2', 'x-a', '', 'x-a', '3'];
    expect(requestMetadata(list)).toMatchObject({ 'x-a': '1, , 3', 'x-b': '2' });
  });

  it('joins cookies as one line of HTTP/1 has them', () => {
    expect(requestMetadata([...request, 'cookie', 'a=1', 'cookie', 'b=2'])?.cookie).toBe('a=1; b=2');
  });

  it.each(['__proto__', 'constructor', 'prototype', 'tostring', 'hasownproperty'])(
    'keeps a header named %s to itself',
    (name) => {
      const metadata = requestMetadata([...request, name, 'x', name, 'y']);
      expect(metadata?.[name]).toBe('x, y');
      expect(Object.keys(metadata ?? {})).toContain(name);
    },
  );

  it.each(['__proto__', 'constructor', 'toString'])('knows no %s that did not come', (name) => {
    expect(requestMetadata(request)?.[name]).toBeUndefined();
  });
});
