import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { focusContent } from '../ui/useDialog';
import { Ask } from './Ask';
import { useRefresh } from './queries';

interface Props {
  /** What becomes of it. */
  children: ReactNode;
  yes: string;
  remove(): Promise<unknown>;
  onClose(): void;
}

/** Asks, deletes, and goes: what opened the dialog is gone with it. */
export function Removal({ children, yes, remove, onClose }: Props) {
  const refresh = useRefresh();
  const removal = useMutation({
    mutationFn: remove,
    onSuccess: async () => {
      onClose();
      focusContent();
      await refresh();
    },
  });
  return (
    <Ask
      yes={yes}
      pending={removal.isPending}
      error={removal.error}
      onYes={() => removal.mutate()}
      onNo={onClose}
    >
      {children}
    </Ask>
  );
}
