import { Button } from '@mantine/core';
import { IconAlertTriangle, IconPlugConnectedX } from '../ui/icons';
import { useQuery } from '@tanstack/react-query';
import { camerasQuery } from '../api/queries';
import { useConnection } from '../media/ConnectionContext';
import { sentence } from '../ui/format';
import classes from './Banners.module.css';

/** What concerns every screen: no way to the server, no way to record. */
export function Banners() {
  const { connection, state } = useConnection();
  const { data } = useQuery(camerasQuery);
  return (
    <div aria-live="assertive">
      {state === 'lost' && (
        <div className={classes.banner} data-tone="wait" role="status" data-testid="banner-unreachable">
          <IconPlugConnectedX size={18} aria-hidden="true" />
          <span>The server can’t be reached; what you see may be old. Trying again.</span>
          <Button size="compact-sm" variant="default" onClick={connection.retryNow}>
            Try now
          </Button>
        </div>
      )}
      {data?.storage.notices.map((notice) => (
        <div
          key={notice}
          className={classes.banner}
          data-tone="wait"
          role="status"
          data-testid="banner-notice"
        >
          <IconAlertTriangle size={18} aria-hidden="true" />
          <span>At the last start: {notice}</span>
        </div>
      ))}
      {data && !data.storage.recording_possible && (
        <div className={classes.banner} data-tone="bad" role="alert" data-testid="banner-storage">
          <IconAlertTriangle size={18} aria-hidden="true" />
          <span>
            <strong>Nothing is being recorded.</strong> {sentence(data.storage.reason ?? '')}
          </span>
        </div>
      )}
    </div>
  );
}
