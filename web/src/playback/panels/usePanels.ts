import { useLocalStorage, useMediaQuery } from '@mantine/hooks';
import { useSearchParams } from 'react-router-dom';
import type { Camera } from '../../api/client';
import { may } from '../../session/rights';
import type { CameraPanel } from './panel';
import { PANELS } from './registry';

export interface Panels {
  panels: CameraPanel[];
  /** The tab that is shown; undefined while all are put away. */
  current: CameraPanel | undefined;
  opened: boolean;
  /** There is room beside the picture; below it the panel is in nobody's way. */
  mayClose: boolean;
  choose(id: string | null): void;
  toggle(): void;
}

/** Which tab is open: in the address, so that a link leads to it; whether any is, remembered by the browser. */
export function usePanels(camera: Camera): Panels {
  const [parameters, setParameters] = useSearchParams();
  const [wanted, setWanted] = useLocalStorage({
    key: 'vedette-panels',
    defaultValue: true,
    getInitialValueInEffect: false,
  });
  const mayClose = useMediaQuery('(min-width: 75em)', true, { getInitialValueInEffect: false });
  const opened = wanted || !mayClose;
  const panels = PANELS.filter(
    ({ needs, appliesTo }) => (!needs || may(camera, ...needs)) && (appliesTo?.(camera) ?? true),
  );
  const chosen = panels.find((panel) => panel.id === parameters.get('panel')) ?? panels[0];
  return {
    panels,
    current: opened ? chosen : undefined,
    opened,
    mayClose,
    choose: (id) =>
      setParameters(
        (before) => {
          const next = new URLSearchParams(before);
          if (id) next.set('panel', id);
          return next;
        },
        { replace: true },
      ),
    toggle: () => setWanted(!wanted),
  };
}
