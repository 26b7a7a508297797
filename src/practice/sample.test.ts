import { describe, expect, it } from 'vitest';
import { sampleOf } from './sample.ts';

describe('sampleOf()', () => {
  it.each<[object, unknown]>([
    [{ type: 'string' }, 'practice'],
    [{ type: 'string', minLength: 10 }, 'practice..'],
    [{ type: 'string', maxLength: 3 }, 'pra'],
    [{ type: 'string', format: 'date' }, '2025-01-01'],
    [{ type: 'integer' }, 1],
    [{ type: 'integer', minimum: 7 }, 7],
    [{ type: 'number', exclusiveMinimum: 7.5 }, 8],
    [{ type: 'number', maximum: -2 }, -2],
    [{ type: 'boolean' }, true],
    [{ type: 'null' }, null],
    [{ type: ['null', 'string'] }, 'practice'],
    [{ const: 5 }, 5],
    [{ enum: ['red', 'green'] }, 'red'],
    [{ type: 'string', default: 'this' }, 'this'],
    [{ anyOf: [{ type: 'null' }, { type: 'integer' }] }, 1],
    [{ type: 'array', items: { type: 'integer' } }, [1]],
    [{ type: 'array', items: { type: 'integer' }, minItems: 2 }, [1, 1]],
    [{ type: 'object' }, {}],
    [{}, null],
  ])('of %j is %j', (schema, expected) => {
    expect(sampleOf(schema)).toEqual(expected);
  });

  it('has what an object must have, and follows references', () => {
    const schema = {
      $defs: { city: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } },
      type: 'object',
      properties: { at: { $ref: '#/$defs/city' }, when: { type: 'string', format: 'date-time' } },
      required: ['at'],
    };
    expect(sampleOf(schema)).toEqual({ at: { name: 'practice' } });
  });

  it('joins what must all hold', () => {
    const of = (name: string) => ({ properties: { [name]: { type: 'integer' } }, required: [name] });
    expect(sampleOf({ allOf: [of('a'), of('b')] })).toEqual({ a: 1, b: 1 });
  });

  it('ends where a schema contains itself', () => {
    const schema = {
      $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } }, required: ['next'] } },
    };
    expect(JSON.stringify(sampleOf({ ...schema, $ref: '#/$defs/node' }))).toMatch(/^(\{"next":)+null\}+$/);
    expect(sampleOf({ $ref: '#' })).toBeNull();
  });
});
