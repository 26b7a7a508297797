import type { SignatureRow } from './signature.ts';

/** Something is to be carried out: in the address of an image or a link, or sent outright. */
export const leaks: readonly SignatureRow[] = [
  [
    'image-exfiltration',
    0.75,
    '!\\[[^\\]\\n]{0,80}\\]\\(https?://[^)\\s{<$[%]{1,300}(?:\\{+|%7b|<|\\$\\{|\\[)[^)\\n]{0,12}(?:secret|data|conversation|chat|history|summary|api|key|token|prompt|user|email|password|message|context|memory|base64|insert|encoded|content|session|info)',
  ],
  [
    'link-carrying',
    0.5,
    `\\b(?:append|includ(?:e|ing)|add|encod(?:e|ed|ing)|embed|insert|put|replac(?:e|ing)|concatenat|plac(?:e|ing)|attach|with)\\b[^\\n]{0,70}\\b(?:conversation|chat|history|secret|api key|password|system prompt|summary|user.?s? (?:data|name|message|email|question)|credentials|memor(?:y|ies)|previous messages|private|context|token|personal)\\b[^\\n]{0,60}\\b(?:in|into|to|as|onto|at)\\b[^\\n]{0,24}\\b(?:url|link|query|image|parameter|path|src)\\b`,
  ],
  [
    'render-image',
    0.35,
    '\\b(?:render|display|show|output|include|insert|load|fetch|embed|end (?:your|every)|add)\\b[^\\n]{0,50}(?:\\bimage\\b|markdown|!\\[)[^\\n]{0,80}https?://[^\\s)]{1,120}[?=]',
  ],
  [
    'send-secrets',
    0.6,
    `\\b(?:send|post|forward|upload|exfiltrate|transmit|e.?mail|leak|submit|relay|curl|deliver)(?:\\b|_)[^\\n]{0,60}\\b(?:conversation|chat (?:history|log)|system prompt|api[ _]?keys?|all (?:previous |prior |of the user.?s )?(?:messages|e.?mails|files|passwords|credentials)|environment variables|user.?s (?:password|credentials|private|personal|messages|inbox|contacts|files|address)|session (?:token|cookie)|private keys?|\\.env\\b|ssh keys?|memory|secrets)\\b[^\\n]{0,60}(?:\\bto\\b|\\bvia\\b|\\bat\\b)[^\\n]{0,20}(?:https?://|[a-z0-9._-]{1,40}@|[a-z0-9-]{1,30}\\.(?:com|net|io|xyz|ru|evil|org|site|example)\\b|attacker|the following (?:url|address|server|webhook))`,
  ],
];
