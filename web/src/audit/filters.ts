import { useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';

/** What is looked for; kept in the page's address, so that it can be linked to. Empty: anything. */
export interface AuditFilters {
  action: string;
  camera: string;
  user: string;
  /** The name that goes with the user's id, to be shown. */
  userName: string;
  refused: boolean;
  from90k: number | undefined;
  to90k: number | undefined;
}

const ticksOf = (text: string | null) => {
  const ticks = Number(text);
  return text && Number.isSafeInteger(ticks) && ticks >= 0 ? ticks : undefined;
};

export function readFilters(params: URLSearchParams): AuditFilters {
  return {
    action: params.get('action') ?? '',
    camera: params.get('camera') ?? '',
    user: params.get('user') ?? '',
    userName: params.get('name') ?? '',
    refused: params.get('refused') === 'yes',
    from90k: ticksOf(params.get('from')),
    to90k: ticksOf(params.get('to')),
  };
}

export function writeFilters(filters: AuditFilters): URLSearchParams {
  const params = new URLSearchParams();
  const put = (name: string, value: string | number | undefined) => {
    if (value !== undefined && value !== '') params.set(name, String(value));
  };
  put('action', filters.action);
  put('camera', filters.camera);
  put('user', filters.user);
  put('name', filters.user && filters.userName);
  put('refused', filters.refused ? 'yes' : '');
  put('from', filters.from90k);
  put('to', filters.to90k);
  return params;
}

/** As the API wants it. */
export function queryOf(filters: AuditFilters) {
  return {
    ...(filters.action && { action: filters.action }),
    ...(filters.camera && { camera_id: filters.camera }),
    ...(filters.user && { user_id: filters.user }),
    ...(filters.refused && { allowed: false }),
    ...(filters.from90k !== undefined && { start_90k: filters.from90k }),
    ...(filters.to90k !== undefined && { end_90k: filters.to90k }),
  };
}

export function exportUrl(filters: AuditFilters, format: 'jsonl' | 'cef'): string {
  const query = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(queryOf(filters))) query.set(name, String(value));
  return `/api/v1/audit/export?${query}`;
}

export function useFilters() {
  const [params, setParams] = useSearchParams();
  const filters = useMemo(() => readFilters(params), [params]);
  const change = (some: Partial<AuditFilters>) =>
    setParams(writeFilters({ ...filters, ...some }), { replace: true });
  const clear = () => setParams(new URLSearchParams(), { replace: true });
  return { filters, change, clear, isFiltered: params.size > 0 };
}
