import { Tabs } from '@mantine/core';
import type { PanelProps } from './panel';
import classes from './SidePanel.module.css';
import type { Panels } from './usePanels';

/** Words that can't be read help nobody: more than six tabs stand in two rows. */
const columnsFor = (tabs: number) => (tabs > 6 ? Math.ceil(tabs / 2) : tabs);

/** The tabs beside the picture; below it where there is no room. */
export function SidePanel({ panels, ...props }: PanelProps & { panels: Panels }) {
  const { current } = panels;
  if (!current) return null;
  const { Content } = current;
  return (
    <aside className={classes.panel} aria-label={`About ${props.camera.name}`} data-testid="side-panel">
      <Tabs value={current.id} onChange={panels.choose} keepMounted={false} className={classes.tabs}>
        <Tabs.List className={classes.list} style={{ '--columns': columnsFor(panels.panels.length) }}>
          {panels.panels.map(({ id, label, Icon }) => (
            <Tabs.Tab key={id} value={id} className={classes.tab} data-testid={`panel-${id}`}>
              <Icon size={19} stroke={1.7} aria-hidden="true" />
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {/* It scrolls, and the keyboard has to reach that. */}
        <Tabs.Panel value={current.id} className={classes.content} tabIndex={0}>
          <Content {...props} />
        </Tabs.Panel>
      </Tabs>
    </aside>
  );
}
