import { VisuallyHidden } from '@mantine/core';
import { Fragment } from 'react';
import type { Role } from '../api/client';
import { IconCheck } from '../ui/icons';
import classes from './Roles.module.css';
import { RIGHT_GROUPS } from './rightWords';
import { RoleTools, whyFixed, type RoleDeeds } from './RoleTools';
import { conditionWords } from './words';

interface Props {
  roles: Role[];
  deeds: RoleDeeds | undefined;
}

function Held({ held }: { held: boolean }) {
  return (
    <td className={classes.cell} data-held={held}>
      {held ? <IconCheck size={18} stroke={2.4} aria-hidden="true" /> : <span aria-hidden="true">–</span>}
      <VisuallyHidden>{held ? 'yes' : 'no'}</VisuallyHidden>
    </td>
  );
}

/** Rights in plain words down, roles across. */
export function RoleMatrix({ roles, deeds }: Props) {
  return (
    // It scrolls, and the keyboard has to reach that.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.scroller} role="region" aria-label="Roles and their rights" tabIndex={0}>
      <table className={classes.matrix} data-testid="role-matrix">
        <thead>
          <tr>
            <td className={classes.corner} />
            {roles.map((role) => (
              <th key={role.id} scope="col" className={classes.role} data-testid={`role-${role.name}`}>
                <span className={classes.roleName}>{role.name}</span>
                {[whyFixed(role, deeds), ...conditionWords(role)].filter(Boolean).map((words) => (
                  <span key={words} className={classes.condition}>
                    {words}
                  </span>
                ))}
                {deeds && <RoleTools role={role} deeds={deeds} />}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {RIGHT_GROUPS.map(({ title, rights }) => (
            <Fragment key={title}>
              <tr>
                <th scope="rowgroup" colSpan={roles.length + 1} className={classes.group}>
                  <span>{title}</span>
                </th>
              </tr>
              {rights.map(({ right, does, more }) => (
                <tr key={right} className={classes.line}>
                  <th scope="row" className={classes.right} title={more}>
                    {does}
                  </th>
                  {roles.map((role) => (
                    <Held key={role.id} held={role.rights.includes(right)} />
                  ))}
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}
