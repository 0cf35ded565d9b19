import { IconLayoutGrid, IconVideo } from '../ui/icons';
import { useRef } from 'react';
import { NavLink, Outlet, Link } from 'react-router-dom';
import { Logo, Mark } from '../ui/Logo';
import { ShortcutsHelp } from '../help/ShortcutsHelp';
import { ThemeSwitch } from '../ui/ThemeSwitch';
import { AccountMenu } from '../session/AccountMenu';
import { Banners } from './Banners';
import { CameraNews } from './CameraNews';
import { useArrival } from './useArrival';
import classes from './Shell.module.css';

const PLACES = [
  { to: '/live', label: 'Live', Icon: IconLayoutGrid },
  { to: '/cameras', label: 'Cameras', Icon: IconVideo },
];

export function Shell() {
  const content = useRef<HTMLElement>(null);
  useArrival(content);
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
          {PLACES.map(({ to, label, Icon }) => (
            <NavLink key={to} to={to} className={classes.place} data-testid={`nav-${label.toLowerCase()}`}>
              <Icon size={18} stroke={1.8} aria-hidden="true" />
              {label}
            </NavLink>
          ))}
        </nav>
        <div className={classes.tools}>
          <ShortcutsHelp />
          <ThemeSwitch />
          <AccountMenu />
        </div>
      </header>
      <Banners />
      <CameraNews />
      <main ref={content} id="content" className={classes.main} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}
