import { notifications } from '@mantine/notifications';
import { problemError } from 'vedette-client';
import { askForClearance, clearanceIn } from './clearing';

function follow(href: string, name: string) {
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
}

/** A download that takes more than a right: asks for it first, since a link can ask for nothing. */
export async function downloadCleared(href: string, name: string): Promise<void> {
  const response = await fetch(href);
  const clearance = await clearanceIn(response);
  if (response.ok) {
    // The rules ask for nothing any more.
    await response.body?.cancel();
    follow(href, name);
  } else if (!clearance) {
    const error = problemError(response.status, await response.json().catch(() => undefined), null);
    notifications.show({ color: 'red', title: 'Nothing was downloaded', message: error.message });
  } else if (await askForClearance(clearance)) {
    follow(`${href}&clearance=${encodeURIComponent(clearance.id)}`, name);
  }
}
