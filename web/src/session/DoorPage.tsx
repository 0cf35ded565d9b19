import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Logo } from '../ui/Logo';
import { ThemeSwitch } from '../ui/ThemeSwitch';
import { usePageTitle } from '../ui/usePageTitle';
import classes from './DoorPage.module.css';

/** The page in front of everything: one card with one form. */
export function DoorPage({ title, intro, children }: { title: string; intro: string; children: ReactNode }) {
  usePageTitle(title);
  return (
    <div className={classes.page}>
      <header className={classes.header}>
        <Group justify="space-between">
          <Logo size={32} />
          <ThemeSwitch />
        </Group>
      </header>
      <main className={classes.main}>
        <Paper withBorder shadow="sm" radius="lg" className={classes.card}>
          <Stack gap="lg">
            <div>
              <Title order={1} size="h2" mb={6}>
                {title}
              </Title>
              <Text c="dimmed">{intro}</Text>
            </div>
            {children}
          </Stack>
        </Paper>
        <Text size="sm" c="dimmed" ta="center" mt="lg">
          Video is sealed and signed before it is stored.
        </Text>
      </main>
    </div>
  );
}
