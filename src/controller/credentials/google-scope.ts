/** All that an account may do: Vertex AI has no scope of its own. */
export const cloudPlatform = 'https://www.googleapis.com/auth/cloud-platform';
