import { IconHistory, IconLayoutGrid, IconUsers, IconVideo } from '../ui/icons';
import type { Icon } from '@tabler/icons-react';
import { useRef } from 'react';
import { NavLink, Outlet, Link, useLocation } from 'react-router-dom';
import type { Right } from '../api/client';
import { Logo, Mark } from '../ui/Logo';
import { ShortcutsHelp } from '../help/ShortcutsHelp';
import { ThemeSwitch } from '../ui/ThemeSwitch';
import { AccountMenu } from '../session/AccountMenu';
import { useViewed } from '../session/viewAs';
import { ViewAsBanner } from '../session/ViewAsBanner';
import { may } from '../session/rights';
import { useRights } from '../session/useRights';
import { Banners } from './Banners';
import { CameraNews } from './CameraNews';
import { Mishap } from './Mishap';
import { useArrival } from './useArrival';
import classes from './Shell.module.css';

interface Place {
  to: string;
  label: string;
  Icon: Icon;
  /** It takes one of these; nothing when left out. */
  needs?: Right[];
}

const PLACES: Place[] = [
  { to: '/live', label: 'Live', Icon: IconLayoutGrid },
  { to: '/playback', label: 'Playback', Icon: IconHistory },
  { to: '/cameras', label: 'Cameras', Icon: IconVideo },
  { to: '/people', label: 'People', Icon: IconUsers, needs: ['manage_users', 'manage_roles'] },
];

export function Shell() {
  const content = useRef<HTMLElement>(null);
  useArrival(content);
  const { pathname } = useLocation();
  const rights = useRights();
  const viewed = useViewed();
  const places = PLACES.filter(({ needs }) => !needs || may(rights, ...needs));
  return (
    <div className={classes.shell}>
      <a href="#content" className={classes.skip}>
        Skip to content
      </a>
      <header className={classes.header}>
        <Link to="/live" className={classes.home} aria-label="Vedette, live wall">
          <span className={classes.wide}>
            <Logo />
          </span>
          <span className={classes.narrow}>
            <Mark />
          </span>
        </Link>
        <nav className={classes.nav} aria-label="Main">
          {places.map(({ to, label, Icon }) => (
            <NavLink key={to} to={to} className={classes.place} data-testid={`nav-${label.toLowerCase()}`}>
              <Icon size={18} stroke={1.8} aria-hidden="true" />
              {label}
            </NavLink>
          ))}
        </nav>
        <div className={classes.tools}>
          <ShortcutsHelp />
          <ThemeSwitch />
          {!viewed && <AccountMenu />}
        </div>
      </header>
      <ViewAsBanner />
      <Banners />
      <CameraNews />
      <main ref={content} id="content" className={classes.main} tabIndex={-1}>
        <Mishap key={pathname}>
          <Outlet />
        </Mishap>
      </main>
    </div>
  );
}
