import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconClockPause, IconPlugConnectedX } from '../ui/icons';
import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore, type ReactNode } from 'react';
import type { Icon } from '@tabler/icons-react';
import { Link, useLocation } from 'react-router-dom';
import { camerasQuery } from '../api/queries';
import { syslogQuery, witnessesQuery } from '../audit/queries';
import { summaryOf } from '../audit/syslogWords';
import { usePendingApprovals } from '../clearance/queries';
import { APPROVAL_WORDS } from '../clearance/words';
import { useConnection } from '../media/ConnectionContext';
import { clockCorrectionMs, onClockCorrection } from '../media/serverClock';
import { may } from '../session/rights';
import { useRights } from '../session/useRights';
import { breakGlassQuery } from '../people/queries';
import { formatMoment, formatSeconds, sentence, withLocalTimes } from '../ui/format';
import classes from './Banners.module.css';

/** A difference of clocks that is worth a word. */
const NOTABLE_CLOCK_MS = 30_000;

interface BannerProps {
  tone: 'wait' | 'bad';
  Icon: Icon;
  testId: string;
  children: ReactNode;
}

function Banner({ tone, Icon, testId, children }: BannerProps) {
  return (
    <div
      className={classes.banner}
      data-tone={tone}
      role={tone === 'bad' ? 'alert' : undefined}
      data-testid={testId}
    >
      <Icon size={18} aria-hidden="true" />
      <div className={classes.content}>{children}</div>
    </div>
  );
}

function ClockBanner() {
  const correctionMs = useSyncExternalStore(onClockCorrection, clockCorrectionMs);
  if (Math.abs(correctionMs) < NOTABLE_CLOCK_MS) return null;
  const seconds = Math.abs(correctionMs) / 1000;
  // The server's clock is known to the second, at best.
  const span = formatSeconds(seconds < 60 ? seconds : Math.round(seconds / 60) * 60);
  return (
    <Banner tone="wait" Icon={IconClockPause} testId="banner-clock">
      <span>
        The clock of this device is {span} {correctionMs > 0 ? 'behind' : 'ahead of'} the server’s. Times here
        are the server’s.
      </span>
    </Banner>
  );
}

/** For who reads the audit log: entries of it do not reach the server that they are sent to. */
function SyslogBanner() {
  const rights = useRights();
  const { data } = useQuery({ ...syslogQuery, enabled: may(rights, 'read_audit') });
  if (data?.state !== 'failing' || data.waiting === 0) return null;
  return (
    <Banner tone="wait" Icon={IconPlugConnectedX} testId="banner-syslog">
      <span>Audit log: {summaryOf(data).text}</span>
    </Banner>
  );
}

/** For who may approve what others do: somebody waits. */
function ApprovalBanner() {
  const pending = usePendingApprovals();
  const { pathname } = useLocation();
  const first = pending[0];
  if (!first || pathname === '/approvals') return null;
  return (
    <Banner tone="wait" Icon={IconCircleCheck} testId="banner-approvals">
      <span>
        <strong>{first.requester}</strong> waits for your approval:{' '}
        {APPROVAL_WORDS[first.action].toLowerCase()}
        {pending.length > 1 && `, and ${pending.length - 1} more`}.
      </span>
      <Button size="compact-sm" variant="default" component={Link} to="/approvals">
        Look
      </Button>
    </Banner>
  );
}

/** For who manages users: somebody has opened a sealed envelope, until there is a new one. */
function BreakGlassBanner() {
  const rights = useRights();
  const { data } = useQuery({ ...breakGlassQuery, enabled: may(rights, 'manage_users') });
  const opened = data?.filter(({ used_90k }) => used_90k !== null) ?? [];
  const first = opened[0];
  if (!first) return null;
  return (
    <Banner tone="bad" Icon={IconAlertTriangle} testId="banner-break-glass">
      <span>
        <strong>The break-glass account “{first.name}” was opened</strong> on{' '}
        {formatMoment(first.used_90k ?? 0)}. Find out by whom and why, then seal a new envelope.
        {opened.length > 1 && ` And ${opened.length - 1} more.`}
      </span>
      <Button size="compact-sm" variant="default" component={Link} to="/people">
        Look
      </Button>
    </Banner>
  );
}

/** For who reads the audit log: nobody outside vouches for what is signed here. */
function WitnessBanner() {
  const rights = useRights();
  const { data } = useQuery({ ...witnessesQuery, enabled: may(rights, 'read_audit') });
  const overdue = data?.witnesses.filter((each) => each.overdue) ?? [];
  const refused = overdue.find((each) => each.state === 'refused');
  const shown = refused ?? overdue[0];
  if (!shown) return null;
  return (
    <Banner tone={refused ? 'bad' : 'wait'} Icon={IconAlertTriangle} testId="banner-witness">
      <span>
        <strong>{refused ? 'A witness refuses a signed log.' : 'A witness does not answer.'}</strong>{' '}
        {sentence(withLocalTimes(shown.problem))}
        {overdue.length > 1 && ` And ${overdue.length - 1} more.`}
      </span>
    </Banner>
  );
}

/** What concerns every screen: no way to the server, no way to record, a clock that is wrong. */
export function Banners() {
  const { connection, state } = useConnection();
  const { data } = useQuery(camerasQuery);
  return (
    <div role="region" aria-label="Notices" aria-live="polite">
      {state === 'lost' && (
        <Banner tone="wait" Icon={IconPlugConnectedX} testId="banner-unreachable">
          <span>The server can’t be reached; what you see may be old. Trying again.</span>
          <Button size="compact-sm" variant="default" onClick={connection.retryNow}>
            Try now
          </Button>
        </Banner>
      )}
      <BreakGlassBanner />
      <ApprovalBanner />
      <ClockBanner />
      <SyslogBanner />
      <WitnessBanner />
      {data?.storage.notices.map((notice) => (
        <Banner key={notice} tone="wait" Icon={IconAlertTriangle} testId="banner-notice">
          <span>At the last start: {notice}</span>
        </Banner>
      ))}
      {data?.storage.warning && (
        <Banner tone="wait" Icon={IconAlertTriangle} testId="banner-retention">
          <span>{sentence(data.storage.warning)}</span>
        </Banner>
      )}
      {data?.storage.places
        .filter((place) => place.message)
        .map((place) => (
          <Banner key={place.name} tone="bad" Icon={IconAlertTriangle} testId="banner-disk">
            <span>
              {sentence(place.message)}
              {place.records && data.storage.recording_possible && ' Recording goes on elsewhere.'}
            </span>
          </Banner>
        ))}
      {data && data.storage.damage.length > 0 && (
        <Banner tone="bad" Icon={IconAlertTriangle} testId="banner-damage">
          <span>
            <strong>Recordings are damaged.</strong> {sentence(withLocalTimes(data.storage.damage[0] ?? ''))}
            {data.storage.damage.length > 1 &&
              ` And ${data.storage.damage.length - 1} more: the command “vedette vault verify” names all.`}
          </span>
        </Banner>
      )}
      {data && !data.storage.recording_possible && (
        <Banner tone="bad" Icon={IconAlertTriangle} testId="banner-storage">
          <span>
            <strong>Nothing is being recorded.</strong> {sentence(data.storage.reason ?? '')}
          </span>
        </Banner>
      )}
    </div>
  );
}
