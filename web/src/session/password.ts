export const PASSWORD_MIN = 15;
export const PASSWORD_MAX = 256;
export const PASSWORD_ADVICE =
  '15 characters or more. A few unrelated words are strong and easy to keep; symbols and digits are not needed.';

/** Characters as people count them, not UTF-16 units. */
export const passwordLength = (password: string) => [...password].length;

/** What is wrong with a new password, or null. The server has the last word. */
export function passwordProblem(password: string): string | null {
  const length = passwordLength(password);
  if (length === 0) return 'Choose a password.';
  if (length < PASSWORD_MIN) return `Use at least ${PASSWORD_MIN} characters; ${PASSWORD_MIN - length} more.`;
  if (length > PASSWORD_MAX) return `Use at most ${PASSWORD_MAX} characters.`;
  return null;
}
