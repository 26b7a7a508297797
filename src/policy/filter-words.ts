import { text } from './schema/text.ts';

/* What filters of one's own are described with, in every vocabulary. */

export const luaScript = text({
  pattern: '^[^\\u0000]+$',
  longest: 262_144,
  complaint: 'is not a script',
  remedy: 'write a script in Lua',
});

export const codeUrl = text({
  pattern: '^https?://[^\\s@#]+$',
  longest: 2048,
  complaint: 'is not an address',
  remedy: 'write an address such as https://files.example.com/filter.wasm',
});

export const codeSha256 = text({
  pattern: '^[0-9a-f]{64}$',
  longest: 64,
  complaint: 'is not a SHA-256',
  remedy: 'write 64 hexadecimal digits in lower case',
});

/** An attribute of a request or an answer, as Envoy names them. */
export const attribute = text({
  longest: 128,
  complaint: 'is not an attribute',
  remedy: 'write one such as request.path',
});
