import { renderError } from '../../src/errors/render.ts';
import { type ErrorCode, errorCodes } from '../../src/errors/table.ts';
import { markdownTable } from './markdown.ts';

/** The table of error codes as callers meet them. */
export function errorReference(): string {
  const rows = errorCodes.map((code) => {
    const { status, openai, anthropic } = shapesOf(code);
    return [`\`${code}\``, String(status), `\`${openai.code}\``, `\`${anthropic}\``, openai.message];
  });
  return markdownTable(
    ['in logs', 'status', '`error.code` (OpenAI)', '`error.type` (Anthropic)', 'what the caller reads'],
    rows,
  );
}

function shapesOf(code: ErrorCode) {
  const params = { model: 'MODEL', path: '/PATH', method: 'METHOD', allow: ['POST'] };
  const context = { requestId: 'ID', params };
  const openai = renderError(code, 'openai', context);
  const anthropic = renderError(code, 'anthropic', context);
  const body = JSON.parse(openai.body.toString()) as { error: { code: string; message: string } };
  const other = JSON.parse(anthropic.body.toString()) as { error: { type: string } };
  return { status: openai.status, openai: body.error, anthropic: other.error.type };
}
