/* Headers and bodies of answers to chat completions. */

export const json = { 'content-type': 'application/json' };
export const events = { 'content-type': 'text/event-stream; charset=utf-8' };
export const answer = (content: string) => JSON.stringify({ id: 'x', choices: [{ index: 0, message: { content } }] });
export const delta = (content: string) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
export const usage = `data: ${JSON.stringify({ choices: [], usage: { total_tokens: 3 } })}\n\n`;
export const done = 'data: [DONE]\n\n';
