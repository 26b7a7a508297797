import { text } from './schema/text.ts';

export const dnsLabelPattern = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

const labelRemedy = 'use lower-case letters, digits and -, at most 63, beginning and ending with a letter or digit';

/** Names of documents, and of documents that others refer to. */
export const dnsLabel = text({
  pattern: dnsLabelPattern,
  longest: 63,
  complaint: 'is not a DNS label',
  remedy: labelRemedy,
});

/** A document that is named from another one: of the same namespace, or with its namespace in front. */
export const documentReference = text({
  pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?/)?[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
  longest: 127,
  complaint: 'is not the name of a document',
  remedy: `${labelRemedy}; of another namespace: NAMESPACE/NAME`,
});

/** Names that Kubernetes lets have dots: of Secrets, listeners, classes. */
export const dottedName = text({
  pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
  complaint: 'is not a name',
  remedy: 'use lower-case letters, digits, - and ., beginning and ending with a letter or digit',
});

// Printable ASCII without quotes, backslash, comma and *: names stand in headers, in comma-separated lists, in globs.
const modelNamePattern = '^[!#-&()+\\--\\[\\]-~]+$';
const modelGlobPattern = '^[!#-&()*+\\--\\[\\]-~]+$';

const modelNameRemedy = 'use ASCII letters, digits and . _ : / @ + - without spaces, such as openai/gpt-4o';

/** A model as callers or providers name it. */
export const modelName = text({
  pattern: modelNamePattern,
  longest: 256,
  complaint: 'is not a model name',
  remedy: modelNameRemedy,
});

/** Model names with `*` for any run of characters. */
export const modelGlob = text({
  pattern: modelGlobPattern,
  longest: 256,
  complaint: 'is not a model name or pattern',
  remedy: 'write a model name; * stands for any characters, such as claude-*',
});
