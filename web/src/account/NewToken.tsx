import { Button, Checkbox, Fieldset, Group, Stack, Switch, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { api, type Account, type CreatedApiToken, type NewApiToken, type Right } from '../api/client';
import { dataOf, messageAt } from '../api/problem';
import { camerasQuery } from '../api/queries';
import { isAboutCameras } from '../people/rightWords';
import { CertificateInput } from './CertificateInput';
import { KindSelect, type TokenKind } from './KindSelect';
import { RightsEditor } from '../people/RightsEditor';
import { DaysInput } from '../ui/DaysInput';
import { ErrorNotice } from '../ui/ErrorNotice';
import { Notice } from '../ui/Notice';
import classes from './Account.module.css';
import { PROOF_FIELDS, useProof } from './useProof';

interface Props {
  account: Account;
  /** What the user holds; nothing else can be chosen. */
  offered: readonly Right[];
  onMade(made: CreatedApiToken): void;
  onCancel(): void;
}

const USUAL_DAYS = 90;
const MOST_DAYS = 365;

interface Draft {
  name: string;
  rights: Right[];
  days: number | '';
  /** undefined: all cameras. */
  cameras: string[] | undefined;
  kind: TokenKind;
  /** undefined: it is good without one. */
  certificate: string | undefined;
}

/** What is wrong, by field; a field that is right is missing. */
function problemsOf({
  name,
  rights,
  days,
  cameras,
  certificate,
}: Draft): Partial<Record<keyof Draft, string>> {
  return {
    ...(name.trim() ? {} : { name: 'Name the program that will use it.' }),
    ...(rights.length > 0 ? {} : { rights: 'Choose at least one right.' }),
    ...(days !== '' && days >= 1 && days <= MOST_DAYS ? {} : { days: `Between 1 and ${MOST_DAYS} days.` }),
    ...(certificate?.trim() === '' ? { certificate: 'Paste the certificate, or its SHA-256.' } : {}),
    ...(cameras?.length === 0 ? { cameras: 'Choose at least one camera, or let it be for all.' } : {}),
  };
}

const tokenOf = ({
  name,
  rights,
  days,
  cameras,
  kind,
  certificate,
}: Draft): Omit<NewApiToken, 'password'> => ({
  name: name.trim(),
  rights,
  days: days === '' ? USUAL_DAYS : days,
  ...(cameras ? { camera_ids: cameras } : {}),
  client_kind: kind,
  ...(certificate === undefined ? {} : { certificate }),
});

function Cameras({ chosen, onChosen }: { chosen: string[]; onChosen(ids: string[]): void }) {
  const cameras = useQuery(camerasQuery).data?.cameras ?? [];
  return (
    <Fieldset legend={`Cameras: ${chosen.length} chosen`} radius="md" px="md" py="sm">
      <Checkbox.Group value={chosen} onChange={onChosen}>
        <div className={classes.choices}>
          {cameras.map(({ id, name }) => (
            <Checkbox key={id} value={id} label={name} data-testid={`token-camera-${name}`} />
          ))}
        </div>
      </Checkbox.Group>
    </Fieldset>
  );
}

/** A new API token: for what program, what it may, over which cameras, and until when. */
export function NewToken({ account, offered, onMade, onCancel }: Props) {
  const [draft, setDraft] = useState<Draft>({
    name: '',
    rights: [],
    days: USUAL_DAYS,
    cameras: undefined,
    kind: 'api',
    certificate: undefined,
  });
  const [tried, setTried] = useState(false);
  const name = useRef<HTMLInputElement>(null);
  useEffect(() => name.current?.focus(), []);
  const make = useMutation({
    mutationFn: async () => {
      const body = { ...tokenOf(draft), ...(await proof.make()) };
      return dataOf(api.POST('/api/v1/account/tokens', { body }));
    },
    onSuccess: onMade,
  });
  const proof = useProof(account, make.error, 'token');
  const problems = problemsOf(draft);
  const shown = tried ? problems : {};
  const set = (change: Partial<Draft>) => {
    make.reset();
    setDraft({ ...draft, ...change });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(problems).length === 0 && proof.ready) make.mutate();
  };
  // A token for some cameras has rights over cameras alone.
  const choosable = draft.cameras ? offered.filter(isAboutCameras) : offered;
  return (
    <form noValidate onSubmit={submit} data-testid="token-form">
      <Stack gap="md">
        <TextInput
          ref={name}
          label="Name"
          description="Of the program, or what it is for: so you know later which one to revoke."
          placeholder="Nightly backup"
          value={draft.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
          error={shown.name ?? messageAt(make.error, 'name')}
          required
          maxLength={64}
          autoComplete="off"
          data-testid="token-name"
        />
        <KindSelect kind={draft.kind} onKind={(kind) => set({ kind })} />
        <RightsEditor rights={draft.rights} onRights={(rights) => set({ rights })} offered={choosable} />
        {shown.rights && <Notice>{shown.rights}</Notice>}
        {offered.some(isAboutCameras) && (
          <Switch
            label="For some cameras only"
            checked={draft.cameras !== undefined}
            onChange={(event) =>
              set(
                event.currentTarget.checked
                  ? { cameras: [], rights: draft.rights.filter(isAboutCameras) }
                  : { cameras: undefined },
              )
            }
            data-testid="token-some-cameras"
          />
        )}
        {draft.cameras && <Cameras chosen={draft.cameras} onChosen={(cameras) => set({ cameras })} />}
        {shown.cameras && <Notice>{shown.cameras}</Notice>}
        <DaysInput
          label="Good for"
          description={`${MOST_DAYS} days at most. A token that ends by itself is one that nobody has to remember.`}
          days={draft.days}
          onDays={(days) => set({ days })}
          error={shown.days}
          testId="token-days"
        />
        <Switch
          label="Bound to a certificate"
          description="Then the token alone is of no use to who finds it: the program has to show a certificate of its own, and its key. It connects to the port for devices."
          checked={draft.certificate !== undefined}
          onChange={(event) => set({ certificate: event.currentTarget.checked ? '' : undefined })}
          data-testid="token-bound"
        />
        {draft.certificate !== undefined && (
          <CertificateInput
            value={draft.certificate}
            onChange={(certificate) => set({ certificate })}
            error={shown.certificate ?? messageAt(make.error, 'certificate')}
          />
        )}
        {proof.fields}
        {tried && !proof.ready && <Notice>Show that it is you: fill in what is asked for.</Notice>}
        <ErrorNotice error={make.error} fields={['name', 'certificate', ...PROOF_FIELDS]} />
        <Group gap="sm">
          <Button type="submit" loading={make.isPending} data-testid="token-make">
            Make the token
          </Button>
          <Button variant="subtle" color="gray" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
