import { Tabs } from '@mantine/core';
import type { PanelProps } from './panel';
import classes from './SidePanel.module.css';
import type { Panels } from './usePanels';

/** The tabs beside the picture; below it where there is no room. */
export function SidePanel({ panels, ...props }: PanelProps & { panels: Panels }) {
  const { current } = panels;
  if (!current) return null;
  const { Content } = current;
  return (
    <aside className={classes.panel} aria-label={`About ${props.camera.name}`} data-testid="side-panel">
      <Tabs value={current.id} onChange={panels.choose} keepMounted={false} className={classes.tabs}>
        <Tabs.List grow>
          {panels.panels.map(({ id, label, Icon }) => (
            <Tabs.Tab key={id} value={id} className={classes.tab} data-testid={`panel-${id}`}>
              <Icon size={19} stroke={1.7} aria-hidden="true" />
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={current.id} className={classes.content}>
          <Content {...props} />
        </Tabs.Panel>
      </Tabs>
    </aside>
  );
}
