import { ActionIcon } from '@mantine/core';
import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { IconMinus, IconPlus } from '../ui/icons';
import type { Drive, Vector } from './drive';
import classes from './Move.module.css';

interface Props {
  drive: Drive;
  canTurn: boolean;
  canZoom: boolean;
}

/** A finger that rests is no direction. */
const DEAD_ZONE = 0.12;
const KEY_SPEED = 0.6;
const ZOOM_SPEED = 0.7;

const KEYS: Record<string, Partial<Vector>> = {
  ArrowLeft: { pan: -KEY_SPEED },
  ArrowRight: { pan: KEY_SPEED },
  ArrowUp: { tilt: KEY_SPEED },
  ArrowDown: { tilt: -KEY_SPEED },
  '+': { zoom: ZOOM_SPEED },
  '=': { zoom: ZOOM_SPEED },
  '-': { zoom: -ZOOM_SPEED },
};

function vectorOfKeys(keys: Set<string>): Vector {
  const vector = { pan: 0, tilt: 0, zoom: 0 };
  for (const key of keys) {
    vector.pan += KEYS[key]?.pan ?? 0;
    vector.tilt += KEYS[key]?.tilt ?? 0;
    vector.zoom += KEYS[key]?.zoom ?? 0;
  }
  return vector;
}

/** Where the pointer is from the middle, as a share of the radius; slow near the middle, full speed at the edge. */
function vectorOfPointer(event: PointerEvent<HTMLElement>): Vector {
  const box = event.currentTarget.getBoundingClientRect();
  const x = (event.clientX - box.left) / (box.width / 2) - 1;
  const y = 1 - (event.clientY - box.top) / (box.height / 2);
  const length = Math.hypot(x, y);
  if (length < DEAD_ZONE) return { pan: 0, tilt: 0, zoom: 0 };
  const speed = Math.min(1, length) ** 2 / length;
  const round = (value: number) => Math.round(value * speed * 20) / 20;
  return { pan: round(x), tilt: round(y), zoom: 0 };
}

const same = (a: Vector | undefined, b: Vector) => a !== undefined && a.pan === b.pan && a.tilt === b.tilt;

/** A round pad that turns the camera to where it is held, and two buttons that zoom. */
export function MovePad({ drive, canTurn, canZoom }: Props) {
  const [knob, setKnob] = useState<{ x: number; y: number }>();
  const held = useRef<Vector>(undefined);
  const keys = useRef(new Set<string>());

  const steer = (event: PointerEvent<HTMLElement>) => {
    const vector = vectorOfPointer(event);
    const box = event.currentTarget.getBoundingClientRect();
    const x = event.clientX - box.left - box.width / 2;
    const y = event.clientY - box.top - box.height / 2;
    const scale = Math.min(1, box.width / 2 / Math.max(1, Math.hypot(x, y)));
    setKnob({ x: x * scale, y: y * scale });
    if (same(held.current, vector)) return;
    held.current = vector;
    drive.hold(vector);
  };
  const release = () => {
    if (!held.current) return;
    held.current = undefined;
    setKnob(undefined);
    drive.stop();
  };

  const onKey = (event: KeyboardEvent<HTMLElement>, down: boolean) => {
    if (!KEYS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (down === keys.current.has(event.key)) return;
    if (down) keys.current.add(event.key);
    else keys.current.delete(event.key);
    drive.hold(vectorOfKeys(keys.current));
  };
  const releaseKeys = () => {
    if (keys.current.size === 0) return;
    keys.current.clear();
    drive.stop();
  };

  const zoomButton = (label: string, zoom: number, symbol: typeof IconPlus) => {
    const Symbol = symbol;
    const press = () => drive.hold({ pan: 0, tilt: 0, zoom });
    return (
      <ActionIcon
        variant="default"
        size={48}
        radius="xl"
        aria-label={label}
        title={label}
        className={classes.hold}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          press();
        }}
        onPointerUp={() => drive.stop()}
        onPointerCancel={() => drive.stop()}
        onKeyDown={(event) => {
          if ((event.key !== ' ' && event.key !== 'Enter') || event.repeat) return;
          event.preventDefault();
          press();
        }}
        onKeyUp={(event) => {
          if (event.key === ' ' || event.key === 'Enter') drive.stop();
        }}
        onBlur={() => drive.stop()}
        data-testid={zoom > 0 ? 'ptz-zoom-in' : 'ptz-zoom-out'}
      >
        <Symbol size={22} stroke={1.8} />
      </ActionIcon>
    );
  };

  return (
    <div className={classes.pads}>
      {canTurn && (
        <button
          type="button"
          className={classes.pad}
          aria-label="Turn the camera: hold a direction, or use the arrow keys"
          aria-describedby="ptz-keys"
          data-testid="ptz-pad"
          data-held={knob ? true : undefined}
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            steer(event);
          }}
          onPointerMove={(event) => held.current && steer(event)}
          onPointerUp={release}
          onPointerCancel={release}
          onLostPointerCapture={release}
          onKeyDown={(event) => onKey(event, true)}
          onKeyUp={(event) => onKey(event, false)}
          onBlur={releaseKeys}
        >
          <svg viewBox="-50 -50 100 100" className={classes.arrows} aria-hidden="true">
            {[0, 90, 180, 270].map((angle) => (
              <path key={angle} d="M-6 -34 L0 -41 L6 -34" transform={`rotate(${angle})`} />
            ))}
          </svg>
          <span
            className={classes.knob}
            style={knob && { transform: `translate(calc(-50% + ${knob.x}px), calc(-50% + ${knob.y}px))` }}
          />
        </button>
      )}
      {canZoom && (
        <div className={classes.zoom}>
          {zoomButton('Zoom in', ZOOM_SPEED, IconPlus)}
          {zoomButton('Zoom out', -ZOOM_SPEED, IconMinus)}
        </div>
      )}
      <p id="ptz-keys" className={classes.keys}>
        Arrow keys turn the camera while they are held; plus and minus zoom. It stops when they are released.
      </p>
    </div>
  );
}
