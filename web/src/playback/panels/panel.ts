import type { Icon } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { Camera, Right } from '../../api/client';
import type { Mode } from '../useCameraPlayer';

export interface PanelProps {
  camera: Camera;
  mode: Mode;
  /** The moment of the shown picture, asked for when it is needed; undefined before the first picture. */
  position90k(): number | undefined;
  /** Plays from a recorded moment; missing for who may not. */
  seek?(moment90k: number): void;
}

/** One tab beside the picture (below it on a phone). Only the open one is mounted. */
export interface CameraPanel {
  /** Stands in the address as ?panel=. */
  id: string;
  label: string;
  Icon: Icon;
  /** It takes one of these rights over the camera; any that lets one know of it when left out. */
  needs?: Right[];
  /** Whether this camera has anything for it; every camera when left out. */
  appliesTo?(camera: Camera): boolean;
  Content: ComponentType<PanelProps>;
  /** What lies over the picture while the tab is open. */
  Overlay?: ComponentType<PanelProps>;
}
