import { describe, expect, it } from 'vitest';
import { EventReader, type ServerSentEvent } from './sse.ts';

function read(text: string, size: number = text.length): readonly ServerSentEvent[] {
  const reader = new EventReader();
  const bytes = Buffer.from(text);
  const events: ServerSentEvent[] = [];
  for (let at = 0; at < bytes.length; at += size) events.push(...reader.push(bytes.subarray(at, at + size)));
  return events;
}

const one = (data: string, name = ''): readonly ServerSentEvent[] => [{ name, data }];

describe('EventReader', () => {
  it.each<[string, readonly ServerSentEvent[]]>([
    ['data: a\n\n', one('a')],
    ['data:a\n\n', one('a')],
    ['data:  a \n\n', one(' a ')],
    ['data: a\r\n\r\n', one('a')],
    ['data: a\r\r', one('a')],
    ['data: a\r\n\n', one('a')],
    ['event: e\ndata: a\n\n', one('a', 'e')],
    ['data: a\nevent: e\n\n', one('a', 'e')],
    ['data: a\ndata: b\n\n', one('a\nb')],
    ['data\n\n', one('')],
    ['data: a:b\n\n', one('a:b')],
    [': comment\n\ndata: a\n\n', one('a')],
    [': comment\ndata: a\n: another\n\n', one('a')],
    ['id: 1\nretry: 5\ndata: a\n\n', one('a')],
    ['event: e\n\ndata: a\n\n', one('a')],
    ['\ufeffdata: a\n\n', one('a')],
    ['data: \ufeff\n\n', one('\ufeff')],
    ['DATA: a\n\n', []],
    ['data: a\n', []],
    ['data: a', []],
    ['', []],
    ['\n\n\n', []],
    [
      'data: a\n\ndata: b\n\ndata: c',
      [
        { name: '', data: 'a' },
        { name: '', data: 'b' },
      ],
    ],
  ])('reads %j', (text, events) => {
    expect(read(text)).toEqual(events);
  });

  it('reads the same wherever the bytes are cut, within characters and line ends as well', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = ['event: größe', 'data: {"€":"💶"}', ': still there', 'data: 2', '', 'data: last', '', ''].join(end);
      const expected = [
        { name: 'größe', data: '{"€":"💶"}\n2' },
        { name: '', data: 'last' },
      ];
      for (let size = 1; size <= Buffer.byteLength(text); size++) expect(read(text, size)).toEqual(expected);
    }
  });

  it('takes a line feed behind a carriage return for the same line end only when it follows at once', () => {
    expect(read('data: a\r\ndata: b\r\n\r\n', 1)).toEqual(one('a\nb'));
    expect(read('data: a\rdata: b\n\n', 1)).toEqual(one('a\nb'));
  });

  it('gives what a stream left incomplete when asked for it', () => {
    const left = (text: string) => {
      const reader = new EventReader();
      reader.push(Buffer.from(text));
      return reader.end();
    };
    expect(left('data: a')).toEqual({ name: '', data: 'a' });
    expect(left('event: e\ndata: a\n')).toEqual({ name: 'e', data: 'a' });
    expect(left('data: a\n\n')).toBeUndefined();
    expect(left(': comment')).toBeUndefined();
  });

  it('stops at an event that is too long, in one line or in many', () => {
    for (const text of [`data: ${'x'.repeat(100)}`, 'data: x\n'.repeat(20), `${': x\n'.repeat(40)}`]) {
      for (const size of [1, 7, 1_000]) {
        const reader = new EventReader(64);
        expect(reader.push(Buffer.from('data: before\n\n'))).toHaveLength(1);
        const bytes = Buffer.from(`${text}\n\ndata: after\n\n`);
        let events = 0;
        for (let at = 0; at < bytes.length; at += size) events += reader.push(bytes.subarray(at, at + size)).length;
        expect([events, reader.isOverlong, reader.end()]).toEqual([0, true, undefined]);
      }
    }
  });

  it('bounds events, not the stream', () => {
    const reader = new EventReader(64);
    for (let i = 0; i < 100; i++) expect(reader.push(Buffer.from(`data: ${i}\n\n`))).toHaveLength(1);
    expect(reader.isOverlong).toBe(false);
  });
});
