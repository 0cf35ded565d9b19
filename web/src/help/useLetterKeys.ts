import { useHotkeys, useLocalStorage, type HotkeyItem } from '@mantine/hooks';

/** Whether keys without Ctrl or Alt do anything. Whoever dictates, or holds a key for long, turns them off. */
export function useLetterKeysWanted() {
  return useLocalStorage({ key: 'vedette-letter-keys', defaultValue: true, getInitialValueInEffect: false });
}

/** Hotkeys of single characters, which people can turn off (WCAG 2.1.4). */
export function useLetterKeys(hotkeys: HotkeyItem[]) {
  const [wanted] = useLetterKeysWanted();
  useHotkeys(wanted ? hotkeys : []);
}
