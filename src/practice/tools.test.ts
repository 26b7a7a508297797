import { describe, expect, it } from 'vitest';
import { type ToolChoice, toolCalls } from './tools.ts';

const tools = ['weather', 'time'].map((name) => ({ name, schema: { type: 'object' } }));

function called(text: string, choice: ToolChoice = 'auto', lastSpeaker: 'user' | 'tool' = 'user'): unknown {
  const calls = toolCalls(tools, choice, { lastText: text, lastSpeaker, characters: text.length });
  return calls.ok ? calls.value.map(({ name }) => name).join() : calls.error.message;
}

describe('toolCalls()', () => {
  it('calls what the user says, in that order, and nothing that is only mentioned', () => {
    expect(called('call weather')).toBe('weather');
    expect(called('Please call `time`, then call weather!')).toBe('time,weather');
    expect(called('How is the weather? call nobody')).toBe('');
  });

  it('answers in words once there is a result', () => {
    expect(called('call weather', 'auto', 'tool')).toBe('');
  });

  it('does as the caller chooses', () => {
    expect(called('call weather', 'none')).toBe('');
    expect(called('Hello', 'required')).toBe('weather');
    expect(called('call time', 'required')).toBe('time');
    expect(called('Hello', { name: 'time' })).toBe('time');
  });

  it('refuses what cannot be called', () => {
    expect(called('Hello', { name: 'other' })).toMatch("Tool choice 'other' not found");
    const none = toolCalls([], 'required', { lastText: '', lastSpeaker: 'user', characters: 0 });
    expect(none).toMatchObject({ ok: false, error: { status: 400, param: 'tool_choice' } });
  });
});
