import { describe, expect, it } from 'vitest';
import { readBody } from './error-body.ts';

describe('readBody()', () => {
  it.each([
    ['{"error":{"message":"no"}}', 'error'],
    ['{"error":"no"}', 'error'],
    ['{"error":{}}', 'error'],
    ['{"type":"error","error":{"type":"overloaded_error"}}', 'error'],
    ['{"type":"error"}', 'error'],
    ['{"id":"r","error":null,"output":[]}', 'fine'],
    ['{"error":"","output":[]}', 'fine'],
    ['{"choices":[{"message":{"content":"an \\"error\\" happened"}}]}', 'fine'],
    ['{"choices":[{"error":{}}]}', 'fine'],
    ['{"type":"message"}', 'fine'],
    ['[]', 'fine'],
    ['null', 'fine'],
    ['"error"', 'fine'],
    [' {"id":1}\n', 'fine'],
    ['{"error":', 'broken'],
    ['{"choices":[{"message":{"con', 'broken'],
    ['', 'broken'],
    ['<html>', 'broken'],
  ])('reads %j as %s', (text, reading) => {
    expect(readBody(Buffer.from(text))).toBe(reading);
  });

  it('looks only at the end of a long one', () => {
    const long = (end: string) => readBody(Buffer.from(`{"error":"${'x'.repeat(100)}${end}`), 64);
    expect(long('"}')).toBe('fine');
    expect(long('"}\r\n ')).toBe('fine');
    expect(long('')).toBe('broken');
    expect(readBody(Buffer.from(' '.repeat(100)), 64)).toBe('broken');
  });
});
