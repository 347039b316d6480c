/**
 * A proxy URL with user and password. Both are percent-encoded, so that any character works.
 *
 * @param proxy A URL without credentials.
 * @param credentials `USER:PASSWORD`, not encoded; only the first colon separates.
 */
export function withCredentials(proxy: string, credentials: string): string {
  const { user, password } = splitCredentials(credentials);
  return proxy.replace(/^(https?:\/\/)/i, (scheme) => `${scheme}${encoded(user)}:${encoded(password)}@`);
}

/** Only the first colon of `USER:PASSWORD` separates. */
export function splitCredentials(credentials: string): { readonly user: string; readonly password: string } {
  const colon = credentials.indexOf(":");
  return { user: credentials.slice(0, colon), password: credentials.slice(colon + 1) };
}

/** Stricter than `encodeURIComponent`, which keeps characters that are special in shells and systemd. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
