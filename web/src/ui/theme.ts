import { createTheme, Modal, Notification, type MantineColorsTuple } from '@mantine/core';

const sea: MantineColorsTuple = [
  '#e6f8f5',
  '#d0ece8',
  '#a3d9d1',
  '#72c5b9',
  '#4bb4a5',
  '#32aa99',
  '#1fa391',
  '#0c8477',
  '#00766a',
  '#005f56',
];

const dark: MantineColorsTuple = [
  '#d5dde6',
  '#b3bfcc',
  '#93a2b2',
  '#66778a',
  '#3b4a5b',
  '#2b3847',
  '#1e2935',
  '#151e28',
  '#0f161e',
  '#0a1017',
];

/** Dark enough at the shades of filled buttons for white words on them. */
const red: MantineColorsTuple = [
  '#fff5f5',
  '#ffe3e3',
  '#ffc9c9',
  '#ffa8a8',
  '#ff8787',
  '#ff6b6b',
  '#e03131',
  '#c92a2a',
  '#b62424',
  '#a11e1e',
];

export const theme = createTheme({
  primaryColor: 'sea',
  primaryShade: { light: 8, dark: 7 },
  colors: { sea, dark, red },
  fontFamily:
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', 'DejaVu Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  headings: { fontWeight: '650' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    Modal: Modal.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
  },
});
