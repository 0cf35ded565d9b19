import type { Right } from '../api/client';

interface RightWords {
  right: Right;
  does: string;
  /** What is not plain from the few words. */
  more?: string;
}

interface RightGroup {
  title: string;
  rights: RightWords[];
}

/** All rights in words, as people think of them. The last two groups count over the whole organisation only. */
export const RIGHT_GROUPS: RightGroup[] = [
  {
    title: 'Watching',
    rights: [
      { right: 'see_live', does: 'See live pictures' },
      {
        right: 'hear',
        does: 'Hear sound',
        more: 'Of what may be seen, played or downloaded, where the camera has sound.',
      },
      { right: 'see_events', does: 'See events', more: 'Motion, inputs and what else cameras tell.' },
    ],
  },
  {
    title: 'Recordings',
    rights: [
      { right: 'play_back', does: 'Play recordings' },
      { right: 'export_recordings', does: 'Download recordings' },
      { right: 'place_holds', does: 'Hold recordings', more: 'No rule deletes what is held.' },
      { right: 'lift_holds', does: 'Lift holds', more: 'What the rules tell to is then deleted at once.' },
    ],
  },
  {
    title: 'Controlling',
    rights: [
      { right: 'control_ptz', does: 'Turn and zoom cameras', more: 'With presets and patrols.' },
      {
        right: 'switch_relays',
        does: 'Switch outputs',
        more: 'Doors, lights and gates at the camera’s relays.',
      },
      { right: 'talk', does: 'Speak through cameras' },
    ],
  },
  {
    title: 'Cameras',
    rights: [
      { right: 'configure_cameras', does: 'Change settings of cameras', more: 'And see their addresses.' },
      {
        right: 'maintain_devices',
        does: 'Look after devices',
        more: 'Clock, password, restart, firmware, picture.',
      },
      { right: 'remove_cameras', does: 'Delete cameras', more: 'With their recordings.' },
      { right: 'add_cameras', does: 'Find and add cameras' },
    ],
  },
  {
    title: 'Second person',
    rights: [
      {
        right: 'approve_actions',
        does: 'Approve what others do',
        more: 'What takes a second person, as the rules say.',
      },
    ],
  },
  {
    title: 'Administration',
    rights: [
      { right: 'change_settings', does: 'Change settings of the site' },
      { right: 'view_metrics', does: 'Read metrics', more: 'Figures for monitoring systems.' },
      { right: 'manage_users', does: 'Manage users' },
      { right: 'manage_roles', does: 'Manage roles and camera groups' },
      { right: 'read_audit', does: 'Read the audit log' },
    ],
  },
];

const OF_ORGANISATION: readonly Right[] = [
  'add_cameras',
  'change_settings',
  'view_metrics',
  'manage_users',
  'manage_roles',
  'read_audit',
];

/** False for the rights that a role gives over the whole organisation or not at all. */
export const isAboutCameras = (right: Right): boolean => !OF_ORGANISATION.includes(right);
