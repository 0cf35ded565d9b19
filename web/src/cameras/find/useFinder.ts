import { useMutation, useQuery, queryOptions } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api/client';
import { dataOf, messageOf } from '../../api/problem';
import { storeCamera } from '../../api/queries';
import { sentence } from '../../ui/format';
import { camerasOf, merge, toAdd, toCheck, verdictOf, type Candidate } from './finder';

/** Devices that are asked at the same time. */
const AT_ONCE = 4;

const interfacesQuery = queryOptions({
  queryKey: ['interfaces'],
  queryFn: () => dataOf(api.GET('/api/v1/discovery/interfaces')),
});

export interface Credentials {
  username: string;
  password: string;
}

async function inTurns<T>(items: T[], work: (item: T) => Promise<void>) {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Asks the device what it is, then connects to its streams as recording would. */
async function check(candidate: Candidate, credentials: Credentials): Promise<Partial<Candidate>> {
  const { address, port, path, secure, endpoint } = candidate.found;
  const { username, password } = credentials;
  try {
    const body = { address, port, path, secure, endpoint, username, password };
    const report = await dataOf(api.POST('/api/v1/discovery/inspect', { body }));
    if (!report.ok) return { state: 'fails', message: sentence(report.message), warnings: [] };
    const tests = [];
    for (const { main_url, sub_url } of camerasOf({ ...candidate, report }, username, password)) {
      const test = { main_url, sub_url, username, password };
      tests.push(await dataOf(api.POST('/api/v1/cameras/test', { body: test })));
    }
    const { works, message } = verdictOf(tests);
    return { state: works ? 'works' : 'fails', message, report, warnings: report.warnings };
  } catch (error) {
    return { state: 'fails', message: messageOf(error), warnings: [] };
  }
}

/** A picture of each channel, as far as the device gives one; a device without is one, too. */
async function look(candidate: Candidate, { username, password }: Credentials): Promise<Partial<Candidate>> {
  const { address, port, path, secure } = candidate.found;
  const pictures = [];
  for (const channel of candidate.report?.channels ?? []) {
    const body = { address, port, path, secure, username, password, main_url: channel.main.url };
    const { data } = await api.POST('/api/v1/discovery/preview', { body, parseAs: 'blob' });
    if (data) pictures.push(URL.createObjectURL(data as unknown as Blob));
  }
  for (const old of candidate.pictures ?? []) URL.revokeObjectURL(old);
  return { pictures };
}

async function add(candidate: Candidate, credentials: Credentials): Promise<Partial<Candidate>> {
  try {
    for (const body of camerasOf(candidate, credentials.username, credentials.password)) {
      const known = candidate.found.known_camera_id;
      const { name, ...change } = body;
      const saved = known
        ? await dataOf(
            api.PATCH('/api/v1/cameras/{camera_id}', {
              params: { path: { camera_id: known } },
              body: candidate.name ? { ...change, name } : change,
            }),
          )
        : await dataOf(api.POST('/api/v1/cameras', { body }));
      storeCamera(saved);
    }
    return { state: 'added', selected: false, message: 'Added; recording starts at once.', warnings: [] };
  } catch (error) {
    return { state: 'fails', message: messageOf(error) };
  }
}

/** The state of the page that finds cameras. Passwords stay in the form that they were typed into. */
export function useFinder() {
  const interfaces = useQuery(interfacesQuery);
  const [candidates, setCandidates] = useState<Candidate[]>([]);
  const [notes, setNotes] = useState<string[]>([]);

  const update = (key: string, change: Partial<Candidate>) =>
    setCandidates((all) => all.map((one) => (one.key === key ? { ...one, ...change } : one)));

  const search = useMutation({
    mutationFn: (body: { interfaces: string[]; ranges: string[] }) =>
      dataOf(api.POST('/api/v1/discovery', { body })),
    onSuccess: (result) => {
      setCandidates((before) => merge(before, result.cameras));
      setNotes(result.notes);
    },
  });

  const checkAll = useMutation({
    mutationFn: (credentials: Credentials) =>
      inTurns(toCheck(candidates), async (candidate) => {
        update(candidate.key, { state: 'checking', message: 'Asking the camera…', warnings: [] });
        const checked = await check(candidate, credentials);
        update(candidate.key, checked);
        if (checked.state === 'works')
          update(candidate.key, await look({ ...candidate, ...checked }, credentials));
      }),
  });

  const addAll = useMutation({
    mutationFn: (credentials: Credentials) =>
      inTurns(toAdd(candidates), async (candidate) =>
        update(candidate.key, await add(candidate, credentials)),
      ),
  });

  return { interfaces, candidates, notes, update, search, checkAll, addAll };
}
