import { messageAt } from '../api/problem';
import { Notice } from './Notice';

/** An error, unless one of the form's `fields` shows it already. */
export function ErrorNotice({ error, fields }: { error: Error | null; fields: string[] }) {
  if (!error || fields.some((field) => messageAt(error, field) !== undefined)) return null;
  return <Notice>{error.message}</Notice>;
}
