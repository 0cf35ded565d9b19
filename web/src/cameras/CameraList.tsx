import { ActionIcon, Group, Text } from '@mantine/core';
import { IconPencil, IconTrash } from '../ui/icons';
import { Link } from 'react-router-dom';
import type { Camera, Stream } from '../api/client';
import { nowTicks } from '../media/ticks';
import { may } from '../session/rights';
import { formatBitrate, formatClock, formatDay, formatMoment, formatRate } from '../ui/format';
import classes from './CameraList.module.css';
import { CertificateWarning } from './CertificateWarning';
import { cameraTroubles } from './health';
import { changedSigningKey } from './signature';
import { SigningKeyWarning } from './SigningKeyWarning';
import { isKnown, mainState, offeredCertificates, reasonOf, resolutionOf, streamOf } from './state';
import { StateBadge } from './StateBadge';

interface Props {
  cameras: Camera[];
  onEdit(camera: Camera): void;
  onDelete(camera: Camera): void;
}

function since(stream: Stream | undefined): string {
  if (!stream || stream.since_90k <= 0) return '–';
  const today = formatDay(nowTicks()) === formatDay(stream.since_90k);
  return today
    ? formatClock(stream.since_90k)
    : `${formatDay(stream.since_90k)}, ${formatClock(stream.since_90k)}`;
}

function Figures({ label, stream }: { label: string; stream: Stream | undefined }) {
  if (!stream) return null;
  return (
    <div className={classes.figures} data-live={stream.state === 'recording'}>
      <span className={classes.kind}>{label}</span>
      <span>{formatBitrate(stream.bits_per_second)}</span>
      <span>{formatRate(stream.frames_per_second)}</span>
      <span>{resolutionOf(stream)}</span>
    </div>
  );
}

function Row({ camera, onEdit, onDelete }: { camera: Camera } & Omit<Props, 'cameras'>) {
  const main = streamOf(camera, 'main');
  const reason = reasonOf(camera);
  return (
    <li className={classes.row} data-testid={`camera-row-${camera.name}`}>
      <div className={classes.name}>
        <Link to={`/cameras/${camera.id}`} className={classes.link}>
          {camera.name}
        </Link>
        {camera.main_url && (
          <Text size="xs" c="dimmed" className={classes.url}>
            {camera.main_url}
          </Text>
        )}
      </div>
      <div className={classes.state}>
        {isKnown(camera) && (
          <>
            <StateBadge state={mainState(camera)} plan={camera.recording_now} />
            <Text size="xs" c="dimmed" className="tabular" title={main && formatMoment(main.since_90k)}>
              since {since(main)}
            </Text>
          </>
        )}
      </div>
      <div className={classes.streams}>
        <Figures label="main" stream={main} />
        <Figures label="sub" stream={streamOf(camera, 'sub')} />
      </div>
      <Group gap={4} wrap="nowrap" className={classes.actions}>
        {may(camera, 'configure_cameras') && (
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={`Edit ${camera.name}`}
            onClick={() => onEdit(camera)}
            data-testid={`edit-${camera.name}`}
          >
            <IconPencil size={18} />
          </ActionIcon>
        )}
        {may(camera, 'remove_cameras') && (
          <ActionIcon
            variant="subtle"
            color="red"
            size="lg"
            aria-label={`Delete ${camera.name}`}
            onClick={() => onDelete(camera)}
            data-testid={`delete-${camera.name}`}
          >
            <IconTrash size={18} />
          </ActionIcon>
        )}
      </Group>
      {camera.allow_basic_in_clear && (
        <p className={classes.reason}>Risk: this camera’s password may be sent unencrypted.</p>
      )}
      {camera.encryption === 'light' && (
        <p className={classes.reason} data-testid={`light-${camera.name}`}>
          Partially encrypted (light): parts of its picture data lie unencrypted on disk.
        </p>
      )}
      {cameraTroubles(camera).map((trouble) => (
        <p key={trouble} className={classes.trouble}>
          {trouble}
        </p>
      ))}
      {may(camera, 'configure_cameras') && changedSigningKey(camera) && (
        <div className={classes.reason}>
          <SigningKeyWarning camera={camera} />
        </div>
      )}
      {camera.allow_legacy_tls && (
        <p className={classes.reason}>Risk: TLS with this camera may be old and weak.</p>
      )}
      {may(camera, 'configure_cameras') && offeredCertificates(camera).length > 0 ? (
        <div className={classes.reason}>
          <CertificateWarning camera={camera} />
        </div>
      ) : (
        reason && <p className={classes.reason}>{reason}</p>
      )}
    </li>
  );
}

export function CameraList({ cameras, onEdit, onDelete }: Props) {
  return (
    <ul className={classes.list} aria-label="Cameras">
      {cameras.map((camera) => (
        <Row key={camera.id} camera={camera} onEdit={onEdit} onDelete={onDelete} />
      ))}
    </ul>
  );
}
