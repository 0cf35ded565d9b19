import { Button, Checkbox, Group, Skeleton, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Interface } from '../../api/client';
import { IconSearch } from '../../ui/icons';
import { networkOf, splitRanges } from './finder';

interface Props {
  interfaces: Interface[] | undefined;
  searching: boolean;
  onSearch(search: { interfaces: string[]; ranges: string[] }): void;
}

/** Where to look: networks of the gateway, and addresses that a broadcast does not reach. */
export function SearchForm({ interfaces, searching, onSearch }: Props) {
  const [changed, setChanged] = useState<Record<string, boolean>>({});
  const [ranges, setRanges] = useState('');
  if (!interfaces) return <Skeleton height={120} radius="lg" />;
  const isChosen = (one: Interface) => changed[one.address] ?? !one.loopback;
  const chosen = interfaces.filter(isChosen).map((one) => one.address);
  const nothing = chosen.length === 0 && splitRanges(ranges).length === 0;
  return (
    <form
      data-testid="search-form"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch({ interfaces: chosen, ranges: splitRanges(ranges) });
      }}
    >
      <Stack>
        <Checkbox.Group
          label="Networks"
          description="Cameras that speak ONVIF or UPnP answer by themselves."
          value={chosen}
          onChange={(values) =>
            setChanged(
              Object.fromEntries(interfaces.map((one) => [one.address, values.includes(one.address)])),
            )
          }
        >
          <Group gap="lg" mt="xs">
            {interfaces.map((one) => (
              <Checkbox
                key={one.address}
                value={one.address}
                label={one.loopback ? 'This machine itself' : `${one.name}, ${networkOf(one)}`}
                data-testid={`network-${one.name}${one.address.includes(':') ? `-${one.address}` : ''}`}
              />
            ))}
          </Group>
        </Checkbox.Group>
        <TextInput
          label="Address range"
          description="Optional. For cameras behind a router, or where the network holds broadcasts back."
          placeholder="192.168.5.10-192.168.5.60, 192.168.6.0/24, 2001:db8::/120"
          value={ranges}
          onChange={(event) => setRanges(event.currentTarget.value)}
          spellCheck={false}
          autoComplete="off"
          maxLength={400}
          data-testid="search-ranges"
        />
        <Group>
          <Button
            type="submit"
            leftSection={<IconSearch size={18} />}
            loading={searching}
            disabled={nothing}
            data-testid="search"
          >
            Search
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
