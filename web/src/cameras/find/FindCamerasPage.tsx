import {
  Button,
  Group,
  Paper,
  PasswordInput,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { IconArrowLeft, IconPlugConnected, IconPlus } from '../../ui/icons';
import { may } from '../../session/rights';
import { useRights } from '../../session/useRights';
import { Notice } from '../../ui/Notice';
import { usePageTitle } from '../../ui/usePageTitle';
import { FoundList } from './FoundList';
import { SearchForm } from './SearchForm';
import { toAdd, toCheck } from './finder';
import { useFinder, type Credentials } from './useFinder';

const plural = (count: number) => `${count} camera${count === 1 ? '' : 's'}`;

export function FindCamerasPage() {
  usePageTitle('Find cameras');
  // An old link leads here.
  if (!may(useRights(), 'add_cameras')) return <Notice tone="wait">Your account may not add cameras.</Notice>;
  return <Finder />;
}

/** Search, one password for many, check, add all. */
function Finder() {
  const { interfaces, candidates, notes, update, search, checkAll, addAll } = useFinder();
  const [credentials, setCredentials] = useState<Credentials>({ username: '', password: '' });
  const busy = checkAll.isPending || addAll.isPending;
  const checking = toCheck(candidates).length;
  const ready = toAdd(candidates).length;
  const added = candidates.filter((candidate) => candidate.state === 'added').length;
  const error = interfaces.error ?? search.error;
  return (
    <Stack gap="lg">
      <div>
        <Button
          component={Link}
          to="/cameras"
          variant="subtle"
          color="gray"
          size="compact-sm"
          ml={-8}
          leftSection={<IconArrowLeft size={16} />}
        >
          Cameras
        </Button>
        <Title order={1} size="h2">
          Find cameras
        </Title>
      </div>
      <Paper withBorder radius="lg" p="lg">
        <SearchForm
          interfaces={interfaces.data?.interfaces}
          searching={search.isPending}
          onSearch={(where) => search.mutate(where)}
        />
      </Paper>
      {error && <Notice>{error.message}</Notice>}
      {notes.map((note) => (
        <Notice key={note} tone="wait">
          {note}
        </Notice>
      ))}
      {search.isSuccess && candidates.length === 0 && (
        <Text c="dimmed" data-testid="found-nothing">
          No camera answered. Check that ONVIF is switched on in the cameras and that they are in one of these
          networks, or search their address range. A camera can also be added by the address of its stream.
        </Text>
      )}
      {candidates.length > 0 && (
        <>
          <FoundList candidates={candidates} onChange={update} />
          {(checking > 0 || added === 0) && (
            <Paper withBorder radius="lg" p="lg">
              <form
                onSubmit={(event) => {
                  event.preventDefault();
                  checkAll.mutate(credentials);
                }}
              >
                <Stack>
                  <Text size="sm" c="dimmed">
                    One account for all chosen cameras; check groups one after the other where they differ.
                    The password goes to the chosen cameras only.
                  </Text>
                  <SimpleGrid cols={{ base: 1, xs: 2 }}>
                    <TextInput
                      label="Cameras’ user name"
                      value={credentials.username}
                      onChange={(event) =>
                        setCredentials({ ...credentials, username: event.currentTarget.value })
                      }
                      maxLength={128}
                      autoComplete="off"
                      autoCapitalize="none"
                      spellCheck={false}
                      data-testid="find-username"
                    />
                    <PasswordInput
                      label="Cameras’ password"
                      value={credentials.password}
                      onChange={(event) =>
                        setCredentials({ ...credentials, password: event.currentTarget.value })
                      }
                      maxLength={128}
                      autoComplete="new-password"
                      data-testid="find-password"
                    />
                  </SimpleGrid>
                  <Group>
                    <Button
                      type="submit"
                      variant="default"
                      leftSection={<IconPlugConnected size={17} />}
                      loading={checkAll.isPending}
                      disabled={busy || checking === 0}
                      data-testid="find-check"
                    >
                      Check {plural(checking)}
                    </Button>
                    <Button
                      leftSection={<IconPlus size={18} />}
                      loading={addAll.isPending}
                      disabled={busy || ready === 0}
                      onClick={() => addAll.mutate(credentials)}
                      data-testid="find-add"
                    >
                      Add {ready > 0 ? plural(ready) : 'what works'}
                    </Button>
                  </Group>
                </Stack>
              </form>
            </Paper>
          )}
          {added > 0 && !busy && (
            <Group>
              <Button component={Link} to="/cameras" data-testid="find-done">
                {plural(added)} added: show all cameras
              </Button>
            </Group>
          )}
        </>
      )}
    </Stack>
  );
}
