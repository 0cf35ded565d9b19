import { Checkbox, Loader, Text, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '../../ui/icons';
import { isSettled, titleOf, type Candidate } from './finder';
import classes from './FoundList.module.css';

interface Props {
  candidates: Candidate[];
  onChange(key: string, change: Partial<Candidate>): void;
}

function State({ candidate }: { candidate: Candidate }) {
  if (candidate.state === 'checking') return <Loader size={16} aria-label="Asking" />;
  if (candidate.state === 'works' || candidate.state === 'added')
    return <IconCircleCheck size={18} className={classes.good} aria-hidden="true" />;
  if (candidate.state === 'fails')
    return <IconCircleX size={18} className={classes.bad} aria-hidden="true" />;
  return null;
}

function label({ found, state }: Candidate): string {
  if (state === 'added') return '';
  if (found.moved) return 'Has a new address';
  return found.known_camera_id ? 'Added already' : '';
}

function Row({ candidate, onChange }: { candidate: Candidate; onChange: Props['onChange'] }) {
  const { key, found, report } = candidate;
  const settled = isSettled(candidate);
  const title = titleOf(candidate);
  const device = report
    ? [
        report.device.manufacturer,
        report.device.model,
        report.device.firmware && `firmware ${report.device.firmware}`,
      ]
        .filter(Boolean)
        .join(', ')
    : found.hardware;
  return (
    <li
      className={classes.row}
      data-state={candidate.state}
      data-testid={`found-${found.address}${found.path}`}
    >
      <Checkbox
        checked={candidate.selected}
        disabled={settled}
        onChange={(event) => onChange(key, { selected: event.currentTarget.checked })}
        aria-label={`Choose ${title}`}
      />
      <div className={classes.device}>
        {settled ? (
          <strong>{title}</strong>
        ) : (
          <TextInput
            size="sm"
            aria-label={`Name of ${found.address}`}
            placeholder={found.name || found.hardware || found.address}
            value={candidate.name}
            maxLength={100}
            onChange={(event) => onChange(key, { name: event.currentTarget.value })}
          />
        )}
        {candidate.pictures?.map((picture, index) => (
          <img
            key={picture}
            src={picture}
            className={classes.picture}
            alt={`What camera ${index + 1} of ${title} sees`}
          />
        ))}
        <Text size="xs" c="dimmed">
          {[found.address, device, found.location].filter(Boolean).join(' · ')}
        </Text>
      </div>
      <div className={classes.result} aria-live="polite">
        {label(candidate) && <span className={classes.label}>{label(candidate)}</span>}
        {candidate.message && (
          <span className={classes.message}>
            <State candidate={candidate} />
            <span>{candidate.message}</span>
          </span>
        )}
        {candidate.warnings.map((warning) => (
          <span key={warning} className={classes.warning}>
            <IconAlertTriangle size={16} aria-hidden="true" />
            <span>{warning}</span>
          </span>
        ))}
      </div>
    </li>
  );
}

export function FoundList({ candidates, onChange }: Props) {
  return (
    <ul className={classes.list} aria-label="Found cameras" data-testid="found-list">
      {candidates.map((candidate) => (
        <Row key={candidate.key} candidate={candidate} onChange={onChange} />
      ))}
    </ul>
  );
}
