import { UnstyledButton } from '@mantine/core';
import { useId, useState } from 'react';
import { Link } from 'react-router-dom';
import type { AuditEntry } from '../api/client';
import { formatClock, formatDay, formatMoment } from '../ui/format';
import classes from './AuditTable.module.css';
import type { Fact } from './words';
import { changesOf, describeAction, describeWho, factsOf, outcomeOf, rangeOf } from './words';

interface Props {
  entries: AuditEntry[];
  onUser(userId: string, name: string): void;
}

function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Details({ entry }: { entry: AuditEntry }) {
  const changes = changesOf(entry);
  return (
    <>
      {changes.length > 0 && <Facts facts={changes} />}
      <Facts facts={factsOf(entry)} />
    </>
  );
}

function Who({ entry, onUser }: { entry: AuditEntry } & Pick<Props, 'onUser'>) {
  const name = describeWho(entry);
  const { user_id: userId } = entry.who;
  return (
    <>
      {userId ? (
        <UnstyledButton
          className={classes.who}
          onClick={() => onUser(userId, entry.who.name)}
          title={`Show only what ${entry.who.name} did`}
        >
          {name}
        </UnstyledButton>
      ) : (
        <span className={classes.stranger}>{name}</span>
      )}
      {entry.address && <span className={classes.quiet}>{entry.address}</span>}
    </>
  );
}

function CameraName({ entry }: { entry: AuditEntry }) {
  const { camera_id: cameraId, camera_name: name } = entry.object;
  if (!cameraId) return null;
  return (
    <Link to={`/cameras/${cameraId}`} className={classes.camera}>
      {name || 'a camera'}
    </Link>
  );
}

function Row({ entry, onUser }: { entry: AuditEntry } & Pick<Props, 'onUser'>) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const outcome = outcomeOf(entry);
  const range = rangeOf(entry);
  return (
    <>
      <tr
        className={classes.row}
        data-tone={outcome.tone}
        data-testid="audit-entry"
        data-action={entry.action}
      >
        <td className={classes.when}>
          <time className="tabular" title={formatMoment(entry.time_90k)}>
            {formatClock(entry.time_90k)}
          </time>
        </td>
        <td className={classes.actor}>
          <Who entry={entry} onUser={onUser} />
        </td>
        <td className={classes.what}>
          <span>
            <span className={classes.action}>{describeAction(entry)}</span>
            {entry.object.camera_id && <span className={classes.quiet}> · </span>}
            <CameraName entry={entry} />
          </span>
          {range && <span className={classes.quiet}>{range}</span>}
        </td>
        <td className={classes.outcome}>
          <span className={classes.badge} data-tone={outcome.tone}>
            {outcome.word}
          </span>
          {outcome.more && <span className={classes.quiet}>{outcome.more}</span>}
        </td>
        <td className={classes.open}>
          <UnstyledButton
            className={classes.toggle}
            aria-expanded={isOpen}
            aria-controls={id}
            aria-label={`Details of entry ${entry.sequence}`}
            onClick={() => setOpen(!isOpen)}
            data-testid="audit-details"
          >
            {isOpen ? 'Less' : 'More'}
          </UnstyledButton>
        </td>
      </tr>
      <tr id={id} hidden={!isOpen} className={classes.details}>
        <td colSpan={5}>{isOpen && <Details entry={entry} />}</td>
      </tr>
    </>
  );
}

function byDay(entries: AuditEntry[]): [string, AuditEntry[]][] {
  const days: [string, AuditEntry[]][] = [];
  for (const entry of entries) {
    const day = formatDay(entry.time_90k);
    const last = days.at(-1);
    if (last?.[0] === day) last[1].push(entry);
    else days.push([day, [entry]]);
  }
  return days;
}

export function AuditTable({ entries, onUser }: Props) {
  return (
    <table className={classes.table}>
      <caption className={classes.hidden}>Entries of the audit log, the newest first</caption>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
          <th scope="col">Outcome</th>
          <th scope="col">
            <span className={classes.hidden}>Details</span>
          </th>
        </tr>
      </thead>
      {byDay(entries).map(([day, ofDay]) => (
        <tbody key={ofDay[0]?.sequence}>
          <tr className={classes.day}>
            <th scope="rowgroup" colSpan={5}>
              {day}
            </th>
          </tr>
          {ofDay.map((entry) => (
            <Row key={entry.sequence} entry={entry} onUser={onUser} />
          ))}
        </tbody>
      ))}
    </table>
  );
}
