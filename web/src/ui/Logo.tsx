import classes from './Logo.module.css';

/** A watchtower's V with its lamp: the sentry that looks out. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" className={classes.ground} />
      <path d="M6.5 10.5 16 25.5l9.5-15" className={classes.stroke} />
      <circle cx="16" cy="10.8" r="3.6" className={classes.lamp} />
    </svg>
  );
}

export function Logo({ size = 28 }: { size?: number }) {
  return (
    <span className={classes.logo}>
      <Mark size={size} />
      <span className={classes.word}>Vedette</span>
    </span>
  );
}
